"""Reads and writes authorization codes; only hashes are stored, and a spent code stays until it is forgotten."""

from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from portal_backend.store.queries.forgetting import delete_or_count
from portal_backend.store.tables import codes


@dataclass(frozen=True)
class StoredCode:
    """An authorization code as its hash: for which client and user, where to, and its S256 challenge if it has one."""

    code: str
    client: str
    username: str
    redirect_uri: str
    challenge: str
    scope: str
    expires: datetime
    spent: bool = False


_columns = tuple(codes.c[field.name] for field in fields(StoredCode))
_insert = insert(codes)
_find = select(*_columns).where(codes.c.code == bindparam("hashed"))
_spend = update(codes).where(codes.c.code == bindparam("hashed")).values(spent=True)
_expired = select(codes.c.code).where(codes.c.expires < bindparam("before")).limit(bindparam("most"))
_forget = delete(codes).where(codes.c.code.in_(_expired))


def add(connection: Connection, code: StoredCode) -> None:
    """Store a code."""
    connection.execute(_insert, vars(code))


def find(connection: Connection, hashed: str) -> StoredCode | None:
    """Return the code with this hash, or None."""
    row = connection.execute(_find, {"hashed": hashed}).first()
    return None if row is None else StoredCode(*row)


def spend(connection: Connection, hashed: str) -> None:
    """Note that the code was exchanged."""
    connection.execute(_spend, {"hashed": hashed})


def forget_expired(connection: Connection, before: datetime, most: int, dry: bool = False) -> int:
    """Delete at most `most` codes that expired before `before`; a `dry` run only looks."""
    return delete_or_count(connection, _forget, _expired, {"before": before, "most": most}, dry)
