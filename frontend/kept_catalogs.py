"""Where the portals' last answers are kept, as the JSON they came as: in the cache, and in the instance folder.

The cache is this process's memory, or a Redis that processes on several machines share. The folder outlives restarts
and is what processes on one machine share; a file's time is when its catalog was fetched. One process at a time asks a
portal. A cache or folder that fails only costs a question, because the index must not fail.
"""

import fcntl
import hashlib
import json
import logging
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from cachelib.serializers import BaseSerializer

_CLAIM_SECONDS = 20
_UNNAMED = re.compile(r"[^a-z0-9-]+")
_log = logging.getLogger(__name__)


class Cache(Protocol):
    """The part of Flask-Caching used here; a timeout of 0 keeps for ever."""

    def get(self, key: str) -> Any:
        """Return what is kept, or None."""
        ...

    def set(self, key: str, value: Any, timeout: int) -> Any:
        """Keep a value."""
        ...

    def add(self, key: str, value: Any, timeout: int) -> Any:
        """Keep a value where none is; return whether that was so."""
        ...

    def delete(self, key: str) -> Any:
        """Drop a value."""
        ...


class JsonValues(BaseSerializer):
    """Keeps values in a cache as JSON, so that whoever can write there cannot make this program run anything."""

    def dumps(self, value: Any, protocol: int = 0) -> bytes:
        """Return the value as bytes."""
        return json.dumps(value).encode()

    def loads(self, bvalue: bytes | None) -> Any:
        """Return the value of the bytes; bytes that are none count as nothing kept."""
        try:
            return None if bvalue is None else json.loads(bvalue)
        except ValueError:
            return None


@dataclass(frozen=True)
class Kept:
    """A portal's answer, as JSON text, and when it was given."""

    fetched: datetime
    text: str


class KeptCatalogs:
    """The last answer of each portal; `portal` is a key that differs when its name or its address does."""

    def __init__(self, cache: Cache, folder: Path) -> None:
        self._cache = cache
        self._folder = folder

    def newest(self, portal: str, after: datetime | None) -> Kept | None:
        """Return the newest answer kept, when there is one from later than `after`."""
        found = [kept for kept in (self._from_cache(portal), self._from_file(portal, after)) if kept]
        newer = [kept for kept in found if after is None or kept.fetched > after]
        return max(newer, key=lambda kept: kept.fetched, default=None)

    def keep(self, portal: str, kept: Kept, changed: bool) -> None:
        """Keep an answer; one that is not `changed` only gets its new time."""
        self._try("written", "set", f"catalog:{portal}", [kept.fetched.timestamp(), kept.text], timeout=0)
        path = self._file(portal)
        moment = int(kept.fetched.timestamp() * 1000) * 1_000_000
        try:
            if changed or not path.exists():
                self._write(path, kept.text)
            os.utime(path, ns=(moment, moment))
        except OSError as error:
            _log.warning("the catalog cannot be kept in %s: %s", path, error)

    @contextmanager
    def claim(self, portal: str) -> Iterator[bool]:
        """Whether this process may ask the portal now; others may not meanwhile."""
        with self._locked(portal) as locked:
            claimed = locked and self._try("written", "add", f"asking:{portal}", 1, timeout=_CLAIM_SECONDS) is not False
            try:
                yield claimed
            finally:
                if claimed:
                    self._try("written", "delete", f"asking:{portal}")

    @contextmanager
    def _locked(self, portal: str) -> Iterator[bool]:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(self._file(portal).with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError:
            yield True
            return
        try:
            yield _lock(handle)
        finally:
            os.close(handle)

    def _from_cache(self, portal: str) -> Kept | None:
        found = self._try("read", "get", f"catalog:{portal}")
        if not isinstance(found, list) or [type(part) for part in found] != [float, str]:
            return None
        return Kept(datetime.fromtimestamp(found[0], UTC), found[1])

    def _from_file(self, portal: str, after: datetime | None) -> Kept | None:
        path = self._file(portal)
        try:
            fetched = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            newer = after is None or fetched > after
            return Kept(fetched, path.read_text(encoding="utf-8")) if newer else None
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            _log.warning("the kept catalog %s cannot be read: %s", path, error)
            return None

    def _write(self, path: Path, text: str) -> None:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            Path(temporary).replace(path)
        finally:
            Path(temporary).unlink(missing_ok=True)

    def _file(self, portal: str) -> Path:
        digest = hashlib.sha256(portal.encode()).hexdigest()[:12]
        return self._folder / f"{_UNNAMED.sub('-', portal.lower())[:40]}-{digest}.json"

    def _try(self, done: str, method: str, *arguments: Any, **options: Any) -> Any:
        """Return what the cache says, or None when it is out of order."""
        try:
            return getattr(self._cache, method)(*arguments, **options)
        except Exception as error:
            _log.warning("the cache cannot be %s: %s", done, error)
            return None


def _lock(handle: int) -> bool:
    """Whether no other process has the file; on a disk without locks nobody is kept from asking."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True
