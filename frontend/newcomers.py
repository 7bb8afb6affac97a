"""Somebody new who asks twice at once: the second is served after the first, and by then no stranger any more.

A double click sends the same form twice before the browser has learned from the first answer who it is. Both carry the
same key, so the second waits, and takes over the user ids that portals gave to the first.
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


class Newcomers:
    """The newcomers of late, a bounded number of them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._turns: OrderedDict[str, _Turn] = OrderedDict()

    @contextmanager
    def turn(self, key: str) -> Iterator[dict[str, str]]:
        """Let one request of `key` through at a time; gives the user ids learned, to be added to. No key, no turn."""
        turn = self._of(key) if key else _Turn()
        entered = turn.lock.acquire(timeout=_LONGEST_TURN_SECONDS)
        try:
            yield turn.users
        finally:
            if entered:
                turn.lock.release()

    def _of(self, key: str) -> _Turn:
        with self._lock:
            turn = self._turns.setdefault(key, _Turn())
            self._turns.move_to_end(key)
            if len(self._turns) > _MOST:
                self._turns.popitem(last=False)
            return turn
