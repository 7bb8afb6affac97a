"""Reads and writes the outbox: events on their way to webhooks, one row for each event and target.

A `lane` is the target's origin, which is posted to over one connection; a `queue` is one target and one subject, within
which rows leave in the order of their ids. `due` is when a row may next be taken: a failure puts it off, and so does
taking it, for the length of the lease. A row whose `due` is to come therefore holds back all that follow in its queue,
and what a crashed process had taken is free again by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Integer, String, bindparam, delete, func, insert, select, update
from sqlalchemy.sql import expression

from portal_backend.store.queries.forgetting import delete_or_count
from portal_backend.store.tables import outbox
from portal_backend.store.types import Instant


@dataclass(frozen=True)
class Letter:
    """One event for one target, as it waits to be posted; `event` is the id by which a receiver knows it again."""

    id: int
    event: str
    target: str
    queue: str
    body: str
    created: datetime
    attempts: int


@dataclass(frozen=True)
class Waiting:
    """How much waits for one lane, and since when."""

    lane: str
    letters: int
    oldest: datetime


_now = bindparam("now", type_=Instant)
_most = bindparam("most", type_=Integer)
_lane = bindparam("lane", type_=String)
_held = bindparam("held", type_=String)
_row = bindparam("row", type_=Integer)
_earlier = outbox.alias("earlier")
_held_back = expression.exists().where(
    _earlier.c.queue == outbox.c.queue, _earlier.c.id <= outbox.c.id, _earlier.c.due > _now
)
_columns = (
    outbox.c.id,
    outbox.c.event,
    outbox.c.target,
    outbox.c.queue,
    outbox.c.body,
    outbox.c.created,
    outbox.c.attempts,
)

_insert = insert(outbox)
_next_lane = select(func.min(outbox.c.lane)).where(outbox.c.lane > bindparam("after"))
_ready = (
    select(*_columns)
    .where(outbox.c.lane == _lane, outbox.c.due <= _now, ~_held_back)
    .order_by(outbox.c.id)
    .limit(_most)
)
_take = (
    update(outbox)
    .where(outbox.c.id == _row, outbox.c.due <= _now)
    .values(claim=_held, due=bindparam("until", type_=Instant))
)
_mine = (outbox.c.id == _row, outbox.c.claim == _held)
_delivered = delete(outbox).where(*_mine)
_put_off = (
    update(outbox)
    .where(*_mine)
    .values(claim="", due=bindparam("again", type_=Instant), attempts=outbox.c.attempts + bindparam("tried"))
)
_old = (
    select(outbox.c.id)
    .where(outbox.c.created < bindparam("before", type_=Instant))
    .order_by(outbox.c.created)
    .limit(_most)
)
_forget = delete(outbox).where(outbox.c.id.in_(_old))
_waiting = (
    select(outbox.c.lane, func.count(), func.min(outbox.c.created)).group_by(outbox.c.lane).order_by(outbox.c.lane)
)


@dataclass(frozen=True)
class Draft:
    """A letter that is not stored yet."""

    event: str
    target: str
    lane: str
    queue: str
    body: str


def add(connection: Connection, drafts: Sequence[Draft], now: datetime) -> None:
    """Store letters, to be posted as soon as can be."""
    if drafts:
        more = {"created": now, "due": now, "attempts": 0, "claim": ""}
        connection.execute(_insert, [vars(draft) | more for draft in drafts])


def lanes(connection: Connection) -> list[str]:
    """Return the lanes something waits in, due or not, stepping from one to the next through the index."""
    found: list[str] = []
    while (lane := connection.execute(_next_lane, {"after": found[-1] if found else ""}).scalar()) is not None:
        found.append(lane)
    return found


def ready(connection: Connection, lane: str, now: datetime, most: int) -> list[Letter]:
    """Return letters of a lane that may be posted at `now`, the oldest first; those of one queue are in order."""
    rows = connection.execute(_ready, {"lane": lane, "now": now, "most": most})
    return [Letter(*row) for row in rows]


def take(connection: Connection, lane: str, claim: str, now: datetime, lease: timedelta, most: int) -> list[Letter]:
    """Return letters that nobody else may post before `lease` is over; `claim` tells them from another's."""
    found = ready(connection, lane, now, most)
    if found:
        until = {"held": claim, "now": now, "until": now + lease}
        connection.execute(_take, [{"row": letter.id} | until for letter in found])
    return found


def delivered(connection: Connection, claim: str, rows: Sequence[int]) -> None:
    """Drop letters that were posted, as far as they are still held under `claim`."""
    if rows:
        connection.execute(_delivered, [{"row": row, "held": claim} for row in rows])


def put_off(connection: Connection, claim: str, row: int, again: datetime, tried: bool) -> None:
    """Give back a letter held under `claim`, to be taken no sooner than `again`; `tried` counts an attempt."""
    connection.execute(_put_off, {"row": row, "held": claim, "again": again, "tried": int(tried)})


def forget(connection: Connection, before: datetime, most: int, dry: bool = False) -> int:
    """Give up at most `most` letters written before `before`; return how many. A `dry` run only looks."""
    return delete_or_count(connection, _forget, _old, {"before": before, "most": most}, dry)


def waiting(connection: Connection) -> list[Waiting]:
    """Return what waits, lane by lane."""
    return [Waiting(*row) for row in connection.execute(_waiting)]
