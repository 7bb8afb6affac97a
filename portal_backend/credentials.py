"""The six names a front end and an administrator log in with, and where each comes from.

The environment wins, then the TrainingPortal resource, then what was made up on first run. What does not come from the
environment is kept in `portal-credentials.json`, where the front end of the same installation finds it; a value the
resource no longer sets stays in force until the file is deleted, so that no client is locked out by an edit.
"""

import hmac
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from portal_backend.contract.instance import CREDENTIALS_FILE, InstanceError, keep, prepare, read_private, replace
from portal_backend.resources.model import Account
from portal_backend.resources.model import Credentials as Configured
from portal_backend.services.webhooks import new_secret
from portal_backend.settings import Settings
from portal_backend.variables import CREDENTIALS

KEY_FILE = "portal-secret-key"
_PURPOSE = b"oauth2 client of a session\0"
WEBHOOK_FILE = "portal-webhook-secret"


@dataclass(frozen=True)
class Credentials:
    """The accounts in force: the robot and its OAuth2 client, and the administrator."""

    robot: Account
    robot_client: Account
    admin: Account = field(repr=False)

    def as_environment(self) -> dict[str, str]:
        """Return the values under their six variable names."""
        accounts = (self.robot, self.robot_client, self.admin)
        return dict(zip(CREDENTIALS, [text for each in accounts for text in (each.name, each.secret)], strict=True))


def settle(settings: Settings, configured: Configured) -> Credentials:
    """Return the credentials in force; what the resource sets and what is made up is kept in the instance folder."""
    path = prepare(settings.instance) / CREDENTIALS_FILE
    kept = _parse(path, keep(path, lambda: _dump(_made_up())))
    wanted = kept | _given_by(configured)
    if wanted != kept:
        replace(path, _dump(wanted))
    return _credentials({**wanted, **settings.credentials})


def current(settings: Settings) -> Credentials:
    """Return the credentials in force now, as the last process that read the resource left them."""
    if len(settings.credentials) == len(CREDENTIALS):
        return _credentials(settings.credentials)
    kept = f"{settings.instance}/{CREDENTIALS_FILE}"
    sign = (_look(kept), settings.credentials)
    known = _read.get(kept)
    if known is None or known[0] != sign:
        path = Path(kept)
        known = (sign, _credentials({**_parse(path, read_private(path)), **settings.credentials}))
        _read[kept] = known
    return known[1]


_read: dict[str, tuple[object, Credentials]] = {}
"""What each file held when it was last read, under all that may change it."""


def _look(path: str) -> tuple[int, ...] | None:
    """Return what changes when a file is written or put in its place, or when others may read it."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size, found.st_mode


def secret_key(settings: Settings) -> str:
    """Return the key that signs the portal's cookies: the one given, or one made on first run."""
    return settings.secret_key or keep(prepare(settings.instance) / KEY_FILE, lambda: secrets.token_urlsafe(48))


def webhook_secrets(settings: Settings) -> tuple[str, ...]:
    """Return the secrets that sign what webhooks are sent: the one given or made on first run, then earlier ones."""
    given, *older = settings.webhooks.secrets or ("",)
    first = given or keep(prepare(settings.instance) / WEBHOOK_FILE, lambda: new_secret(secrets.token_bytes(32)))
    return (first, *older)


def session_client(settings: Settings, session: str) -> Account:
    """Return the OAuth2 client of one session: its id is the session's name, its secret follows from the cookie key."""
    return Account(session, session_secrets(settings, session)[0])


def session_secrets(settings: Settings, session: str) -> tuple[str, ...]:
    """Return the secrets that count for a session's client: by the key in force, then by those before it."""
    keys = (secret_key(settings), *settings.secret_key_fallbacks)
    return tuple(hmac.new(key.encode(), _PURPOSE + session.encode(), sha256).hexdigest() for key in keys)


def _made_up() -> dict[str, str]:
    names = {"PORTAL_ROBOT_USERNAME": "robot@educates", "PORTAL_ADMIN_USERNAME": "educates"}
    return {name: names.get(name) or secrets.token_urlsafe(32) for name in CREDENTIALS}


def _given_by(configured: Configured) -> dict[str, str]:
    accounts = Credentials(configured.robot, configured.robot_client, configured.admin)
    return {name: value for name, value in accounts.as_environment().items() if value}


def _credentials(values: Mapping[str, str]) -> Credentials:
    def account(name: str, secret: str) -> Account:
        return Account(values[name], values[secret])

    robot, password, client_id, client_secret, admin, admin_password = CREDENTIALS
    return Credentials(account(robot, password), account(client_id, client_secret), account(admin, admin_password))


def _dump(values: Mapping[str, str]) -> str:
    return json.dumps({name: values[name] for name in CREDENTIALS}, indent=2) + "\n"


def _parse(path: Path, text: str) -> dict[str, str]:
    try:
        values = json.loads(text)
        found = {name: values[name] for name in CREDENTIALS}
    except (ValueError, KeyError, TypeError):
        found = {}
    if not found or not all(isinstance(value, str) and value for value in found.values()):
        raise InstanceError(f"{path} does not hold the portal's credentials; delete it and new ones are made")
    return found
