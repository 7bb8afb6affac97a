"""Carries out what time has decided, and keeps house; nothing depends on when or how often it runs.

It may run in any number of processes at once: each step looks again inside its own short transaction, so that each
thing is done once. What is much is spread by `pacing`.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from sqlalchemy import Connection

from portal_backend.domain.allocation import Seats
from portal_backend.domain.environment import Environment
from portal_backend.domain.events import EventName, environment_event, user_event
from portal_backend.domain.lifecycle import ending
from portal_backend.domain.moves import end
from portal_backend.domain.session import Session
from portal_backend.providers.base import Progress
from portal_backend.services import outbox, pacing, provision, reserves
from portal_backend.services.context import Context
from portal_backend.services.sessions import move_on
from portal_backend.store.queries import codes, due, environments, sessions, tokens, users
from portal_backend.store.queries import outbox as letters
from portal_backend.store.queries.sessions import Counts

log = logging.getLogger(__name__)

PAGE = 100
KEEP = timedelta(hours=36)
GIVE_UP = timedelta(hours=24)
_LAUNCH_AGAIN = timedelta(seconds=30)
_WORTH_A_WRITE = 20
Forgetting = Callable[[Connection, datetime, int, bool], int]


@dataclass
class Swept:
    """What one sweep did: sessions `ended` by time, `started`, `stopped` and made as spares; rows `forgotten`."""

    ended: int = 0
    started: int = 0
    stopped: int = 0
    spares: int = 0
    forgotten: int = 0

    def __bool__(self) -> bool:
        """Whether there was anything to do."""
        return any(getattr(self, field.name) for field in fields(self))


def sweep(context: Context, keep: timedelta = KEEP) -> Swept:
    """Do everything that is due now, and return how much that was; rows older than `keep` are forgotten."""
    swept = Swept()
    _ask_who_is_idle(context)
    for find in (due.past_end, due.overdue, due.orphaned):
        swept.ended += _end(context, find)
    swept.started = _follow_starts(context)
    swept.stopped = _stop(context)
    swept.spares = _fill_reserves(context)
    _close_environments(context)
    _count_gone(context)
    swept.forgotten = _forget(context, keep)
    return swept


def _end(context: Context, find: due.Due) -> int:
    ended = 0

    def batch(most: int) -> int:
        nonlocal ended
        found, done = _end_batch(context, find, most)
        ended += done
        return found if done else 0  # where nothing was left to do, another sweeper is at work

    pacing.batches(batch)
    return ended


def _end_batch(context: Context, find: due.Due, most: int) -> tuple[int, int]:
    """End what is over, read and decided while others write, as far as it is still as it was read.

    Return how many were found, and how many of them were ended here.
    """
    with context.store.reading() as connection:
        now = context.now()
        over = [
            (session, end(session, why, context.provider.instant, now), environment)
            for session, environment in find(connection, now, most)
            if (why := ending(session, environment.terms, now)) is not None
        ]
    if not over:
        return 0, 0
    with context.store.writing() as connection:
        unchanged = sessions.unchanged(connection, [before for before, _, _ in over])
        ended = [change for change in over if change[0].name in unchanged]
        sessions.end_all(connection, [after for _, after, _ in ended])
        outbox.tell_changes(context, connection, ended)
    provision.stop(context, [after for _, after, _ in ended])
    return len(over), len(ended)


def _ask_who_is_idle(context: Context) -> None:
    """Note what the provider knows of owners that were not seen lately."""
    if context.provider.instant:
        return
    after = ""
    while True:
        now = context.now()
        with context.store.reading() as connection:
            page = due.unseen(connection, now, after, PAGE)
        if not page:
            return
        idle = {session.name: provision.idle(context, session) for session in page}
        seen = {name: now - length for name, length in idle.items() if length is not None}
        if seen:
            with context.store.writing() as connection:
                sessions.seen_at(connection, seen)
        after = page[-1].name


def _follow_starts(context: Context) -> int:
    moved, after = 0, ""
    while True:
        with context.store.reading() as connection:
            page = due.starting(connection, after, PAGE)
        if not page:
            return moved
        _launch_again(context, page)
        polled = [(session.name, provision.poll(context, session)) for session, _ in page]
        done = [(name, how) for name, how in polled if how is not Progress.STARTING]
        moved += pacing.slices(done, lambda part: _move_on(context, part))
        after = page[-1][0].name


def _launch_again(context: Context, page: list[tuple[Session, bool]]) -> None:
    before = context.now() - _LAUNCH_AGAIN
    provision.start(context, [session for session, launched in page if not launched and session.created < before])


def _move_on(context: Context, polled: Sequence[tuple[str, Progress]]) -> int:
    with context.store.writing() as connection:
        held = [move_on(context, connection, name, how) for name, how in polled]
    provision.stop(context, [each.session for each in held if each])
    return len(held)


def _stop(context: Context) -> int:
    stopped, after = 0, ""
    while True:
        with context.store.reading() as connection:
            page = due.stopping(connection, after, PAGE)
        if not page:
            return stopped
        stopped += pacing.slices(page, lambda part: provision.stop(context, part))
        after = page[-1].name


def _fill_reserves(context: Context) -> int:
    with context.store.reading() as connection:
        portal = environments.find_portal(connection)
        counts = sessions.counts(connection, context.now())
        awake = environments.awake(connection)
    everywhere = sum(each.active for each in counts.values())
    maximum = portal.maximum if portal else 0

    def seats(of: Environment) -> Seats:
        here = counts.get(of.name, Counts())
        return Seats(of.capacity, of.reserved, maximum, here.active, here.reserved, everywhere)

    return reserves.fill(context, {each.name: each.reserved for each in awake if seats(each).missing_spares})


def _close_environments(context: Context) -> None:
    with context.store.reading() as connection:
        if not environments.any_closing(connection):
            return
    with context.store.writing() as connection:
        closed = environments.close_emptied(connection, context.now())
        gone = [environment_event(EventName.ENVIRONMENT_DELETE, each) for each in closed]
        outbox.tell(context, connection, gone)


def _count_gone(context: Context) -> None:
    """Note how many of the sessions made are over, so that a request far from a limit need not count."""
    with context.store.reading() as connection:
        numbers = environments.numbers(connection)
        counts = sessions.counts(connection, context.now())
    over = {name: made - counts.get(name, Counts()).active for name, (made, _) in numbers.items()}
    changed = {name: gone for name, gone in over.items() if gone - numbers[name][1] >= _WORTH_A_WRITE}
    if changed:
        with context.store.writing() as connection:
            environments.count_gone(connection, changed)


def _forget(context: Context, keep: timedelta) -> int:
    now = context.now()
    before = now - keep

    def forget_users(connection: Connection, before: datetime, most: int, dry: bool) -> int:
        gone = [] if dry else users.unused(connection, before, most)
        outbox.tell(context, connection, [user_event(EventName.USER_DELETE, user) for user in gone])
        return users.forget_unused(connection, before, most, dry)

    kept: tuple[tuple[Forgetting, datetime], ...] = (
        (sessions.forget, before),
        (forget_users, before),
        (environments.forget_stopped, before),
        (tokens.forget_expired, now),
        (codes.forget_expired, before),
    )
    given_up = _forget_all(context, letters.forget, now - GIVE_UP)
    if given_up:
        log.warning("%d events for webhooks were given up: their targets did not take them for a day", given_up)
    return given_up + sum(_forget_all(context, *each) for each in kept)


def _forget_all(context: Context, forget: Forgetting, before: datetime) -> int:
    return pacing.batches(lambda most: _forget_batch(context, forget, before, most))


def _forget_batch(context: Context, forget: Forgetting, before: datetime, most: int) -> int:
    with context.store.reading() as connection:
        if not forget(connection, before, 1, True):
            return 0
    with context.store.writing() as connection:
        return forget(connection, before, most, False)
