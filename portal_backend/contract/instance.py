"""The instance folder: the store, the cookie keys and the credentials of one installation, private to its owner.

Several processes may start at once on an empty folder. Each secret is written whole to a private temporary file that is
then linked to its real name: exactly one wins, and nobody ever reads half a file.
"""

import os
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path

CREDENTIALS_FILE = "portal-credentials.json"
"""Where the portal keeps the accounts it made, and a front end beside it finds the one it logs in with."""


class InstanceError(Exception):
    """The instance folder or a secret file cannot be used; the text says which one and what to do."""


def prepare(folder: Path) -> Path:
    """Return `folder` after making it (0700) when it is not there; raises InstanceError when it cannot be written."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise InstanceError(_unwritable(folder, error)) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise InstanceError(_unwritable(folder, PermissionError("permission denied")))
    return folder


def _unwritable(folder: Path, error: OSError) -> str:
    why = error.strerror or str(error)
    return (
        f"The instance folder {folder} cannot be written ({why.lower()}); set WORKSHOP_INDEX_INSTANCE to another folder"
    )


def read_private(path: Path, origin: str = "") -> str:
    """Return the text of a secret file, stripped; raises InstanceError when others than its owner may read it.

    `origin` is the environment variable that named the file, for the message.
    """
    named = f"{origin} names {path}" if origin else f"A secret is in {path}"
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise InstanceError(f"{named}, which others than its owner may read; run: chmod 600 {path}")
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else "not text"
        raise InstanceError(f"{named}, which cannot be read ({why.lower()})") from error


def keep(path: Path, make: Callable[[], str]) -> str:
    """Return the text of `path`, made by `make` and written privately when no process has done so before."""
    if not path.exists():
        _write(path, make(), os.link)
    return read_private(path)


def replace(path: Path, text: str) -> None:
    """Write `text` to `path` privately and in one step, whatever was there."""
    _write(path, text, os.replace)


def _write(path: Path, text: str, put: Callable[[str, Path], None]) -> None:
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            put(temporary, path)
        except FileExistsError:
            pass
        finally:
            Path(temporary).unlink(missing_ok=True)
    except OSError as error:
        raise InstanceError(f"{path} cannot be written ({(error.strerror or str(error)).lower()})") from error
