"""Lets requests that come at once share one transaction: one of their threads carries out what all of them want.

Beginning and committing cost more than most decisions, and every commit makes other processes read anew. Each piece of
work still counts as if it were alone: they run one after the other, each sees what those before it did, and nobody is
told of anything before the commit. When one of them fails, nothing of the transaction is kept and each is done again in
a transaction of its own, so that a failure is only its own.
"""

import threading
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, TypeVar, cast

from sqlalchemy import Connection

_T = TypeVar("_T")
LONGEST_TURN = 16
Work = Callable[[Connection], _T]


class _Wish:
    """A piece of work and what came of it; `turn` is released once that is certain, or when it is the next to lead."""

    __slots__ = ("done", "fault", "settled", "turn", "value", "work")

    def __init__(self, work: Work[Any]) -> None:
        self.work = work
        self.turn = threading.Lock()
        self.turn.acquire()
        self.done = self.settled = False
        self.value: Any = None
        self.fault: BaseException | None = None

    def carry_out(self, connection: Connection) -> None:
        self.value, self.done = self.work(connection), True

    def settle(self, fault: BaseException | None) -> None:
        self.fault, self.settled = fault, True


class Together:
    """Carries out work in transactions it shares with what other threads want at the same time."""

    def __init__(self, transaction: Callable[[], AbstractContextManager[Connection]]) -> None:
        """Take what gives a transaction nobody else writes beside; it may fail to begin, or to commit."""
        self._transaction = transaction
        self._guard = threading.Lock()
        self._waiting: deque[_Wish] = deque()
        self._led = False

    def write(self, work: Work[_T]) -> _T:
        """Return what `work` returned once that is committed, or raise what it raised."""
        wish = _Wish(work)
        with self._guard:
            self._waiting.append(wish)
            leads, self._led = not self._led, True
        if not leads:
            wish.turn.acquire()
        if not wish.settled:
            self._lead()
        if wish.fault is not None:
            raise wish.fault
        return cast(_T, wish.value)

    def _lead(self) -> None:
        """Carry out what is waiting, then let one who came meanwhile lead."""
        taken: list[_Wish] = []
        try:
            self._carry_out(taken)
        finally:
            with self._guard:
                following = self._waiting[0] if self._waiting else None
                self._led = following is not None
            if following is not None:
                following.turn.release()
            for wish in taken:
                wish.turn.release()

    def _carry_out(self, taken: list[_Wish]) -> None:
        """Do what is waiting, and note what is taken.

        A commit that failed is not tried again, because it may have reached the disk. Who waits behind somebody that
        could not even begin would wait as long, for the same.
        """
        fault = self._attempt(taken)
        if len(taken) > 1 and not taken[-1].done:
            self._carry_out_each(taken)
            return
        if not taken:
            while self._take(taken):
                pass
        for wish in taken:
            wish.settle(fault)

    def _attempt(self, taken: list[_Wish]) -> BaseException | None:
        try:
            with self._transaction() as connection:
                while (wish := self._take(taken)) is not None:
                    wish.carry_out(connection)
        except BaseException as fault:
            return fault
        return None

    def _carry_out_each(self, taken: list[_Wish]) -> None:
        for wish in taken:
            try:
                with self._transaction() as connection:
                    wish.carry_out(connection)
                wish.settle(None)
            except BaseException as fault:
                wish.settle(fault)

    def _take(self, taken: list[_Wish]) -> _Wish | None:
        """Return the next that is waiting, noted as taken, or None when nothing is or the turn is long enough."""
        with self._guard:
            if not self._waiting or len(taken) == LONGEST_TURN:
                return None
            taken.append(self._waiting.popleft())
        return taken[-1]
