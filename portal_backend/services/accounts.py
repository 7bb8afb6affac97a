"""The accounts that are not visitors, the OAuth2 tokens given to them, and what is known of users.

The robot and the admin live in the credentials the portal was started with, never in the store; of tokens the store
keeps hashes only.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from sqlalchemy import Connection

from portal_backend.contract.wire import TOKEN_LIFETIME_SECONDS
from portal_backend.resources.model import Account
from portal_backend.services.context import Context, digest
from portal_backend.store.queries import tokens as stored
from portal_backend.store.queries import users
from portal_backend.store.queries.tokens import StoredPair
from portal_backend.store.queries.users import User

__all__ = [
    "Accounts",
    "Holder",
    "Pair",
    "Role",
    "User",
    "find_user",
    "holder",
    "issue",
    "issue_within",
    "login",
    "renew",
    "reserved_names",
    "revoke",
]

_ACCESS = timedelta(seconds=TOKEN_LIFETIME_SECONDS)
_REFRESH = timedelta(days=30)


class Role(StrEnum):
    """What an account may do."""

    ROBOT = "robot"
    ADMIN = "admin"


class Accounts(Protocol):
    """The accounts in force."""

    @property
    def robot(self) -> Account:
        """The account of the front end."""
        ...

    @property
    def admin(self) -> Account:
        """The account of the administrator."""
        ...


@dataclass(frozen=True)
class Pair:
    """A new access token with its refresh token, in plain for the last time."""

    access: str
    refresh: str
    username: str
    scope: str
    expires_in: int


@dataclass(frozen=True)
class Holder:
    """Whom a valid access token belongs to, and until when."""

    username: str
    client: str
    scope: str
    expires: datetime


def reserved_names(known: Accounts) -> frozenset[str]:
    """Return the names no visitor may have as a user id."""
    return frozenset({known.robot.name, known.admin.name})


def login(known: Accounts, username: str, password: str, older: Sequence[str] = ()) -> Role | None:
    """Return the role of the account whose name and password these are, or None.

    Of the robot, `older` passwords count too, while its clients are told the new one.
    """
    passwords = (Account(known.robot.name, secret) for secret in (known.robot.secret, *older))
    robot = any([_matches(each, username, password) for each in passwords])
    admin = _matches(known.admin, username, password)
    if robot:
        return Role.ROBOT
    return Role.ADMIN if admin else None


def _matches(account: Account, username: str, password: str) -> bool:
    """Compare hashes, so that neither the length nor the place of a difference shows in the time it takes."""
    name = hmac.compare_digest(digest(account.name), digest(username))
    return hmac.compare_digest(digest(account.secret), digest(password)) and name and bool(account.secret)


def issue(context: Context, username: str, client: str, scope: str) -> Pair:
    """Return a new pair of tokens for an account, given to `client`."""
    with context.store.writing() as connection:
        return issue_within(context, connection, username, client, scope)


def issue_within(
    context: Context, connection: Connection, username: str, client: str, scope: str, code: str | None = None
) -> Pair:
    """Return a new pair of tokens, stored in a transaction of the caller's; `code` is the hash of what it came from."""
    access, refresh, now = context.token(), context.token(), context.now()
    until, refresh_until = now + _ACCESS, now + _REFRESH
    stored.add(
        connection,
        StoredPair(digest(access), digest(refresh), client, username, scope, now, until, refresh_until, code),
    )
    return Pair(access, refresh, username, scope, TOKEN_LIFETIME_SECONDS)


def renew(context: Context, refresh: str, client: str) -> Pair | None:
    """Return a new pair for a refresh token of `client`, which kills the old pair; None when it is not good."""
    hashed, now = digest(refresh), context.now()
    with context.store.writing() as connection:
        old = stored.by_refresh(connection, hashed)
        if old is None or old.client != client or old.refresh_expires <= now:
            return None
        stored.drop(connection, hashed)
        return issue_within(context, connection, old.username, client, old.scope, old.code)


def holder(context: Context, access: str) -> Holder | None:
    """Return whom an access token belongs to, or None when it is unknown or expired."""
    hashed = digest(access)
    found = context.store.look_up(("access", hashed), lambda: _by_access(context, hashed))
    if found is None or found.expires <= context.now():
        return None
    return Holder(found.username, found.client, found.scope, found.expires)


def _by_access(context: Context, hashed: str) -> StoredPair | None:
    with context.store.peeking() as connection:
        return stored.by_access(connection, hashed)


def revoke(context: Context, token: str, client: str) -> bool:
    """Kill the pair one of whose tokens this is, when it was given to `client`; whether there was one."""
    hashed = digest(token)
    with context.store.writing() as connection:
        found = stored.by_access(connection, hashed) or stored.by_refresh(connection, hashed)
        return found is not None and found.client == client and stored.drop(connection, hashed)


def find_user(context: Context, user: str) -> User | None:
    """Return what is known of a user id, or None when it never had a session."""
    with context.store.reading() as connection:
        return users.find(connection, user)
