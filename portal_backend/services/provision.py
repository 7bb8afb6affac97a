"""Tells the provider what has been decided, after the commit; what fails is logged and left to the sweeper."""

import logging
from collections.abc import Callable, Iterable
from datetime import timedelta

from portal_backend.contract.wire import SessionState
from portal_backend.domain import moves
from portal_backend.domain.session import Session
from portal_backend.providers.base import Progress
from portal_backend.services import outbox
from portal_backend.services.context import Context
from portal_backend.store.queries import sessions as stored

log = logging.getLogger(__name__)


def start(context: Context, created: Iterable[Session]) -> None:
    """Tell the provider to start sessions that were just stored."""
    if context.provider.instant:
        return
    coming_up = (session for session in created if session.state is SessionState.STARTING)
    told = [session.name for session in coming_up if _done(context.provider.start, session)]
    if told:
        with context.store.writing() as connection:
            stored.launched(connection, told)


def stop(context: Context, ended: Iterable[Session]) -> int:
    """Tell the provider to stop sessions that were just ended, and store that they are gone; return how many are."""
    instant = context.provider.instant
    leaving = (session for session in ended if session.state is SessionState.STOPPING)
    gone = [session.name for session in leaving if instant or _done(context.provider.stop, session)]
    if not gone:
        return 0
    with context.store.writing() as connection:
        found = [pair for name in gone if (pair := stored.find(connection, name))]
        changes = [
            (session, moves.stopped(session), environment)
            for session, environment in found
            if session.state is SessionState.STOPPING
        ]
        stored.save_all(connection, [after for _, after, _ in changes])
        outbox.tell_changes(context, connection, changes)
    return len(gone)


def poll(context: Context, session: Session) -> Progress:
    """Return how far the start of a session has come; a provider that cannot tell has not finished."""
    if context.provider.instant:
        return Progress.READY
    try:
        return context.provider.poll(session, context.now())
    except Exception:
        log.exception("session %s could not be polled; it is tried again", session.name)
        return Progress.STARTING


def idle(context: Context, session: Session) -> timedelta | None:
    """Return how long the provider has seen nothing of a session's owner; None when it cannot tell."""
    try:
        return context.provider.idle(session, context.now())
    except Exception:
        log.exception("session %s could not be asked who is idle; it is tried again", session.name)
        return None


def _done(call: Callable[[Session], None], session: Session) -> bool:
    try:
        call(session)
    except Exception:
        log.exception("the provider failed on session %s; it is tried again", session.name)
        return False
    return True
