"""Every change of a session, each a function from one value to the next; the table of moves is checked on the way."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from portal_backend.contract.wire import SessionState
from portal_backend.domain.activation import first_window, renewed_window
from portal_backend.domain.schedule import Terms, extended
from portal_backend.domain.session import Ending, Session, check_move


@dataclass(frozen=True)
class Claim:
    """What a user brings when a session is handed over; a zero `timeout` sets no activation window."""

    owner: str
    timeout: timedelta
    index_url: str = ""
    analytics_url: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)


def create(name: str, environment: str, ready: bool, now: datetime) -> Session:
    """Return a new session nobody owns; `ready` when its provider has nothing to start."""
    return Session(name, environment, SessionState.WAITING if ready else SessionState.STARTING, created=now)


def hand_over(session: Session, claim: Claim, now: datetime) -> Session:
    """Return `session` in the hands of a user who has yet to activate it."""
    return replace(
        session,
        owner=claim.owner,
        requested=now,
        activate_by=first_window(claim.timeout, now),
        index_url=claim.index_url,
        analytics_url=claim.analytics_url,
        parameters=claim.parameters,
    )


def ask_again(session: Session, timeout: timedelta, index_url: str, now: datetime) -> Session:
    """Return `session` as its owner asked for it once more: the newest way back, and the window anew while pending."""
    index_url = index_url or session.index_url
    if not session.pending:
        return replace(session, index_url=index_url)
    return replace(session, index_url=index_url, activate_by=renewed_window(session, timeout, now))


def activate(session: Session, terms: Terms, now: datetime) -> Session:
    """Return `session` confirmed by its owner's browser; the clock starts once, as soon as it is also ready."""
    if session.activated is not None:
        return session
    if session.state is SessionState.WAITING:
        return _start_clock(session, terms, now)
    return replace(session, activated=now, activate_by=None)


def become_ready(session: Session, terms: Terms, now: datetime) -> Session:
    """Return a STARTING `session` once its provider is done: running when its owner waits for it, waiting otherwise."""
    if session.activated is not None:
        return _start_clock(session, terms, now)
    return replace(session, state=check_move(session.state, SessionState.WAITING))


def _start_clock(session: Session, terms: Terms, now: datetime) -> Session:
    return replace(
        session,
        state=check_move(session.state, SessionState.RUNNING),
        activated=session.activated or now,
        activate_by=None,
        started=now,
        expires=terms.expires(now),
    )


def extend(session: Session, terms: Terms, now: datetime) -> Session | None:
    """Return `session` with one extension, or None when that is not allowed at `now`."""
    expires = extended(session, terms, now)
    return None if expires is None else replace(session, expires=expires)


def end(session: Session, why: Ending, instant: bool, now: datetime) -> Session:
    """Return `session` on its way out, or gone already when its provider has nothing to stop."""
    stopping = replace(session, state=check_move(session.state, SessionState.STOPPING), ended=now, ending=why)
    return stopped(stopping) if instant else stopping


def stopped(session: Session) -> Session:
    """Return a STOPPING `session` once its provider has removed it."""
    return replace(session, state=check_move(session.state, SessionState.STOPPED))
