"""Reads and writes OAuth2 tokens; only hashes are stored."""

from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, or_, select

from portal_backend.store.changes import Glance
from portal_backend.store.prepared import Prepared
from portal_backend.store.queries.forgetting import delete_or_count
from portal_backend.store.tables import tokens


@dataclass(frozen=True)
class StoredPair:
    """An access token and its refresh token, as hashes, with whom they were given to.

    `code` is the hash of the authorization code they came from, if they did.
    """

    access: str
    refresh: str
    client: str
    username: str
    scope: str
    issued: datetime
    expires: datetime
    refresh_expires: datetime
    code: str | None = None


_columns = tuple(tokens.c[field.name] for field in fields(StoredPair))
_insert = Prepared(insert(tokens))
_by_access = Prepared(select(*_columns).where(tokens.c.access == bindparam("hashed")))
_by_refresh = select(*_columns).where(tokens.c.refresh == bindparam("hashed"))
_drop = delete(tokens).where(or_(tokens.c.access == bindparam("hashed"), tokens.c.refresh == bindparam("hashed")))
_drop_family = delete(tokens).where(tokens.c.code == bindparam("hashed"), tokens.c.code.is_not(None))
_expired = select(tokens.c.access).where(tokens.c.refresh_expires < bindparam("before")).limit(bindparam("most"))
_forget = delete(tokens).where(tokens.c.access.in_(_expired))


def add(connection: Connection, pair: StoredPair) -> None:
    """Store a pair of tokens."""
    _insert.run(connection, vars(pair))


def by_access(connection: Connection | Glance, hashed: str) -> StoredPair | None:
    """Return the pair whose access token has this hash, or None."""
    row = _by_access.first(connection, {"hashed": hashed})
    return None if row is None else StoredPair(*row)


def by_refresh(connection: Connection, hashed: str) -> StoredPair | None:
    """Return the pair whose refresh token has this hash, or None."""
    row = connection.execute(_by_refresh, {"hashed": hashed}).first()
    return None if row is None else StoredPair(*row)


def drop(connection: Connection, hashed: str) -> bool:
    """Delete the pair either of whose tokens has this hash; whether there was one."""
    return connection.execute(_drop, {"hashed": hashed}).rowcount > 0


def drop_family(connection: Connection, code: str) -> int:
    """Delete every pair that came from one authorization code, and return how many there were."""
    return connection.execute(_drop_family, {"hashed": code}).rowcount


def forget_expired(connection: Connection, before: datetime, most: int, dry: bool = False) -> int:
    """Delete at most `most` pairs that were of no use any more at `before`; a `dry` run only looks."""
    return delete_or_count(connection, _forget, _expired, {"before": before, "most": most}, dry)
