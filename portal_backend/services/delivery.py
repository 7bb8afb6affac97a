"""Posts what is in the outbox: each target over a line of its own, so that a dead one holds up nobody else.

At least once, and in order within a session: a letter is taken under a lease, posted, and dropped when the target has
it. Whoever crashes in between leaves letters that are free again when the lease is over, so a receiver may see an event
twice, under the same id. A letter that is not accepted comes again later and later; what follows it in its queue
waits, the rest does not. A target that cannot be reached at all is left alone as a whole for a while.
"""

import logging
import random
import ssl
import threading
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from portal_backend.services.context import Context
from portal_backend.services.delivery_line import Answer, Limits, Line, Unreachable
from portal_backend.services.delivery_reach import Reach, TargetRefused
from portal_backend.services.webhooks import signed
from portal_backend.store.engine import StoreBusy
from portal_backend.store.queries import outbox
from portal_backend.store.queries.outbox import Letter

__all__ = ["Delivery", "Policy", "back_off"]

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
BATCH = 20
LINES = 16
_FIRST = timedelta(seconds=5)
_LONGEST = timedelta(hours=1)
_LONGEST_REST = timedelta(minutes=5)
_ENOUGH_FAILURES = 5
_HEADERS = {"Content-Type": "application/json", "User-Agent": "workshop-index"}


@dataclass(frozen=True)
class Policy:
    """With which secrets events are signed, how far they go, and how long a target may take."""

    secrets: tuple[str, ...] = field(repr=False)
    reach: Reach = field(default_factory=Reach)
    limits: Limits = field(default_factory=Limits)
    certificates: ssl.SSLContext = field(default_factory=ssl.create_default_context)


def back_off(attempts: int, first: timedelta, longest: timedelta, chance: float) -> timedelta:
    """Return how long to wait after `attempts` failures: twice as long each time, less up to half of it by `chance`."""
    doublings = 1 << min(attempts - 1, 30)
    return min(first * doublings, longest) * (1 - chance / 2)


@dataclass
class _Rest:
    """How often in a row a target has failed, and until when it is left alone."""

    failures: int = 0
    until: datetime | None = None


@dataclass
class _Batch:
    """Letters held under one claim, and what became of them."""

    claim: str
    letters: Sequence[Letter]
    taken: datetime
    delivered: list[int] = field(default_factory=list)
    failed: list[Letter] = field(default_factory=list)
    left: list[Letter] = field(default_factory=list)

    def in_order(self, letter: Letter) -> bool:
        """Whether nothing earlier of the letter's queue is still to come."""
        return all(letter.queue != other.queue for other in (*self.failed, *self.left))


