"""What time does to a session: which ones are over at `now`, and why."""

from datetime import datetime, timedelta

from portal_backend.contract.wire import SessionState
from portal_backend.domain.schedule import Terms
from portal_backend.domain.session import LIVE_STATES, Ending, Session

_SHORTEST_WATCH = timedelta(seconds=10)
_LONGEST_WATCH = timedelta(minutes=5)


def ending(session: Session, terms: Terms, now: datetime) -> Ending | None:
    """Return why `session` is over at `now`, or None while nothing ends it."""
    if session.state not in LIVE_STATES:
        return None
    if session.ends is not None and now >= session.ends:
        return Ending.LAPSED if session.pending else Ending.EXPIRED
    if overdue(session, terms, now):
        return Ending.OVERDUE
    return Ending.ORPHANED if orphaned(session, terms, now) else None


def overdue(session: Session, terms: Terms, now: datetime) -> bool:
    """Whether a session somebody waits for has taken longer to start than `overdue` allows."""
    if session.state is not SessionState.STARTING or session.owner is None or not terms.overdue:
        return False
    return now - (session.requested or session.created) >= terms.overdue


def orphaned(session: Session, terms: Terms, now: datetime) -> bool:
    """Whether the owner of a running session was last seen longer ago than `orphaned` allows.

    An owner nobody watches is not away: a person may read one long page without a script that would say so.
    """
    if session.state is not SessionState.RUNNING or session.last_seen is None or not terms.orphaned:
        return False
    return now - session.last_seen >= terms.orphaned


def watch_every(terms: Terms) -> timedelta:
    """Return how often an owner is to be noticed, several times within `orphaned`; zero when nobody minds."""
    return min(max(terms.orphaned / 4, _SHORTEST_WATCH), terms.orphaned / 2, _LONGEST_WATCH)
