"""Reads and writes the portal's row and its environments."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, String, bindparam, case, delete, insert, or_, select, text, update

from portal_backend.contract.wire import EnvironmentState
from portal_backend.domain.environment import Environment, Portal
from portal_backend.store.changes import Glance
from portal_backend.store.prepared import Prepared
from portal_backend.store.queries.forgetting import delete_or_count
from portal_backend.store.rows import (
    ENVIRONMENT,
    PORTAL,
    environment_from,
    environment_values,
    portal_from,
    portal_settings,
)
from portal_backend.store.tables import LIVE, environments, portal
from portal_backend.store.types import Instant

_asked = bindparam("asked", type_=String)
_portal_width = len(PORTAL)

_portal = Prepared(select(*PORTAL, portal.c.environments_made))
_place = Prepared(
    select(*PORTAL, environments.c.sessions_made, environments.c.sessions_gone, *ENVIRONMENT)
    .select_from(environments.join(portal, text("true")))
    .where(
        or_(environments.c.name == _asked, environments.c.workshop_name == _asked, environments.c.alias == _asked),
        text("environments.state <> 'STOPPED'"),
    )
    .order_by(
        case((text("environments.state = 'RUNNING'"), 0), else_=1),
        case((environments.c.name == _asked, 0), (environments.c.workshop_name == _asked, 1), else_=2),
        environments.c.created.desc(),
        environments.c.name.desc(),
    )
    .limit(1)
)
_all = select(*ENVIRONMENT).order_by(environments.c.position, environments.c.created, environments.c.name)
_current = (
    select(environments.c.refresh, environments.c.created, *ENVIRONMENT)
    .where(text("environments.state <> 'STOPPED'"))
    .order_by(environments.c.created, environments.c.name)
)
_to_refresh = (
    select(environments.c.name)
    .where(
        text("environments.state = 'RUNNING'"),
        text("environments.refresh > 0"),
        text("environments.created + environments.refresh <= :now").bindparams(bindparam("now", type_=Instant)),
    )
    .limit(1)
)
_awake = select(*ENVIRONMENT).where(
    text("environments.state = 'RUNNING'"), or_(environments.c.initial > 0, environments.c.sessions_made > 0)
)
_take_numbers = Prepared(
    update(environments)
    .where(environments.c.name == bindparam("here"))
    .values(sessions_made=environments.c.sessions_made + bindparam("more"))
    .returning(environments.c.sessions_made)
)
_numbers = select(environments.c.name, environments.c.sessions_made, environments.c.sessions_gone)
_count_gone = (
    update(environments)
    .where(environments.c.name == bindparam("here"), environments.c.sessions_gone < bindparam("counted"))
    .values(sessions_gone=bindparam("counted"))
)
_named = environments.c.name == bindparam("called")
_insert = insert(environments)
_fixed = {"name", "created", "stopped", "sessions_made", "sessions_gone"}
_changing = [column.name for column in environments.c if column.name not in _fixed]
_save = update(environments).where(_named).values({name: bindparam(name) for name in _changing})
_let_end = update(environments).where(_named).values(state=EnvironmentState.STOPPING)
_add_numbers = update(environments).where(_named).values(sessions_made=bindparam("made"))
_refused = select(portal.c.refused)
_note_refused = update(portal).values(refused=bindparam("moment", type_=Instant))
_new_portal = insert(portal).values(id=1)
_save_portal = update(portal)
_close = (
    update(environments)
    .where(
        text("state = 'STOPPING'"),
        text(f"NOT EXISTS (SELECT 1 FROM sessions WHERE sessions.environment = environments.name AND sessions.{LIVE})"),
        text(
            "NOT EXISTS (SELECT 1 FROM sessions"
            " WHERE sessions.environment = environments.name AND sessions.state = 'STOPPING')"
        ),
    )
    .values(state=EnvironmentState.STOPPED, stopped=bindparam("moment"))
    .returning(*ENVIRONMENT)
)
_closing = select(environments.c.name).where(text("state = 'STOPPING'")).limit(1)

_old = (
    select(environments.c.name)
    .where(
        text("environments.state = 'STOPPED'"),
        environments.c.stopped < bindparam("before"),
        text("NOT EXISTS (SELECT 1 FROM sessions WHERE sessions.environment = environments.name)"),
    )
    .limit(bindparam("most"))
)
_forget = delete(environments).where(environments.c.name.in_(_old))


@dataclass(frozen=True)
class Kept:
    """An environment that is not stopped, when it was made, and after how long it is replaced (zero for never)."""

    environment: Environment
    refresh: timedelta
    created: datetime


@dataclass(frozen=True)
class Place:
    """Where a session is asked for: the portal, the environment, and how many sessions the latter made and lost."""

    portal: Portal
    environment: Environment
    made: int
    gone: int

    @property
    def awake(self) -> bool:
        """Whether the environment keeps a reserve: it started with one, or was asked for a session already."""
        return self.environment.initial > 0 or self.made > 0


def find_portal(connection: Connection | Glance) -> Portal | None:
    """Return the portal, or None while nothing has been applied."""
    row = _portal.first(connection, {})
    return None if row is None else portal_from(*row[:_portal_width])


def environments_made(connection: Connection) -> int:
    """Return how many environments were ever made."""
    row = _portal.first(connection, {})
    return 0 if row is None else int(row[_portal_width])


def save_portal(connection: Connection, wanted: Portal, made: int) -> None:
    """Store the portal and how many environments it has ever made."""
    values = {
        "name": wanted.name,
        "uid": wanted.uid,
        "generation": wanted.generation,
        "settings": portal_settings(wanted),
        "environments_made": made,
    }
    known = _portal.first(connection, {}) is not None
    connection.execute(_save_portal if known else _new_portal, values)


def find_place(connection: Connection, asked: str) -> Place | None:
    """Return the environment called `asked`, or else the one of the workshop or alias `asked`; running ones first."""
    row = _place.first(connection, {"asked": asked}) if asked else None
    if row is None:
        return None
    made, gone = row[_portal_width : _portal_width + 2]
    return Place(portal_from(*row[:_portal_width]), environment_from(row[_portal_width + 2 :]), made, gone)


def everything(connection: Connection) -> list[Environment]:
    """Return all environments in the order of the catalog, the stopped ones included."""
    return [environment_from(row) for row in connection.execute(_all)]


def current(connection: Connection) -> list[Kept]:
    """Return the environments that are not stopped, the oldest first."""
    return [Kept(environment_from(row[2:]), *row[:2]) for row in connection.execute(_current)]


def any_to_refresh(connection: Connection, now: datetime) -> bool:
    """Whether some running environment is to be replaced because of its age."""
    return connection.execute(_to_refresh, {"now": now}).first() is not None


def last_refused(connection: Connection) -> datetime | None:
    """Return when an edit of the owner's files was refused, or None when the last one was applied."""
    row = connection.execute(_refused).first()
    return None if row is None else row.refused


