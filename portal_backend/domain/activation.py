"""How an owner's browser is let in: the activation window, and tokens that work once.

Only hashes of tokens are known here. Asking again gives a new token, and the one before stays good as long as it would
have been, so that two tabs that asked at once both get in. A used token works a few seconds more, because a double
click sends it twice. A pending session can be held by asking again, but not for ever.
"""

import hmac
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from portal_backend.domain.session import Session

GRACE = timedelta(seconds=10)
LONGEST_HOLD = timedelta(minutes=10)


@dataclass(frozen=True)
class Tokens:
    """The hashes of the last two activation tokens of a session and until when each works (None: no limit)."""

    current: str = ""
    until: datetime | None = None
    before: str = ""
    before_until: datetime | None = None

    def issue(self, digest: str, until: datetime | None) -> "Tokens":
        """Return the tokens once the one with hash `digest` is given out."""
        return Tokens(digest, until, self.current, self.until)

    def accept(self, digest: str, now: datetime) -> bool:
        """Whether the token with hash `digest` lets in at `now`."""
        current = _same(digest, self.current) and _good(self.until, now)
        before = _same(digest, self.before) and _good(self.before_until, now)
        return current or before

    def use(self, digest: str, now: datetime) -> "Tokens":
        """Return the tokens once the one with hash `digest` has let somebody in: it works for the grace time only."""
        if _same(digest, self.current):
            return replace(self, until=_sooner(self.until, now + GRACE))
        return replace(self, before_until=_sooner(self.before_until, now + GRACE))


def _same(digest: str, known: str) -> bool:
    return bool(known) and hmac.compare_digest(digest, known)


def _good(until: datetime | None, now: datetime) -> bool:
    return until is None or now < until


def _sooner(until: datetime | None, other: datetime) -> datetime:
    return other if until is None else min(until, other)


def first_window(timeout: timedelta, now: datetime) -> datetime | None:
    """Return when a session asked for at `now` lapses; a zero `timeout` means never."""
    return now + timeout if timeout else None


def renewed_window(session: Session, timeout: timedelta, now: datetime) -> datetime | None:
    """Return when a pending `session` lapses once it is asked for again, within the bound on holding it."""
    if session.activate_by is None or not timeout:
        return session.activate_by
    first = session.requested or session.created
    return min(now + timeout, first + max(LONGEST_HOLD, timeout))
