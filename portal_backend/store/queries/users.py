"""Reads and writes users: ids given by the portal, stored when a session is allocated and not before."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, exists, insert, select, update

from portal_backend.store.prepared import Prepared
from portal_backend.store.queries.forgetting import delete_or_count
from portal_backend.store.tables import sessions, users

_insert = Prepared(insert(users))
_named = users.c.id == bindparam("called")
_person = update(users).where(_named)
_find = select(users.c.id, users.c.email, users.c.first_name, users.c.last_name).where(_named)
_unused = (
    select(users.c.id)
    .where(users.c.created < bindparam("before"), ~exists().where(sessions.c.owner == users.c.id))
    .order_by(users.c.created, users.c.id)
    .limit(bindparam("most"))
)
_forget = delete(users).where(users.c.id.in_(_unused))


@dataclass(frozen=True)
class User:
    """An id the portal knows, and what was told of the person behind it."""

    id: str
    email: str = ""
    first_name: str = ""
    last_name: str = ""

    @property
    def described(self) -> bool:
        """Whether anything but the id is known."""
        return bool(self.email or self.first_name or self.last_name)


def find(connection: Connection, user: str) -> User | None:
    """Return the user with this id, or None."""
    row = connection.execute(_find, {"called": user}).first()
    return None if row is None else User(*row)


def add(connection: Connection, user: User, now: datetime) -> None:
    """Store a new user."""
    _insert.run(connection, _told(user) | {"id": user.id, "created": now})


def describe(connection: Connection, user: User) -> None:
    """Store what is newly told of a known user; what is not told stays."""
    told = {name: value for name, value in _told(user).items() if value}
    connection.execute(_person, told | {"called": user.id})


def _told(user: User) -> dict[str, str]:
    return {"email": user.email, "first_name": user.first_name, "last_name": user.last_name}


def unused(connection: Connection, before: datetime, most: int) -> list[str]:
    """Return at most `most` ids made before `before` whose last session is gone: those `forget_unused` deletes."""
    return list(connection.execute(_unused, {"before": before, "most": most}).scalars())


def forget_unused(connection: Connection, before: datetime, most: int, dry: bool = False) -> int:
    """Delete at most `most` users made before `before` whose last session is gone; a `dry` run only looks."""
    return delete_or_count(connection, _forget, _unused, {"before": before, "most": most}, dry)
