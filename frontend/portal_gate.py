"""The gate in front of one portal: what it suffers stays its own, and never holds up the pages of the site.

Three rules. A portal that failed a few times in a row is left alone for a while (a circuit breaker), then tried by one
call at a time. Only so many calls are under way at once, so that threads are left for pages; a further one waits a
moment while the portal is moving, and not at all while it hangs. A page that is in a hurry gives a call little more
time than the portal usually takes; a portal that was too late for one page is not asked by others for a moment.

The breaker is `circuitbreaker`, whose calls run side by side; other libraries hold a lock for the length of a call.
"""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from math import ceil

from circuitbreaker import CircuitBreaker

FAILURES = 3
REST_SECONDS = 10
# Of eight threads: those that call one portal, and those that wait for another request of the same visitor.
MOST_CALLS = 5
MOST_WAITING = 2
HANGS_AFTER_SECONDS = 1.0
QUEUE_SECONDS = 0.25
# How long a page waits for a portal, unless the site's owner says otherwise.
PATIENCE_SECONDS = 0.03
LONGEST_HURRY = 1.0
_BUSY_SECONDS = 5
_LATE_SECONDS = 2.0
_FIRST_GUESS = 0.1


def of_threads(most: int, environ: Mapping[str, str]) -> int:
    """Return how many threads of a process may do what `most` of eight may, so that some stay free."""
    threads = environ.get("WEB_THREADS", "")
    return max(1, int(threads) * most // 8) if threads.isascii() and threads.isdigit() else most


class GateClosed(Exception):
    """No call is let through now; `retry_after` is in whole seconds."""

    def __init__(self, why: str, retry_after: int) -> None:
        super().__init__(f"{why}; to be tried again in {retry_after} s")
        self.retry_after = retry_after


class Gate:
    """The way to one portal, shared by every thread; `failure` is the error that counts against the portal."""

    def __init__(self, failure: type[Exception], most: int = MOST_CALLS, patience: float = PATIENCE_SECONDS) -> None:
        self._patience = patience
        self._breaker = CircuitBreaker(FAILURES, REST_SECONDS, expected_exception=failure)
        self._places = threading.Semaphore(most)
        self._trial = threading.Lock()
        self._under_way: dict[object, float] = {}
        self._late_until = 0.0
        self._usual = _FIRST_GUESS

    @property
    def hurry(self) -> float:
        """How many seconds a page should give a call: a few times what the portal usually takes."""
        return max(min(3 * self._usual, LONGEST_HURRY), self._patience)

    def late(self) -> None:
        """Note that a call in a hurry got no answer in its time."""
        self._late_until = time.monotonic() + _LATE_SECONDS

    @contextmanager
    def passing(self, hurried: bool = False) -> Iterator[None]:
        """Let one call through; raises GateClosed at once when it may not pass.

        What a hurried call meets does not count: that it had no time says little about the portal.
        """
        if hurried and time.monotonic() < self._late_until:
            raise GateClosed("the portal was late a moment ago", 1)
        with self._tried(), self._placed():
            if hurried:
                yield
            else:
                with self._breaker:
                    yield

    @contextmanager
    def _tried(self) -> Iterator[None]:
        """While the portal rests nobody passes; after that one call finds out for all."""
        if self._breaker.opened:
            raise GateClosed("the portal failed several times", max(1, ceil(self._breaker.open_remaining)))
        if self._breaker.closed:
            yield
            return
        if not self._trial.acquire(blocking=False):
            raise GateClosed("the portal is being tried", 1)
        try:
            yield
        finally:
            self._trial.release()

    @contextmanager
    def _placed(self) -> Iterator[None]:
        if not self._places.acquire(timeout=0 if self._hangs() else QUEUE_SECONDS):
            raise GateClosed("too many calls are under way", _BUSY_SECONDS)
        call, begun = object(), time.monotonic()
        self._under_way[call] = begun
        try:
            yield
            self._usual += 0.2 * (time.monotonic() - begun - self._usual)
        finally:
            del self._under_way[call]
            self._places.release()

    def _hangs(self) -> bool:
        oldest = min(list(self._under_way.values()), default=None)
        return oldest is not None and time.monotonic() - oldest > HANGS_AFTER_SECONDS
