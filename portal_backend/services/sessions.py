"""What is done with one session once it has an owner: find, activate, extend, end, follow its start."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from portal_backend.contract.wire import SessionState
from portal_backend.domain import moves
from portal_backend.domain.environment import Environment, Portal
from portal_backend.domain.lifecycle import ending, watch_every
from portal_backend.domain.schedule import Schedule, schedule
from portal_backend.domain.session import Ending, Session
from portal_backend.providers.base import Progress
from portal_backend.services import outbox, provision
from portal_backend.services.context import Context, digest
from portal_backend.services.errors import UnknownSession, UnownedSession
from portal_backend.store.queries import sessions as stored

__all__ = [
    "Activated",
    "Extended",
    "Held",
    "Lapsed",
    "Progressed",
    "UnknownSession",
    "UnownedSession",
    "WrongToken",
    "activate",
    "end",
    "extend",
    "find",
    "of_user",
    "progress",
    "schedule_of",
    "seen",
]


@dataclass(frozen=True)
class Held:
    """A session and the environment it belongs to."""

    session: Session
    environment: Environment


@dataclass(frozen=True)
class Activated:
    """The browser with the token is its owner's: sign it in."""

    session: Session
    portal: Portal


@dataclass(frozen=True)
class Lapsed:
    """The session is over or never was; `index_url` is its way back where one is known."""

    index_url: str | None


@dataclass(frozen=True)
class WrongToken:
    """The session lives, but the token does not open it, or not any more."""


@dataclass(frozen=True)
class Extended:
    """The session's clock after an extension was asked for, and whether it was granted."""

    schedule: Schedule
    extended: bool


@dataclass(frozen=True)
class Progressed:
    """A session after its start was followed up, and why it is over when it is."""

    held: Held
    ending: Ending | None


def find(context: Context, name: str) -> Held | None:
    """Return the session called `name`, live or over, or None when there never was one or it is long gone."""
    return context.store.look_up((find, name), lambda: _find(context, name))


def _find(context: Context, name: str) -> Held | None:
    with context.store.peeking() as connection:
        found = stored.find(connection, name)
    return None if found is None else Held(*found)


def of_user(context: Context, user: str) -> list[Held]:
    """Return the live sessions of `user`, the oldest first."""
    now = context.now()
    found = context.store.look_up((of_user, user), lambda: _of_user(context, user, now))
    return [held for held in found if held.session.live(now)]


def _of_user(context: Context, user: str, now: datetime) -> list[Held]:
    with context.store.peeking() as connection:
        return [Held(*found) for found in stored.of_owner(connection, user, now)]


def schedule_of(context: Context, name: str) -> Schedule:
    """Return the clock of a live session; raises UnknownSession."""
    held, now = find(context, name), context.now()
    if held is None or not held.session.live(now):
        raise UnknownSession(name)
    return schedule(held.session, held.environment.terms, now)


def activate(context: Context, name: str, token: str) -> Activated | Lapsed | WrongToken:
    """Let in whoever brings the token: the first time the clock starts, later it only signs in."""
    hashed, now = digest(token), context.now()

    def let_in(connection: Connection) -> Activated | Lapsed | WrongToken:
        found = stored.find_with_tokens(connection, name)
        if found is None:
            return Lapsed(None)
        before, environment, tokens, portal = found
        if not before.live(now) or before.owner is None:
            return Lapsed(before.index_url or None)
        if not tokens.accept(hashed, now):
            return WrongToken()
        session = moves.activate(before, environment.terms, now)
        stored.save(connection, session, tokens.use(hashed, now))
        outbox.tell_changes(context, connection, [(before, session, environment)], portal)
        return Activated(session, portal)

    return context.store.write(let_in)


def extend(context: Context, name: str) -> Extended:
    """Give a session more time when its terms allow it; raises UnknownSession or UnownedSession."""
    now = context.now()
    with context.store.writing() as connection:
        held = _owned(connection, name, now)
        longer = moves.extend(held.session, held.environment.terms, now)
        if longer is not None:
            stored.save(connection, longer)
            outbox.tell_changes(context, connection, [(held.session, longer, held.environment)])
    session = longer or held.session
    return Extended(schedule(session, held.environment.terms, now), longer is not None)


def end(context: Context, name: str) -> Session:
    """End a session and return it as it was left; raises UnknownSession (a second time, too) or UnownedSession."""
    now = context.now()
    with context.store.writing() as connection:
        held = _owned(connection, name, now)
        session = moves.end(held.session, Ending.FINISHED, context.provider.instant, now)
        stored.save(connection, session)
        outbox.tell_changes(context, connection, [(held.session, session, held.environment)])
    provision.stop(context, [session])
    return session


def _owned(connection: Connection, name: str, now: datetime) -> Held:
    found = stored.find(connection, name)
    if found is None or not found[0].live(now):
        raise UnknownSession(name)
    if found[0].owner is None:
        raise UnownedSession(name)
    return Held(*found)


def seen(context: Context, name: str, watched: bool = False) -> bool:
    """Note that the owner of a running session was seen; whether that was worth a write.

    It counts from the first time on that something `watched`: a script of the owner's browser, which goes on doing so.
    """
    now = context.now()
    with context.store.reading() as connection:
        found = stored.find(connection, name)
    if found is None or not found[1].terms.orphaned or found[0].state is not SessionState.RUNNING:
        return False
    last, every = found[0].last_seen, watch_every(found[1].terms) / 2
    if last is None and watched:
        with context.store.writing() as connection:
            return stored.watched(connection, name, now)
    if last is None or now - last < every:
        return False
    with context.store.writing() as connection:
        return stored.seen(connection, name, now, now - every)


def progress(context: Context, name: str) -> Progressed:
    """Return a session after following up its start: on to its next state, or ended; raises UnknownSession."""
    held = find(context, name)
    if held is None:
        raise UnknownSession(name)
    polled = None
    if held.session.state is SessionState.STARTING:
        polled = provision.poll(context, held.session)
    with context.store.writing() as connection:
        held = move_on(context, connection, name, polled)
    if held is None:
        raise UnknownSession(name)
    provision.stop(context, [held.session])
    return Progressed(held, held.session.ending)


def move_on(context: Context, connection: Connection, name: str, polled: Progress | None) -> Held | None:
    """Store what time and the provider's answer make of a session, and return it; None when it is long gone."""
    found = stored.find(connection, name)
    if found is None:
        return None
    now, (session, environment) = context.now(), found
    starting = session.state is SessionState.STARTING
    why = ending(session, environment.terms, now)
    if why is None and starting and polled is Progress.FAILED:
        why = Ending.FAILED
    if why is not None:
        session = moves.end(session, why, context.provider.instant, now)
    elif starting and polled is Progress.READY:
        session = moves.become_ready(session, environment.terms, now)
    if session is not found[0]:
        stored.save(connection, session)
        outbox.tell_changes(context, connection, [(found[0], session, environment)])
    return Held(session, environment)
