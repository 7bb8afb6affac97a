"""Reads and writes sessions; the one place where the `sessions` table is written."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, delete, func, insert, or_, select, text, update

from portal_backend.domain.activation import Tokens
from portal_backend.domain.environment import Environment, Portal
from portal_backend.domain.session import Session
from portal_backend.store.changes import Glance
from portal_backend.store.prepared import Prepared
from portal_backend.store.queries.forgetting import delete_or_count
from portal_backend.store.rows import (
    ENVIRONMENT,
    PORTAL,
    SESSION,
    TOKENS,
    environment_from,
    portal_from,
    session_from,
    session_values,
    token_values,
)
from portal_backend.store.tables import LIVE, environments, portal, sessions

_live = (text(f"sessions.{LIVE}"), sessions.c.ends > bindparam("now"))
_both = select(*SESSION, *ENVIRONMENT).join_from(sessions, environments)
_width = len(SESSION)
_insert = Prepared(insert(sessions))
_named = sessions.c.name == bindparam("called")

_find = Prepared(_both.where(_named))
_find_with_tokens = Prepared(
    select(*SESSION, *TOKENS, *PORTAL, *ENVIRONMENT)
    .select_from(sessions.join(environments).join(portal, text("true")))
    .where(_named)
)
_of_owner = Prepared(_both.where(sessions.c.owner == bindparam("user"), *_live).order_by(sessions.c.requested))
_listed = select(*SESSION).where(*_live).order_by(sessions.c.environment, sessions.c.created)
_spare_names = (
    select(sessions.c.environment, sessions.c.name)
    .where(sessions.c.owner.is_(None), text(f"sessions.{LIVE}"))
    .order_by(sessions.c.created, sessions.c.name)
)
_give_up = (
    update(sessions)
    .where(_named, sessions.c.owner.is_(None), text(LIVE))
    .values({name: bindparam(name) for name in ("state", "ended", "ending")})
)
_counts = (
    select(sessions.c.environment, func.count(), func.count(sessions.c.owner))
    .where(*_live)
    .group_by(sessions.c.environment)
)
_ready_counts = (
    select(sessions.c.environment, func.count())
    .where(sessions.c.owner.is_(None), text(f"sessions.{LIVE}"), text("sessions.state = 'WAITING'"))
    .group_by(sessions.c.environment)
)
_running = text("state = 'RUNNING'")
_seen = (
    update(sessions)
    .where(_named, _running, sessions.c.last_seen <= bindparam("before"))
    .values(last_seen=bindparam("moment"))
)
_watched = (
    update(sessions).where(_named, _running, sessions.c.last_seen.is_(None)).values(last_seen=bindparam("moment"))
)
_seen_at = (
    update(sessions)
    .where(_named, _running, or_(sessions.c.last_seen.is_(None), sessions.c.last_seen < bindparam("moment")))
    .values(last_seen=bindparam("moment"))
)
_still = select(*SESSION).where(sessions.c.name.in_(bindparam("names", expanding=True)))
_end = update(sessions).where(_named).values({name: bindparam(name) for name in ("state", "ended", "ending")})
_launched = update(sessions).where(_named).values(launched=True)
_old = (
    select(sessions.c.name)
    .where(text("sessions.state = 'STOPPED'"), sessions.c.ended < bindparam("before"))
    .order_by(sessions.c.ended)
    .limit(bindparam("most"))
)
_forget = delete(sessions).where(sessions.c.name.in_(_old))
_fixed = {"name", "environment", "created"}
_changing = [column.name for column in (*SESSION, sessions.c.ends) if column.name not in _fixed]
_save = Prepared(update(sessions).where(_named).values({name: bindparam(name) for name in _changing}))
_save_with_tokens = Prepared(
    update(sessions).where(_named).values({name: bindparam(name) for name in [*_changing, *token_values(Tokens())]})
)


class Entrance(NamedTuple):
    """A session, its environment, the tokens that let its owner in, and the portal."""

    session: Session
    environment: Environment
    tokens: Tokens
    portal: Portal


@dataclass(frozen=True)
class Counts:
    """What is live in one environment: `active` sessions, `allocated` ones, and spares that are `ready`."""

    active: int = 0
    allocated: int = 0
    ready: int = 0

    @property
    def reserved(self) -> int:
        """How many spares are up or coming up."""
        return self.active - self.allocated


def find(connection: Connection | Glance, name: str) -> tuple[Session, Environment] | None:
    """Return the session called `name` with its environment, or None."""
    row = _find.first(connection, {"called": name})
    return None if row is None else (session_from(row[:_width]), environment_from(row[_width:]))


def find_with_tokens(connection: Connection, name: str) -> Entrance | None:
    """Return the session called `name` with all that letting its owner in needs; or None."""
    row = _find_with_tokens.first(connection, {"called": name})
    if row is None:
        return None
    tokens, rest = _width + len(TOKENS), _width + len(TOKENS) + len(PORTAL)
    return Entrance(
        session_from(row[:_width]),
        environment_from(row[rest:]),
        Tokens(*row[_width:tokens]),
        portal_from(*row[tokens:rest]),
    )


def of_owner(connection: Connection | Glance, user: str, now: datetime) -> list[tuple[Session, Environment]]:
    """Return what `user` holds at `now`, the oldest first."""
    rows = _of_owner.all(connection, {"user": user, "now": now})
    return [(session_from(row[:_width]), environment_from(row[_width:])) for row in rows]


def listed(connection: Connection, now: datetime) -> list[Session]:
    """Return every session that is live at `now`, by environment and age."""
    return [session_from(row) for row in connection.execute(_listed, {"now": now})]


def spare_names(connection: Connection) -> list[tuple[str, str]]:
    """Return the environment and the name of every spare, the oldest first."""
    return [(row.environment, row.name) for row in connection.execute(_spare_names)]


def give_up(connection: Connection, names: Iterable[str], gone: Session) -> None:
    """End spares by name, all in the way `gone` ended; one that has an owner by now is left alone."""
    rows = [{"called": name, "state": gone.state, "ended": gone.ended, "ending": gone.ending} for name in names]
    if rows:
        connection.execute(_give_up, rows)


def counts(connection: Connection, now: datetime) -> dict[str, Counts]:
    """Return what is live at `now` by environment; an environment with nothing live is left out."""
    ready = {name: number for name, number in connection.execute(_ready_counts)}
    rows = connection.execute(_counts, {"now": now})
    return {name: Counts(active, allocated, ready.get(name, 0)) for name, active, allocated in rows}


def add(connection: Connection, new: Iterable[tuple[Session, Tokens]]) -> None:
    """Store new sessions with the tokens that let their owners in."""
    rows = [session_values(session) | token_values(tokens) | {"launched": False} for session, tokens in new]
    if rows:
        _insert.run_each(connection, rows)


def save(connection: Connection, session: Session, tokens: Tokens | None = None) -> None:
    """Store what `session` has become, and its tokens when they changed as well."""
    values = _changed(session) | (token_values(tokens) if tokens else {})
    (_save_with_tokens if tokens else _save).run(connection, values)


def save_all(connection: Connection, changed: Iterable[Session]) -> None:
    """Store what several sessions have become."""
    rows = [_changed(session) for session in changed]
    if rows:
        _save.run_each(connection, rows)


def _changed(session: Session) -> dict[str, Any]:
    """Return what may change of a session and its name: a value that is given is written, and its index with it."""
    values = session_values(session)
    for name in _fixed:
        del values[name]
    values["called"] = session.name
    return values


def unchanged(connection: Connection, read: Sequence[Session]) -> set[str]:
    """Return the names of those sessions that are still as they were read."""
    now = {session.name: session for session in _read(connection, [session.name for session in read])}
    return {session.name for session in read if now.get(session.name) == session}


def _read(connection: Connection, names: Sequence[str]) -> list[Session]:
    return [session_from(row) for row in connection.execute(_still, {"names": names})] if names else []


def end_all(connection: Connection, ended: Iterable[Session]) -> None:
    """Store that sessions have ended, when, and why."""
    rows = [{"called": s.name, "state": s.state, "ended": s.ended, "ending": s.ending} for s in ended]
    if rows:
        connection.execute(_end, rows)


def seen(connection: Connection, name: str, now: datetime, before: datetime) -> bool:
    """Note at `now` that a running session's owner was seen, unless that was noted since `before`, or never was."""
    return connection.execute(_seen, {"called": name, "moment": now, "before": before}).rowcount > 0


def watched(connection: Connection, name: str, now: datetime) -> bool:
    """Note that from `now` on a running session's owner is watched; whether that is new."""
    return connection.execute(_watched, {"called": name, "moment": now}).rowcount > 0


def seen_at(connection: Connection, moments: Mapping[str, datetime]) -> None:
    """Note when the owners of running sessions were seen; what is noted already and is later, stays."""
    if moments:
        connection.execute(_seen_at, [{"called": name, "moment": moment} for name, moment in moments.items()])


def launched(connection: Connection, names: Sequence[str]) -> None:
    """Note that the provider has been told to start these sessions."""
    connection.execute(_launched, [{"called": name} for name in names])


def forget(connection: Connection, before: datetime, most: int, dry: bool = False) -> int:
    """Delete at most `most` sessions that stopped before `before`; return how many. A `dry` run only looks."""
    return delete_or_count(connection, _forget, _old, {"before": before, "most": most}, dry)
