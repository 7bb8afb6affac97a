"""Somebody new who asks twice at once: the second is served after the first, and by then no stranger any more.

A double click sends the same form twice before the browser has learned from the first answer who it is. Both carry the
same key, so the second waits, and takes over the user ids that portals gave to the first. Only so many wait at once:
one visitor at a portal that hangs must not hold every thread of the process.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager

_MOST = 5000
_LONGEST_TURN_SECONDS = 20


class _Turn:
    """One newcomer's turns: who has it now, and the user ids learned so far."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.users: dict[str, str] = {}


class TooManyWait(Exception):
    """Nobody more may wait for a turn now, because threads must be left for pages."""


class Newcomers:
    """The newcomers of late, a bounded number of them; `most_waiting` of their requests wait at once."""

    def __init__(self, most_waiting: int) -> None:
        self._places = threading.Semaphore(most_waiting)
        self._lock = threading.Lock()
        self._turns: OrderedDict[str, _Turn] = OrderedDict()

    @contextmanager
    def turn(self, key: str) -> Iterator[dict[str, str]]:
        """Let one request of `key` through at a time; gives the user ids learned, to be added to. No key, no turn.

        Raises TooManyWait when it would have to wait and may not.
        """
        turn = self._of(key) if key else _Turn()
        entered = turn.lock.acquire(blocking=False) or self._waited(turn)
        try:
            yield turn.users
        finally:
            if entered:
                turn.lock.release()

    def _waited(self, turn: _Turn) -> bool:
        if not self._places.acquire(blocking=False):
            raise TooManyWait
        try:
            return turn.lock.acquire(timeout=_LONGEST_TURN_SECONDS)
        finally:
            self._places.release()

    def _of(self, key: str) -> _Turn:
        with self._lock:
            turn = self._turns.setdefault(key, _Turn())
            self._turns.move_to_end(key)
            if len(self._turns) > _MOST:
                self._turns.popitem(last=False)
            return turn
