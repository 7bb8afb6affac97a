"""Reads one mapping of a resource key by key; whatever does not fit becomes a problem at its line and column.

Empty strings and nulls mean unset everywhere. A fault has the severity of the section it is in: what is wrong in a
portal is an error, what is wrong in a workshop is a warning and counts as unset.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, TypeVar

from portal_backend.contract.documents import Document, Problem, Severity, nearest
from portal_backend.contract.problems import problem, shown
from portal_backend.resources.durations import parse_duration

_T = TypeVar("_T")
_MOST = 1_000_000
_MOST_UNKNOWN = 200
_LONGEST_TEXT = 512 * 1024


@dataclass(frozen=True)
class Section:
    """One mapping in a document, the place it stands at, and where its problems are collected."""

    document: Document
    path: tuple[str | int, ...]
    value: Mapping[str, Any]
    problems: list[Problem]
    severity: Severity = Severity.ERROR
    secret: bool = field(default=False)

    def has(self, key: str) -> bool:
        """Whether `key` is there and set to something."""
        value = self.value.get(key)
        return value is not None and value != "" and not (isinstance(value, str) and not value.strip())

    def report(self, key: str | None, severity: Severity, message: str, hint: str = "") -> None:
        """Collect a problem at the value of `key`, or at the section itself."""
        path = self.path if key is None else (*self.path, key)
        self.problems.append(problem(self.document.where(path), severity, message, hint, self.secret))

    def fault(self, key: str, expected: str, hint: str = "") -> None:
        """Collect that what stands at `key` is not what is `expected`."""
        found = "something else" if self.secret else self._shown(key)
        self.report(key, self.severity, f"{self.name(key)} is expected to be {expected}, but is {found}", hint)

    def name(self, key: str) -> str:
        """Return the dotted name of `key` as an owner would say it."""
        names = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in (*self.path, key))
        return "".join(names).lstrip(".")

    def _shown(self, key: str) -> str:
        written = self.document.written((*self.path, key))
        value = self.value.get(key)
        return shown(value) if written is None or isinstance(value, str) else written[:60]

    def text(self, key: str) -> str:
        """Return the text at `key` without surrounding space; a number or truth value counts as it is written."""
        if not self.has(key):
            return ""
        value = self.value[key]
        if isinstance(value, Mapping | list):
            self.fault(key, "text")
            return ""
        written = value if isinstance(value, str) else self.document.written((*self.path, key))
        text = str(value if written is None else written).strip()
        if len(text) > _LONGEST_TEXT:
            self.report(key, self.severity, f"{self.name(key)} is longer than {_LONGEST_TEXT // 1024} KiB")
            return ""
        return text

    def line(self, key: str) -> str:
        """Return the text at `key` on one line, runs of space and line ends becoming one space."""
        return " ".join(self.text(key).split())

    def number(self, key: str) -> int | None:
        """Return the whole number, 0 or more, at `key`, or None when it is unset or not one."""
        if not self.has(key):
            return None
        value = self.value[key]
        if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit() and len(value) < 10:
            self.report(key, Severity.WARNING, f"{self.name(key)} is a number written as text", "remove the quotes")
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MOST:
            self.fault(key, f"a whole number from 0 to {_MOST}")
            return None
        return value

    def flag(self, key: str) -> bool | None:
        """Return the truth value at `key`, or None when it is unset or not one."""
        if not self.has(key):
            return None
        value = self.value[key]
        words = {"true": True, "false": False}
        if isinstance(value, str) and value.strip().lower() in words:
            return words[value.strip().lower()]
        if not isinstance(value, bool):
            self.fault(key, "true or false")
            return None
        return value

    def choice(self, key: str, words: Collection[str]) -> str:
        """Return the text at `key` when it is one of `words`, otherwise an empty string."""
        text = self.text(key)
        if not text or text in words:
            return text
        close = nearest(text, words)
        self.fault(key, " or ".join(f"`{word}`" for word in words), f"did you mean `{close}`?" if close else "")
        return ""

    def duration(self, key: str) -> timedelta | None:
        """Return the length of time at `key`, or None when it is unset or not one."""
        if not self.has(key):
            return None
        text = self.text(key)
        length = timedelta(0) if text == "0" else parse_duration(text)
        if length is None:
            hint = f"`{text}s` if seconds are meant" if text.isascii() and text.isdigit() else ""
            self.fault(key, "a whole number followed by s, m or h, such as `60m`", hint)
        return length

    def checked(self, key: str, expected: str, accept: Callable[[str], _T | None]) -> _T | None:
        """Return what `accept` makes of the text at `key`, or None when it is unset or not accepted."""
        text = self.text(key)
        if not text:
            return None
        value = accept(text)
        if value is None:
            self.fault(key, expected)
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Return the list of texts at `key`; one text alone counts as a list of one."""
        value = self.value.get(key)
        if not self.has(key):
            return ()
        if not isinstance(value, list):
            text = self.text(key)
            return (text,) if text else ()
        entries = replace(self, path=(*self.path, key), value=_by_index(value))
        return tuple(text for text in (entries.text(index) for index in entries.value) if text)

    def pairs(self, key: str) -> dict[str, str]:
        """Return the `name`/`value` list at `key` as a mapping; a plain mapping is read too."""
        value = self.value.get(key)
        if isinstance(value, Mapping):
            inner = self.section(key)
            return {name: inner.text(name) for name in inner.value if name}
        found: dict[str, str] = {}
        for item in self.items(key):
            name = item.required("name")
            if "valueFrom" in item.value:
                item.report("valueFrom", Severity.WARNING, f"{item.name('valueFrom')} is not read, the value is empty")
            if name:
                found[name] = item.text("value")
        return found

    def required(self, key: str) -> str:
        """Return the text at `key`, and collect a problem when there is none."""
        text = self.text(key)
        if not text and not isinstance(self.value.get(key), Mapping | list):
            self.report(None, self.severity, f"{self.name(key)} is missing")
        return text

    def section(self, key: str, secret: bool = False) -> "Section":
        """Return the mapping at `key`; an empty one when it is unset or not a mapping."""
        value = self.value.get(key)
        if self.has(key) and not isinstance(value, Mapping):
            self.fault(key, "a mapping")
        inner = value if isinstance(value, Mapping) else {}
        return replace(self, path=(*self.path, key), value=inner, secret=secret or self.secret)

    def items(self, key: str) -> "list[Section]":
        """Return the mappings in the list at `key`, leaving out what is none."""
        value = self.value.get(key)
        if not self.has(key):
            return []
        if not isinstance(value, list):
            self.fault(key, "a list")
            return []
        entries = replace(self, path=(*self.path, key), value=_by_index(value))
        sections = [(index, entries.section(index)) for index in entries.value if entries.has(index)]
        return [section for index, section in sections if isinstance(entries.value[index], Mapping)]

    def keys(self, used: Iterable[str], unused: Iterable[str] = ()) -> None:
        """Collect a warning for each key that is unknown, and a note for each that has no effect here."""
        used, unused = frozenset(used), frozenset(unused)
        known = used | unused
        if len(self.value) - len(known) > _MOST_UNKNOWN:
            self.report(None, Severity.WARNING, f"there are more than {_MOST_UNKNOWN} unknown keys here")
            return
        for key in self.value:
            if key in unused and self.has(key) and self.value[key] not in ([], {}):
                self._at_key(key, Severity.INFO, f"{self.name(key)}: read, not used here")
            elif key not in known:
                close = nearest(key, known)
                hint = f"did you mean `{close}`?" if close else ""
                self._at_key(key, Severity.WARNING, f"{self.name(key[:60])} is not known and has no effect", hint)

    def _at_key(self, key: str, severity: Severity, message: str, hint: str = "") -> None:
        self.problems.append(problem(self.document.where_key((*self.path, key)), severity, message, hint, self.secret))


def _by_index(values: list[Any]) -> Any:
    # A list is read with the same methods as a mapping: its indexes are its keys.
    return dict(enumerate(values))
