"""The line a problem is about, as it may be shown: short, harmless to a terminal, and without secrets."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from portal_backend.contract.problems import Position, Problem
from portal_backend.contract.sourcetext import SourceText, read_file

LONGEST = 100
_SECRET = re.compile(
    r"""(?:password|passwd|secret|token|credential|api[-_]?key)[\w.-]*["']?\s*[:=]\s*(?P<value>\S.*)$""", re.IGNORECASE
)
_OPEN = re.compile(r"""(?:password|passwd|secret|token|api[-_]?key)[\w.-]*["']?\s*:\s*[|>]?[-+]?\s*$""", re.IGNORECASE)
_HIDDEN = "•••"


@dataclass(frozen=True)
class Excerpt:
    """One line of a file, cut to what can be shown, and the place of the mark below it."""

    number: int
    text: str
    column: int

    @property
    def mark(self) -> str:
        """Return the line with the mark; tabs stay, so that it stands under the right character."""
        return "".join("\t" if each == "\t" else " " for each in self.text[: self.column - 1]) + "^"


@dataclass
class Lines:
    """The lines of the files that problems are in; each file is read once."""

    _read: dict[str, SourceText | None] = field(default_factory=dict)

    def of(self, problem: Problem) -> list[Excerpt]:
        """Return the lines a problem is about, the one it stands at last; none when they may not be shown."""
        if problem.private:
            return []
        here = Position(problem.file, problem.line, problem.column)
        places = [problem.also, here] if problem.also and problem.also.line != problem.line else [here]
        return [found for place in places if (found := self._excerpt(place))]

    def _excerpt(self, place: Position) -> Excerpt | None:
        source = self._source(place.file)
        line = source.line(place.line) if source else ""
        if source is None or not line.strip():
            return None
        shown = _HIDDEN if _OPEN.search(source.line(place.line - 1)) else _without_secret(line)
        printable = "".join(each if each.isprintable() or each == "\t" else "�" for each in shown)
        return _cut(place.line, printable, min(place.column, len(printable) + 1))

    def _source(self, file: str) -> SourceText | None:
        if file not in self._read:
            found = read_file(Path(file)) if Path(file).is_file() else None
            self._read[file] = found if isinstance(found, SourceText) else None
        return self._read[file]


def _without_secret(line: str) -> str:
    found = _SECRET.search(line)
    return line if found is None else line[: found.start("value")] + _HIDDEN


def _cut(number: int, line: str, column: int) -> Excerpt:
    """Return the part of a line around the column that is short enough to be read."""
    start = max(0, column - 1 - LONGEST * 2 // 3) if len(line) > LONGEST else 0
    part = line[start : start + LONGEST]
    before, after = "…" if start else "", "…" if start + LONGEST < len(line) else ""
    return Excerpt(number, f"{before}{part}{after}".rstrip(), column - start + len(before))
