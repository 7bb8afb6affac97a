"""Finds what waits for the sweeper, a bounded number of rows each time: what is over, coming up or on its way out."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Integer, Select, bindparam, select, text

from portal_backend.domain.environment import Environment
from portal_backend.domain.session import Session
from portal_backend.store.rows import ENVIRONMENT, SESSION, environment_from, session_from
from portal_backend.store.tables import LIVE, environments, sessions
from portal_backend.store.types import Until

Due = Callable[[Connection, datetime, int], list[tuple[Session, Environment]]]

_live_state = text(f"sessions.{LIVE}")
_now = bindparam("now", type_=Until)
_most = bindparam("most", type_=Integer)
_both = select(*SESSION, *ENVIRONMENT).join_from(sessions, environments)
_width = len(SESSION)

_past_end = _both.where(_live_state, sessions.c.ends <= _now).order_by(sessions.c.ends).limit(_most)
_overdue = _both.where(
    text("sessions.state = 'STARTING'"),
    sessions.c.owner.is_not(None),
    text("environments.overdue > 0"),
    text("sessions.requested + environments.overdue <= :now").bindparams(_now),
).limit(_most)
_orphaned = _both.where(
    text("sessions.state = 'RUNNING'"),
    _live_state,
    text("environments.orphaned > 0"),
    text("sessions.last_seen + environments.orphaned <= :now").bindparams(_now),
).limit(_most)
_after = sessions.c.name > bindparam("after")
_starting = (
    select(*SESSION, sessions.c.launched)
    .where(text("sessions.state = 'STARTING'"), _after)
    .order_by(sessions.c.name)
    .limit(_most)
)
_unseen = (
    select(*SESSION)
    .join_from(sessions, environments)
    .where(
        text("sessions.state = 'RUNNING'"),
        _live_state,
        text("environments.orphaned > 0"),
        text("(sessions.last_seen IS NULL OR 2 * (:now - sessions.last_seen) >= environments.orphaned)").bindparams(
            _now
        ),
        _after,
    )
    .order_by(sessions.c.name)
    .limit(_most)
)
_stopping = select(*SESSION).where(text("sessions.state = 'STOPPING'"), _after).order_by(sessions.c.name).limit(_most)


def past_end(connection: Connection, now: datetime, most: int) -> list[tuple[Session, Environment]]:
    """Return sessions that were not activated in time or whose time is up, the longest over first."""
    return _pairs(connection, _past_end, now, most)


def overdue(connection: Connection, now: datetime, most: int) -> list[tuple[Session, Environment]]:
    """Return sessions somebody waits for that take longer to start than their environment allows."""
    return _pairs(connection, _overdue, now, most)


def orphaned(connection: Connection, now: datetime, most: int) -> list[tuple[Session, Environment]]:
    """Return running sessions whose owner was not seen for longer than their environment allows."""
    return _pairs(connection, _orphaned, now, most)


def _pairs(connection: Connection, due: Select[Any], now: datetime, most: int) -> list[tuple[Session, Environment]]:
    rows = connection.execute(due, {"now": now, "most": most})
    return [(session_from(row[:_width]), environment_from(row[_width:])) for row in rows]


def unseen(connection: Connection, now: datetime, after: str, most: int) -> list[Session]:
    """Return running sessions of which nothing was noted for half as long as ends them, by name from `after` on."""
    return [session_from(row) for row in connection.execute(_unseen, {"now": now, "after": after, "most": most})]


def starting(connection: Connection, after: str, most: int) -> list[tuple[Session, bool]]:
    """Return sessions that are coming up, by name from `after` on, and whether their provider was told of them."""
    rows = connection.execute(_starting, {"after": after, "most": most})
    return [(session_from(row[:_width]), row[_width]) for row in rows]


def stopping(connection: Connection, after: str, most: int) -> list[Session]:
    """Return sessions on their way out, by name from `after` on."""
    return [session_from(row) for row in connection.execute(_stopping, {"after": after, "most": most})]
