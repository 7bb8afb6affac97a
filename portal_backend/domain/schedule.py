"""A session's clock: when it expires, when that is soon, and by how much it may be extended.

Rules (portal-rest-api, section 5): the threshold, max(5 min, min(duration, 4 h) / 4), makes a session `expiring`; one
extension step is max(5 min, overtime) when overtime is set, otherwise the threshold; an extension is allowed while the
session is RUNNING, less than one step remains and it would end before start + deadline, and never goes past that.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from portal_backend.contract.wire import SessionState
from portal_backend.domain.session import Session

_ZERO = timedelta(0)
_SHORTEST = timedelta(minutes=5)
_LONGEST = timedelta(hours=4)


@dataclass(frozen=True)
class Terms:
    """What an environment grants each of its sessions; a zero length means "not set".

    `duration` until expiry, `overtime` per extension, `deadline` from start beyond which nothing extends (zero: as
    `duration`), `orphaned` idle time after which it ends, `overdue` time it may take to start.
    """

    duration: timedelta = _ZERO
    overtime: timedelta = _ZERO
    deadline: timedelta = _ZERO
    orphaned: timedelta = _ZERO
    overdue: timedelta = _ZERO

    @property
    def threshold(self) -> timedelta:
        """How long before its end a session counts as expiring."""
        return max(_SHORTEST, min(self.duration, _LONGEST) / 4)

    @property
    def step(self) -> timedelta:
        """How much one extension adds."""
        return max(_SHORTEST, self.overtime) if self.overtime else self.threshold

    def expires(self, started: datetime) -> datetime | None:
        """Return when a session started at `started` expires, or None when it never does."""
        return started + self.duration if self.duration else None


@dataclass(frozen=True)
class Schedule:
    """What is told of a session's clock; `countdown` is in whole seconds, None when nothing ends it."""

    status: SessionState
    started: datetime | None
    expires: datetime | None
    expiring: bool
    countdown: int | None
    extendable: bool | None


def schedule(session: Session, terms: Terms, now: datetime) -> Schedule:
    """Return the clock of `session` at `now`; a pending session counts down to the end of its activation window."""
    ends = session.ends
    started = session.started or session.requested
    if ends is None:
        return Schedule(session.state, started, None, False, None, None)
    remaining = ends - now
    return Schedule(
        status=session.state,
        started=started,
        expires=ends,
        expiring=remaining < terms.threshold,
        countdown=max(0, int(remaining.total_seconds())),
        extendable=extended(session, terms, now) is not None,
    )


def extended(session: Session, terms: Terms, now: datetime) -> datetime | None:
    """Return the new end one extension at `now` would give, or None when it is not allowed."""
    if session.state is not SessionState.RUNNING or session.started is None or session.expires is None:
        return None
    last = session.started + (terms.deadline or terms.duration)
    if not session.live(now) or session.expires - now >= terms.step or session.expires >= last:
        return None
    return min(session.expires + terms.step, last)
