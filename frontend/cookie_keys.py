"""The site's own keys, kept in the instance folder: those that sign its cookies, and the one that hashes user ids."""

import secrets
from pathlib import Path

from portal_backend.contract.instance import InstanceError, keep, prepare, read_private

KEY_FILE = "site-secret-key"
USER_ID_KEY_FILE = "site-user-id-key"
_SHORTEST = 32


def cookie_keys(folder: Path) -> list[str]:
    """Return the keys, newest first, after making one when there is none; raises InstanceError.

    The file holds a key a line: put a new one on top and earlier cookies still count.
    """
    return _keys(folder, folder / KEY_FILE)


def user_id_key(folder: Path) -> str:
    """Return the key of the hashes that stand for user ids, made when there is none; it must stay as it is."""
    return _keys(folder, folder / USER_ID_KEY_FILE)[0]


def _keys(folder: Path, path: Path) -> list[str]:
    keys = read_private(path).split() if path.exists() else _made(folder, path)
    if not keys or min(map(len, keys)) < _SHORTEST:
        raise InstanceError(f"{path} holds no usable key; delete it and a new one is made")
    return keys


def _made(folder: Path, path: Path) -> list[str]:
    prepare(folder)
    return keep(path, lambda: secrets.token_urlsafe(48)).split()
