"""Tells one state of the owner's files from another, without opening a file.

Pages of workshops are not watched: they are read when somebody opens them.
"""

import os
from collections.abc import Iterator
from pathlib import Path

_SUFFIXES = (".yaml", ".yml")

Fingerprint = frozenset[tuple[str, int, int, int, int]]


def fingerprint(portal_file: Path, workshops: Path) -> Fingerprint:
    """Return what changes with every edit: each resource file's identity, times and size, and which folders there are.

    A file put in the place of another one is a new file, whatever its time says. A folder counts by its name, because
    it may be where the pages of a workshop are.
    """
    folders: list[str] = []
    files = [portal_file, *_resource_files(workshops, folders)]
    return frozenset([*map(_facts, files), *((folder, 0, 0, 0, 0) for folder in folders)])


def _resource_files(folder: Path, folders: list[str]) -> Iterator[Path]:
    if folder.is_file():
        yield folder
    for place, inner, names in os.walk(folder):
        inner[:] = [name for name in inner if not name.startswith(".")]
        folders.extend(f"{place}/{name}" for name in inner)
        yield from (Path(place, name) for name in names if name.lower().endswith(_SUFFIXES) and name[0] != ".")


def _facts(path: Path) -> tuple[str, int, int, int, int]:
    try:
        known = path.stat()
    except OSError:
        return str(path), 0, 0, 0, 0
    return str(path), known.st_ino, known.st_mtime_ns, known.st_ctime_ns, known.st_size
