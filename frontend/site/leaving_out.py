"""Leaves faulty values out of what a file says, so that the rest of it can still be judged in the same run.

Lists remember where each entry stood in the file, because the places of later problems are told from that.
"""

from collections.abc import Iterable
from typing import Any

KeyPath = tuple[str | int, ...]


class Entries(tuple[Any, ...]):
    """The entries of a list; `places` says where in the file's list each of them stands."""

    places: tuple[int, ...]

    def __new__(cls, entries: Iterable[Any], places: Iterable[int] | None = None) -> "Entries":
        """Return the entries, in their own order unless `places` says otherwise."""
        made = super().__new__(cls, entries)
        made.places = tuple(range(len(made)) if places is None else places)
        return made


def in_file(values: Any, path: KeyPath) -> KeyPath:
    """Return the path in the file of what stands at `path` of values from which something was left out."""
    found: list[str | int] = []
    for step in path:
        known = isinstance(values, Entries) and isinstance(step, int) and step < len(values)
        found.append(values.places[step] if known else step)
        values = _inner(values, step)
    return tuple(found)


def without(values: Any, paths: Iterable[KeyPath]) -> Any:
    """Return the values without those at `paths`; None when nothing is left or a path is the root.

    A path that leads nowhere takes out what it leads into, so something is always left out.
    """
    below: dict[str | int, list[KeyPath]] = {}
    for path in paths:
        if not path:
            return None
        below.setdefault(path[0], []).append(path[1:])
    if isinstance(values, dict) and below.keys() <= values.keys():
        kept = {key: without(inner, below.get(key, ())) for key, inner in values.items()}
        return {key: inner for key, inner in kept.items() if inner is not None}
    if isinstance(values, Entries) and below.keys() <= set(range(len(values))):
        left = [
            (inner, place)
            for at, (entry, place) in enumerate(zip(values, values.places, strict=True))
            if (inner := without(entry, below.get(at, ()))) is not None
        ]
        return Entries([inner for inner, _ in left], [place for _, place in left])
    return None if below else values


def _inner(values: Any, step: str | int) -> Any:
    try:
        return values[step]
    except (LookupError, TypeError):
        return None
