"""Lets the processes that write to one SQLite file take turns, before any of them asks SQLite for its lock.

A lock on a file costs a fraction of what SQLite's own costs to ask for, so whoever waits asks more often and gets its
turn sooner. The file only orders: that no two write at once is SQLite's business. A file that cannot be had or locked,
or a turn that never comes, costs time and nothing else.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LONGEST_WAIT = 0.5
_SHORTEST_NAP, _LONGEST_NAP = 0.0001, 0.001
_PRIVATE = 0o600
Lock = Callable[[int, bool], None]
"""Takes (True) or gives back the lock of an open file; raises BlockingIOError while another has it."""


def _lock(descriptor: int, take: bool) -> None:
    """Lock as `Lock` says, where the system has such locks; raises OSError elsewhere."""
    if sys.platform == "win32":
        raise OSError("no such locks")
    import fcntl

    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB if take else fcntl.LOCK_UN)


class Turn:
    """The turn to write to one file, as this process sees it; for one thread at a time."""

    def __init__(self, file: str, lock: Lock = _lock) -> None:
        """Take the file whose lock stands for the turn; it is made when it is first needed."""
        self._file, self._lock = file, lock
        self._descriptor: int | None = None
        self._usable = True

    @contextmanager
    def taken(self, due: float) -> Iterator[None]:
        """Have the turn, or by `due` or soon after the longest wait go on without it."""
        descriptor = self._wait(min(due, time.monotonic() + LONGEST_WAIT))
        try:
            yield
        finally:
            if descriptor is not None:
                self._lock(descriptor, False)

    def _wait(self, due: float) -> int | None:
        """Return the locked file; None when it cannot be had, or not in time."""
        nap = _SHORTEST_NAP
        while self._usable:
            try:
                if self._descriptor is None:
                    self._descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT, _PRIVATE)
                self._lock(self._descriptor, True)
                return self._descriptor
            except BlockingIOError:
                if time.monotonic() >= due:
                    return None
            except OSError:
                self._usable = False
                return None
            time.sleep(nap)
            nap = min(_LONGEST_NAP, nap * 1.1)
        return None

    def close(self) -> None:
        """Let go of the file; the next turn opens it again."""
        if self._descriptor is not None:
            os.close(self._descriptor)
        self._descriptor, self._usable = None, True
