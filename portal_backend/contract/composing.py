"""Builds plain values out of YAML events, without recursion and within bounds.

Every fault is collected: repeated keys, unknown tags, keys that are not text, aliases that expand beyond measure, and
nesting beyond measure. Keys are always the text as written. A value behind an alias is shared, not copied.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import yaml

from portal_backend.contract.problems import Position, Problem, error, shown
from portal_backend.contract.scalars import STANDARD_TAGS, plain
from portal_backend.contract.sourcetext import SourceText

Path = tuple[str | int, ...]
DEEPEST = 60
MOST_VALUES = 100_000
MOST_PROBLEMS = 100
_MERGE = "<<"


class Mark(NamedTuple):
    """Where a value stands: the index of its key (its own in a list), its own index and end, and how it is written."""

    key: int
    start: int
    end: int
    text: str | None
    style: str | None


class TooMuch(Exception):
    """The document is nested or expanded beyond what is read; carries the index of the place and what is too much."""

    def __init__(self, index: int, what: str) -> None:
        super().__init__(what)
        self.index = index
        self.what = what


@dataclass
class _Open:
    """A mapping or list that is still being filled."""

    value: dict[str, Any] | list[Any]
    path: Path
    anchor: str | None
    key: str | None = None
    key_index: int = 0
    merged: list[dict[str, Any]] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)
    weight: int = 1
    is_key: bool = False


@dataclass
class Composed:
    """One document while and after it is read."""

    value: Any = None
    marks: dict[Path, Mark] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


class Composer:
    """Reads the events of one document after another from the same stream."""

    def __init__(self, source: SourceText, events: Iterator[Any], scalars: list[tuple[int, int]]) -> None:
        self._source = source
        self._events = events
        self._scalars = scalars

    def compose(self, into: Composed) -> None:
        """Fill `into` up to the end of the current document; raises what the parser raises, and TooMuch."""
        self._out = into
        self._open: list[_Open] = []
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._count = 0
        for event in self._events:
            if isinstance(event, yaml.DocumentEndEvent):
                return
            self._take(event)

    def _take(self, event: Any) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event)
        elif isinstance(event, yaml.MappingStartEvent):
            self._start(event, {})
        elif isinstance(event, yaml.SequenceStartEvent):
            self._start(event, [])
        else:
            self._end()

    def _fault(self, index: int, message: str, hint: str = "", also: Position | None = None) -> None:
        if len(self._out.problems) >= MOST_PROBLEMS:
            raise TooMuch(index, f"more than {MOST_PROBLEMS} problems in one document; the rest is not read")
        self._out.problems.append(replace(error(self._source.position(index), message, hint), also=also))

    def _place(self) -> Path:
        if not self._open:
            return ()
        parent = self._open[-1]
        if isinstance(parent.value, list):
            return (*parent.path, len(parent.value))
        return (*parent.path, parent.key or "")

    def _weigh(self, index: int, weight: int) -> None:
        self._count += weight
        if self._count > MOST_VALUES:
            raise TooMuch(index, f"this document has more than {MOST_VALUES} values once its aliases are expanded")
        if self._open:
            self._open[-1].weight += weight

    def _awaits_key(self) -> bool:
        return bool(self._open) and isinstance(self._open[-1].value, dict) and self._open[-1].key is None

    def _scalar(self, event: Any) -> None:
        start = event.start_mark.index
        self._scalars.append((start, event.end_mark.index))
        self._weigh(start, 1)
        if self._awaits_key():
            if event.anchor:
                self._anchors[event.anchor] = (event.value, 1)
            self._key(event.value, start)
            return
        value = self._meaning(event)
        if event.anchor:
            self._anchors[event.anchor] = (value, 1)
        self._mark(start, event.end_mark.index, event.value, event.style)
        self._put(value)

    def _meaning(self, event: Any) -> Any:
        if event.tag is None or event.tag == "!":
            return plain(event.value) if event.implicit[0] and not event.style else event.value
        if event.tag not in STANDARD_TAGS:
            self._fault(event.start_mark.index, f"the tag {shown(event.tag)} is not read here", "remove the tag")
        return event.value if event.tag.endswith(":str") else plain(event.value)

    def _key(self, key: str, index: int) -> None:
        parent = self._open[-1]
        if key in parent.seen and key != _MERGE:
            first = self._source.position(parent.seen[key])
            told = f"the key {shown(key)} is there twice, the first time in line {first.line}"
            self._fault(index, told, "keep one of the two", also=first)
        parent.seen.setdefault(key, index)
        parent.key, parent.key_index = key, index

    def _mark(self, start: int, end: int, text: str | None = None, style: str | None = None) -> None:
        key = self._open[-1].key_index if self._open and self._open[-1].key is not None else start
        self._out.marks.setdefault(self._place(), Mark(key, start, end, text, style))

    def _alias(self, event: Any) -> None:
        index = event.start_mark.index
        if event.anchor not in self._anchors:
            self._fault(index, f"the alias {shown(event.anchor)} stands for nothing that is complete by then")
        value, weight = self._anchors.get(event.anchor, (None, 1))
        self._weigh(index, weight)
        if self._awaits_key():
            self._key(str(value), index)
            return
        self._mark(index, event.end_mark.index)
        self._put(value)

    def _start(self, event: Any, value: dict[str, Any] | list[Any]) -> None:
        index = event.start_mark.index
        if len(self._open) >= DEEPEST:
            raise TooMuch(index, f"this is nested more than {DEEPEST} levels deep")
        self._weigh(index, 1)
        if event.tag not in (None, "!") and event.tag not in STANDARD_TAGS:
            self._fault(index, f"the tag {shown(event.tag)} is not read here", "remove the tag")
        if self._awaits_key():
            if not any(each.is_key for each in self._open):
                self._fault(index, "a key is expected to be text, not a mapping or list", "put braces in quotes")
            self._open[-1].key, self._open[-1].key_index = "", index
            self._open.append(_Open(value, (*self._open[-1].path, "", ""), event.anchor, is_key=True))
            return
        self._mark(index, event.end_mark.index)
        self._open.append(_Open(value, self._place(), event.anchor))

    def _end(self) -> None:
        if not self._open:
            return
        done = self._open.pop()
        if isinstance(done.value, dict):
            for merged in done.merged:
                for key, value in merged.items():
                    done.value.setdefault(key, value)
        if self._open:
            self._open[-1].weight += done.weight - 1
        if done.anchor:
            self._anchors[done.anchor] = (done.value, done.weight)
        if not done.is_key:
            self._put(done.value)

    def _put(self, value: Any) -> None:
        if not self._open:
            self._out.value = value
            return
        parent = self._open[-1]
        if isinstance(parent.value, list):
            parent.value.append(value)
            return
        key, parent.key = parent.key or "", None
        if key == _MERGE:
            self._merge(parent, value)
        else:
            parent.value.setdefault(key, value)

    def _merge(self, parent: _Open, value: Any) -> None:
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, dict):
                parent.merged.append(each)
            else:
                self._fault(parent.key_index, "what is merged by << is expected to be a mapping")
