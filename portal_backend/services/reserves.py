"""Makes the spares of many environments at once, in batches that leave requests their turn."""

import time
from collections.abc import Mapping

from sqlalchemy import Connection

from portal_backend.domain.activation import Tokens
from portal_backend.domain.allocation import Seats
from portal_backend.domain.moves import create
from portal_backend.domain.session import Session
from portal_backend.services import provision
from portal_backend.services.context import Context
from portal_backend.store.queries import environments, sessions
from portal_backend.store.queries.sessions import Counts

BATCH = 200


def fill(context: Context, wanted: Mapping[str, int]) -> int:
    """Make spares until each environment has as many as `wanted` says and its limits allow; return how many.

    An environment that waits for its first request gets none.
    """
    made, waiting = 0, dict(wanted)
    while waiting:
        began = time.monotonic()
        created = _fill_batch(context, waiting)
        lasted = time.monotonic() - began
        provision.start(context, created)
        made += len(created)
        if waiting:
            time.sleep(lasted)
    return made


def _fill_batch(context: Context, waiting: dict[str, int]) -> list[Session]:
    """Make at most a batch of spares; the environments that have theirs are no longer `waiting`."""
    with context.store.writing() as connection:
        missing = _missing(connection, context, waiting)
        created = _make(connection, context, missing)
        sessions.add(connection, [(spare, Tokens()) for spare in created])
    return created


def _missing(connection: Connection, context: Context, waiting: dict[str, int]) -> dict[str, int]:
    portal = environments.find_portal(connection)
    awake = {each.name: each for each in environments.awake(connection)}
    counts = sessions.counts(connection, context.now())
    maximum = portal.maximum if portal else 0
    everywhere, room, missing = sum(each.active for each in counts.values()), BATCH, {}
    for name in list(waiting):
        if not room:
            break
        wanted, here, found = waiting.pop(name), counts.get(name, Counts()), awake.get(name)
        if found is None:
            continue
        seats = Seats(found.capacity, wanted, maximum, here.active, here.reserved, everywhere)
        number = min(seats.missing_spares, room)
        if number < seats.missing_spares:
            waiting[name] = wanted
        if number:
            missing[name] = number
        everywhere, room = everywhere + number, room - number
    return missing


def _make(connection: Connection, context: Context, missing: Mapping[str, int]) -> list[Session]:
    now, ready = context.now(), context.provider.instant
    return [
        create(f"{name}-s{number:03d}", name, ready, now)
        for name, numbers in environments.take_numbers_of(connection, missing).items()
        for number in numbers
    ]