def note_refused(connection: Connection, moment: datetime | None) -> None:
    """Store when an edit was refused, or that none is."""
    connection.execute(_note_refused, {"moment": moment})


def awake(connection: Connection) -> list[Environment]:
    """Return the running environments that keep a reserve: those not waiting for their first request."""
    return [environment_from(row) for row in connection.execute(_awake)]


def take_numbers(connection: Connection, environment: str, more: int) -> range:
    """Return the numbers of the next `more` sessions of an environment; a number is never given twice."""
    (last,) = _take_numbers.first(connection, {"here": environment, "more": more}) or (0,)
    return range(last - more + 1, last + 1)


def take_numbers_of(connection: Connection, more: Mapping[str, int]) -> dict[str, range]:
    """Return the numbers of the next sessions of several environments at once; call it inside a write transaction."""
    made = {name: known for name, (known, _) in numbers(connection).items() if name in more}
    if made:
        connection.execute(_add_numbers, [{"called": name, "made": known + more[name]} for name, known in made.items()])
    return {name: range(known + 1, known + more[name] + 1) for name, known in made.items()}


def numbers(connection: Connection) -> dict[str, tuple[int, int]]:
    """Return how many sessions each environment has made, and how many of them were counted as gone."""
    return {name: (made, gone) for name, made, gone in connection.execute(_numbers)}


def count_gone(connection: Connection, counted: Mapping[str, int]) -> None:
    """Store how many of an environment's sessions are over; fewer than known before is ignored."""
    rows = [{"here": name, "counted": gone} for name, gone in counted.items()]
    if rows:
        connection.execute(_count_gone, rows)


def add_all(connection: Connection, new: Iterable[tuple[Environment, timedelta]], now: datetime) -> None:
    """Store new environments, each with the time after which it is replaced."""
    fresh = {"sessions_made": 0, "sessions_gone": 0, "created": now, "stopped": None}
    rows = [environment_values(environment) | {"refresh": refresh} | fresh for environment, refresh in new]
    if rows:
        connection.execute(_insert, rows)


def save_all(connection: Connection, changed: Iterable[tuple[Environment, timedelta]]) -> None:
    """Store what environments have become, each with the time after which it is replaced."""
    # A row must not bring the name as well: it would be set, and SQLite would look for sessions of the old one.
    rows = [_changed(environment_values(each) | {"refresh": refresh}, each.name) for each, refresh in changed]
    if rows:
        connection.execute(_save, rows)


def _changed(values: Mapping[str, Any], called: str) -> dict[str, Any]:
    return {name: values[name] for name in _changing} | {"called": called}


def let_end(connection: Connection, names: Iterable[str]) -> None:
    """Let environments hand out nothing more."""
    rows = [{"called": name} for name in names]
    if rows:
        connection.execute(_let_end, rows)


def close_emptied(connection: Connection, now: datetime) -> list[Environment]:
    """Stop the environments that are on their way out and have no session left; return them."""
    return [environment_from(row) for row in connection.execute(_close, {"moment": now}).all()]


def any_closing(connection: Connection) -> bool:
    """Whether some environment is on its way out."""
    return connection.execute(_closing).first() is not None


def forget_stopped(connection: Connection, before: datetime, most: int, dry: bool = False) -> int:
    """Delete at most `most` environments that stopped before `before` and have no session; a `dry` run only looks."""
    return delete_or_count(connection, _forget, _old, {"before": before, "most": most}, dry)