class Delivery:
    """Posts letters for as long as it is told to; any number may work on one store at once."""

    def __init__(
        self,
        context: Context,
        policy: Policy,
        chance: Callable[[], float] = random.random,
        line: Callable[[str, Reach, ssl.SSLContext, Limits], Line] = Line,
    ) -> None:
        """Take the store with its clock, and how to post; `chance` keeps many from coming back at one moment."""
        self._context, self._policy, self._chance, self._line = context, policy, chance, line
        self._busy: set[str] = set()
        self._rests: dict[str, _Rest] = {}
        self._stop = threading.Event()

    def run_until(self, stop: threading.Event, pause: float) -> None:
        """Look for letters every `pause` seconds until `stop` is set, then finish the posts that are under way."""
        self._stop = stop
        pool = ThreadPoolExecutor(LINES, thread_name_prefix="webhook")
        while not stop.is_set():
            try:
                for lane in self._lanes():
                    self._busy.add(lane)
                    pool.submit(self._serve, lane).add_done_callback(_note_fault)
            except StoreBusy as fault:
                log.warning("the outbox could not be read: %s", fault)
            except Exception:
                log.exception("the outbox could not be read; it is tried again")
            stop.wait(pause)
        pool.shutdown(wait=True, cancel_futures=True)

    def run(self) -> int:
        """Post what can be posted now, one target after the other, and return how many letters arrived."""
        return sum(self._serve(lane) for lane in self._lanes())

    def _lanes(self) -> list[str]:
        now = self._context.now()
        with self._context.store.reading() as connection:
            found = outbox.lanes(connection)
        for lane in self._rests.keys() - set(found):
            self._rests.pop(lane, None)
        resting = {lane for lane, rest in list(self._rests.items()) if rest.until and now < rest.until}
        return [lane for lane in found if lane not in self._busy | resting]

    def _serve(self, lane: str) -> int:
        """Post what waits for one target until there is nothing more, or it does not take it."""
        policy, arrived = self._policy, 0
        line = self._line(lane, policy.reach, policy.certificates, policy.limits)
        try:
            while not self._stop.is_set():
                batch = self._take(lane)
                if not batch.letters:
                    break
                resting = self._post_all(lane, line, batch)
                self._settle(batch)
                arrived += len(batch.delivered)
                if resting:
                    break
        finally:
            line.close()
            self._busy.discard(lane)
        return arrived

    def _take(self, lane: str) -> _Batch:
        now, claim = self._context.now(), str(uuid.uuid4())
        with self._context.store.reading() as connection:
            waiting = outbox.ready(connection, lane, now, 1)
        if not waiting:
            return _Batch(claim, (), now)
        with self._context.store.writing() as connection:
            return _Batch(claim, outbox.take(connection, lane, claim, now, LEASE, BATCH), now)

    def _post_all(self, lane: str, line: Line, batch: _Batch) -> bool:
        """Post a batch as far as it goes; return whether the target is left alone from now on."""
        resting = False
        for letter in batch.letters:
            overstayed = self._context.now() - batch.taken > LEASE / 2
            if resting or overstayed or self._stop.is_set() or not batch.in_order(letter):
                batch.left.append(letter)
                continue
            why, rest = self._post(line, letter)
            if why:
                batch.failed.append(letter)
                log.warning("%s did not take event %s, attempt %d: %s", lane, letter.event, letter.attempts + 1, why)
            else:
                batch.delivered.append(letter.id)
            resting = self._note(lane, bool(why), rest)
        return resting

    def _post(self, line: Line, letter: Letter) -> tuple[str, timedelta | None]:
        """Post one letter; return why it was not taken, and for how long the target wants to be left alone."""
        body = letter.body.encode()
        headers = {**_HEADERS, **signed(letter.event, body, self._context.now(), self._policy.secrets)}
        try:
            answer: Answer = line.post(letter.target, headers, body)
        except (TargetRefused, Unreachable) as fault:
            return str(fault), timedelta(0)
        if answer.accepted:
            return "", None
        return f"status {answer.status}", timedelta(seconds=answer.retry_after) if answer.retry_after else None

    def _note(self, lane: str, failed: bool, rest: timedelta | None) -> bool:
        """Count a target's failures in a row; return whether it is left alone from now on."""
        if not failed:
            self._rests.pop(lane, None)
            return False
        known = self._rests.setdefault(lane, _Rest())
        known.failures += 1
        if rest is None and known.failures < _ENOUGH_FAILURES:
            return False
        length = back_off(known.failures, timedelta(seconds=1), _LONGEST_REST, self._chance())
        known.until = self._context.now() + max(length, min(rest or length, _LONGEST_REST))
        return True

    def _settle(self, batch: _Batch) -> None:
        """Drop what arrived; put off what failed; give back what was not tried, to wait behind what failed."""
        now = self._context.now()
        with self._context.store.writing() as connection:
            outbox.delivered(connection, batch.claim, batch.delivered)
            for letter in batch.failed:
                length = back_off(letter.attempts + 1, _FIRST, _LONGEST, self._chance())
                outbox.put_off(connection, batch.claim, letter.id, now + length, tried=True)
            for letter in batch.left:
                outbox.put_off(connection, batch.claim, letter.id, now, tried=False)


def _note_fault(done: "Future[int]") -> None:
    if not done.cancelled() and (fault := done.exception()) is not None:
        level = logging.WARNING if isinstance(fault, StoreBusy) else logging.ERROR
        log.log(level, "posting to a webhook broke off; it is tried again", exc_info=fault)
