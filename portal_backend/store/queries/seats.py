"""Counts what a decision about one request needs, in one statement over the indexes of live sessions.

Live sessions are counted one by one only near a limit. Far from it the bound made - gone stands for the count: it is
never too low, and with that much room the decision is the same.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    ScalarSelect,
    TextClause,
    bindparam,
    case,
    exists,
    func,
    literal,
    select,
    text,
)

from portal_backend.domain.allocation import Seats, Situation
from portal_backend.domain.environment import Environment
from portal_backend.store.prepared import Prepared, Row
from portal_backend.store.queries.environments import Place
from portal_backend.store.tables import LIVE, environments, sessions, users
from portal_backend.store.types import Until


def _count(*where: ColumnElement[bool] | TextClause) -> ScalarSelect[int]:
    return select(func.count()).select_from(sessions).where(*where).scalar_subquery()


def _oldest(*where: ColumnElement[bool] | TextClause) -> ScalarSelect[str]:
    """Name the oldest of some sessions, of spares one that is ready (WAITING sorts last) before one coming up."""
    named = select(sessions.c.name).where(*where)
    in_order = (sessions.c.state.desc(), sessions.c.created, sessions.c.name)
    return named.order_by(*in_order).limit(1).scalar_subquery()


_here = sessions.c.environment == bindparam("here")
_live_state = text(f"sessions.{LIVE}")
_now = bindparam("now", type_=Until)
_in_time = sessions.c.ends > _now
_unowned = sessions.c.owner.is_(None)
_maximum = bindparam("maximum", type_=Integer)
_limited = _maximum > literal(0)

_margin = bindparam("margin", type_=Integer)
_bound = bindparam("bound", type_=Integer)
_bound_everywhere = select(
    func.coalesce(func.sum(environments.c.sessions_made - environments.c.sessions_gone), 0)
).scalar_subquery()
_counted_here = _count(_here, _live_state, _in_time)
_active_here = case((_bound + _margin <= bindparam("capacity", type_=Integer), _bound), else_=_counted_here)
_reserved_here = _count(_here, _unowned, _live_state)
_everywhere = _count(_live_state, _in_time)
_active_everywhere = case(
    (~_limited, literal(0)),
    (_bound_everywhere + _margin <= _maximum, _bound_everywhere),
    else_=_everywhere,
)
_spare = _oldest(_here, _unowned, _live_state)
_other_spare = (
    select(sessions.c.name)
    .where(~_here, _unowned, _live_state)
    .order_by(sessions.c.created, sessions.c.name)
    .limit(1)
    .scalar_subquery()
)
# The plus keeps SQLite, which has no statistics here, from looking through all live sessions for those of one user.
_mine = (sessions.c.owner == bindparam("user"), _live_state, text("+sessions.ends > :now").bindparams(_now))
_own = _oldest(*_mine, _here)
_user_allocated = _count(*_mine)
_known = exists().where(users.c.id == bindparam("user"))

_seats = select(_counted_here, _reserved_here, case((_limited, _everywhere), else_=0))
_situation = Prepared(
    select(
        _active_here,
        _reserved_here,
        _active_everywhere,
        _spare,
        case((_limited, _other_spare), else_=None),
        _own,
        _user_allocated,
        _known,
    )
)
_next_end = select(func.min(sessions.c.ends)).where(_live_state, _in_time)
_next_end_here = _next_end.where(_here)
_next_end_of_user = _next_end.where(sessions.c.owner == bindparam("user"))


@dataclass(frozen=True)
class Counted:
    """The situation of one request, and whether its user is known."""

    situation: Situation
    known: bool


def situation(
    connection: Connection, place: Place, user: str | None, asked_for: str | None, cap: int, now: datetime
) -> Counted:
    """Return what is true at `now` for a request in `place` of a `user` who may hold `cap` sessions."""
    portal, environment = place.portal, place.environment
    values = {
        "here": environment.name,
        "now": now,
        "user": user or "",
        "capacity": environment.capacity,
        "maximum": portal.maximum,
        "bound": place.made - place.gone,
        "margin": environment.reserved + 1,
    }
    row = _situation.first(connection, values) or ()
    found = Situation(
        state=environment.state,
        seats=_seats_of(environment, portal.maximum, row),
        user_cap=cap,
        user_allocated=row[6],
        own=row[5],
        asked_for=asked_for,
        spare=row[3],
        spare_elsewhere=row[4],
    )
    return Counted(found, bool(row[7]))


def seats(connection: Connection, environment: Environment, maximum: int, now: datetime) -> Seats:
    """Return the seats of `environment` as they are at `now`."""
    values = {"here": environment.name, "now": now, "maximum": maximum}
    return _seats_of(environment, maximum, connection.execute(_seats, values).one())


def _seats_of(environment: Environment, maximum: int, row: Row) -> Seats:
    return Seats(environment.capacity, environment.reserved, maximum, row[0], row[1], row[2])


def next_end(connection: Connection, now: datetime, environment: str = "", user: str = "") -> datetime | None:
    """Return when the next live session ends: of `environment`, of `user`, or of all; None when none will."""
    if environment:
        return connection.execute(_next_end_here, {"now": now, "here": environment}).scalar()
    if user:
        return connection.execute(_next_end_of_user, {"now": now, "user": user}).scalar()
    return connection.execute(_next_end, {"now": now}).scalar()
