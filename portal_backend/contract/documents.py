"""YAML files as plain values that know their line and column; whatever is wrong becomes a Problem, never an exception.

A file is a list of documents. What cannot be read ends the list with a document that has no value and says why, so the
documents before it are still there. Bounds: 1 MiB of text, 60 levels, 100 000 values a document with aliases
expanded, 2000 documents.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from portal_backend.contract.composing import Composed, Composer, Mark, TooMuch
from portal_backend.contract.composing import Path as KeyPath
from portal_backend.contract.problems import Position, Problem, Severity, error, errors, nearest
from portal_backend.contract.sourcetext import SourceText, check, read_file

__all__ = ["Document", "KeyPath", "Position", "Problem", "Severity", "nearest", "read_document", "read_documents"]

MOST_DOCUMENTS = 2000
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_COMMENT = re.compile(r"(?:^|(?<=[ \t\n\r]))#[^\n\r]*")
_NO_MARK = Mark(0, 0, 0, None, None)


@dataclass(frozen=True)
class Document:
    """One document of a file: its plain value (None when it could not be read) and what is wrong with it."""

    file: str
    value: Any = None
    problems: tuple[Problem, ...] = ()
    source: SourceText = field(default_factory=lambda: SourceText("", ""), repr=False)
    marks: dict[KeyPath, Mark] = field(default_factory=dict, repr=False)
    scalars: Sequence[tuple[int, int]] = field(default=(), repr=False)
    understood: int = field(default=0, repr=False)

    @property
    def readable(self) -> bool:
        """Whether the value may be relied on."""
        return not errors(self.problems)

    def where(self, path: KeyPath = ()) -> Position:
        """Return where the value at `path` begins; the nearest value around it when there is none."""
        return self._position(self._nearest(path).start)

    def where_key(self, path: KeyPath) -> Position:
        """Return where the key of the value at `path` begins."""
        return self._position(self._nearest(path).key)

    def written(self, path: KeyPath) -> str | None:
        """Return the scalar at `path` as the file has it (`1.10`, `0777`), or None when it is not a scalar."""
        mark = self.marks.get(path)
        return mark.text if mark else None

    def is_block(self, path: KeyPath) -> bool:
        """Whether the scalar at `path` is a block scalar (`|` or `>`), in which nothing has a second meaning."""
        mark = self.marks.get(path)
        return mark is not None and mark.style in ("|", ">")

    def at(self, path: KeyPath) -> Any:
        """Return the value at `path`; raises LookupError when there is none."""
        value = self.value
        for step in path:
            value = value[step]
        return value

    def comments(self) -> Iterator[tuple[int, str]]:
        """Yield the index and text of each comment, as far as the file could be understood."""
        at = 0
        while (found := _COMMENT.search(self.source.text, at)) and found.start() <= self.understood:
            end = self.value_end(found.start())
            if end is None:
                yield found.start(), found[0]
            at = end or found.end()

    def value_end(self, index: int) -> int | None:
        """Return where the value or key that the character at `index` belongs to ends, or None when it is in none."""
        place = bisect_right(self.scalars, index, key=lambda span: span[0])
        end = self.scalars[place - 1][1] if place else 0
        return end if index < end else None

    def _nearest(self, path: KeyPath) -> Mark:
        for length in range(len(path), -1, -1):
            if path[:length] in self.marks:
                return self.marks[path[:length]]
        return _NO_MARK

    def _position(self, index: int) -> Position:
        return self.source.position(index) if self.source.file else Position(self.file)


def read_documents(source: Path | str, file: str = "") -> list[Document]:
    """Return the documents of a file (a Path), or of a text (a str) that is told as `file` in problems."""
    text = read_file(source) if isinstance(source, Path) else check(SourceText(file, source.removeprefix("\ufeff")))
    if isinstance(text, Problem):
        return [Document(text.file, problems=(text,))]
    return list(_documents(text))


def read_document(source: Path | str, file: str = "") -> Document:
    """Return the one document a file is expected to hold; an empty file is a document without a value."""
    found = read_documents(source, file)
    if not found:
        return Document(str(source) if isinstance(source, Path) else file)
    if len(found) == 1:
        return found[0]
    second = error(found[1].where(), "a second document begins here where one is expected", "remove the line `---`")
    return replace(found[0], problems=(*found[0].problems, *found[1].problems, second))


def _documents(source: SourceText) -> Iterator[Document]:
    scalars: list[tuple[int, int]] = []
    composed = Composed()
    count = 0
    try:
        events = iter(yaml.parse(source.text, Loader=_Loader))
        composer = Composer(source, events, scalars)
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                count += 1
                if count > MOST_DOCUMENTS:
                    begins = event.start_mark.index if event.start_mark else 0
                    raise TooMuch(begins, f"this file has more than {MOST_DOCUMENTS} documents")
                composed = Composed()
                composer.compose(composed)
                yield _document(source, composed, scalars)
                composed = Composed()
    except TooMuch as fault:
        yield _unreadable(source, composed, scalars, fault.index, fault.what)
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None) or getattr(fault, "context_mark", None)
        index = min(mark.index, len(source.text)) if mark else 0
        what = str(getattr(fault, "problem", None) or "it cannot be understood")
        hint = _hint(source.line(source.position(index).line), what)
        yield _unreadable(source, composed, scalars, index, f"this is not YAML: {what}", hint)


def _document(
    source: SourceText, composed: Composed, scalars: list[tuple[int, int]], understood: int | None = None
) -> Document:
    end = len(source.text) if understood is None else understood
    problems = tuple(composed.problems)
    return Document(source.file, composed.value, problems, source, composed.marks, scalars, end)


def _unreadable(
    source: SourceText, composed: Composed, scalars: list[tuple[int, int]], index: int, what: str, hint: str = ""
) -> Document:
    composed.value = None
    composed.problems.append(error(source.position(index), what, hint))
    return _document(source, composed, scalars, source.line_end(index))


def _hint(line: str, what: str) -> str:
    if "\t" in line[: len(line) - len(line.lstrip())] or "'\\t'" in what or "tab" in what:
        return "indent with spaces, not tabs"
    if "mapping values are not allowed" in what:
        return "put a value that has a colon in quotes, and keep keys of one level in one column"
    if "alias" in what or "'*'" in what or "'&'" in what or "cannot start any token" in what:
        return "put the value in quotes"
    return "look at the indentation and the quotes of this line and the one before it"
