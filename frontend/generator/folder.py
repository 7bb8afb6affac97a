"""The folder a site is published into: changed file by file, all or nothing as far as the maker can fail.

Everything is made in a folder beside it first, so that a build that fails leaves the published one as it was. Then each
changed file takes its place whole. A list of what was made is kept in the folder: only files on it are ever replaced or
removed, so that what somebody else put there stays. A file that was edited since is not removed either.
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Any

MANIFEST = ".workshop-index.json"
_READABLE = 0o755


class CannotBuild(Exception):
    """The site cannot be built; the text says why, and what to do."""


@dataclass(frozen=True)
class Changes:
    """How many files were written, left alone and removed, and which of the builder's own were edited since."""

    written: int
    unchanged: int
    removed: int
    edited: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Made:
    """One file as it was made: the digest of what it was made of, and of its bytes."""

    source: str
    digest: str


@dataclass
class Folder:
    """One build into `out`; use it in a `with` block, and `publish` at its end."""

    out: Path
    _before: dict[str, _Made] = field(default_factory=dict)
    _now: dict[str, _Made] = field(default_factory=dict)
    _notes: dict[str, Any] = field(default_factory=dict)
    _staging: Path = Path()

    def __enter__(self) -> "Folder":
        kept = _read(self.out / MANIFEST)
        files = kept.get("files", {})
        self._before = {path: _Made(*made) for path, made in files.items() if _is_inside(path)}
        self._notes = kept.get("notes", {})
        try:
            self.out.absolute().parent.mkdir(parents=True, exist_ok=True)
            self._staging = Path(tempfile.mkdtemp(prefix=f".{self.out.name}-", dir=self.out.absolute().parent))
            self._staging.chmod(_READABLE)
        except OSError as error:
            raise CannotBuild(_unwritable(self.out, error)) from error
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        shutil.rmtree(self._staging, ignore_errors=True)

    @property
    def notes(self) -> Mapping[str, Any]:
        """What the build before kept for this one."""
        return self._notes

    def keep(self, notes: Mapping[str, Any]) -> None:
        """Keep something for the next build."""
        self._notes = dict(notes)

    def has(self, path: str, source: str) -> bool:
        """Whether the file made of `source` is there already, as it was made; it then counts as made now."""
        made = self._before.get(path)
        if made is None or made.source != source or _digest(self.out / path) != made.digest:
            return False
        self._now[path] = made
        return True

    def put(self, path: str, data: bytes, source: str = "") -> None:
        """Make one file; `source` is a digest of what it is made of, when that is known."""
        staged = self._staging / path
        staged.parent.mkdir(parents=True, exist_ok=True)
        staged.write_bytes(data)
        self._now[path] = _Made(source, hashlib.sha256(data).hexdigest())

    def publish(self) -> Changes:
        """Bring the folder to what was made; raises CannotBuild, before it touches anything, when it must not."""
        try:
            return self._published()
        except OSError as error:
            raise CannotBuild(_unwritable(self.out, error)) from error

    def _published(self) -> Changes:
        waiting = [path for path in self._now if (self._staging / path).is_file()]
        changed = [path for path in waiting if _digest(self.out / path) != self._now[path].digest]
        self._refuse_foreign(changed)
        if not self.out.exists():
            self._write_manifest(self._staging, self._now)
            self._staging.rename(self.out)
            return Changes(len(changed), 0, 0)
        self._write_manifest(self.out, {**self._now, **self._before})
        for path in changed:
            (self.out / path).parent.mkdir(parents=True, exist_ok=True)
            (self._staging / path).replace(self.out / path)
        removed, edited = self._remove_gone()
        self._write_manifest(self.out, self._now)
        return Changes(len(changed), len(self._now) - len(changed), removed, edited)

    def _refuse_foreign(self, changed: list[str]) -> None:
        foreign = sorted(path for path in changed if path not in self._before and (self.out / path).exists())
        if foreign:
            more = f" and {len(foreign) - 3} more" if len(foreign) > 3 else ""
            raise CannotBuild(
                f"{self.out} has files that no build made: {', '.join(foreign[:3])}{more}. "
                "Nothing was written. Move them away, or choose another folder: --out"
            )

    def _remove_gone(self) -> tuple[int, tuple[str, ...]]:
        gone = {path: made for path, made in self._before.items() if path not in self._now}
        there = {path: _digest(self.out / path) for path in gone}
        edited = tuple(sorted(path for path, digest in there.items() if digest and digest != gone[path].digest))
        removed = [path for path, digest in there.items() if digest == gone[path].digest]
        for path in removed:
            (self.out / path).unlink()
        for path in sorted({str(PurePosixPath(path).parent) for path in removed}, key=len, reverse=True):
            _prune(self.out, path)
        return len(removed), edited

    def _write_manifest(self, folder: Path, files: Mapping[str, _Made]) -> None:
        listed = {path: [files[path].source, files[path].digest] for path in sorted(files)}
        text = json.dumps({"files": listed, "notes": self._notes}, indent=0, sort_keys=True) + "\n"
        making = self._staging / f"{MANIFEST}.new"
        making.write_text(text, encoding="utf-8")
        making.replace(folder / MANIFEST)


def _read(manifest: Path) -> dict[str, Any]:
    """Return what a list of files holds; one that cannot be understood holds nothing."""
    try:
        found = json.loads(manifest.read_text(encoding="utf-8"))
        good = all(len(made) == 2 and all(isinstance(each, str) for each in made) for made in found["files"].values())
        return found if good and isinstance(found["notes"], dict) else {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _is_inside(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return bool(parts) and not path.startswith("/") and ".." not in parts


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def _prune(out: Path, path: str) -> None:
    """Remove a folder and those above it that are empty now."""
    while path not in ("", "."):
        try:
            os.rmdir(out / path)
        except OSError:
            return
        path = str(PurePosixPath(path).parent)


def _unwritable(out: Path, error: OSError) -> str:
    why = (error.strerror or str(error)).lower()
    return f"{out} cannot be written ({why}). Choose another folder: --out, or make it writable."
