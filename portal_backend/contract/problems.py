"""What is wrong in a file an owner wrote: where, what was found, what to do; and the one way of printing it.

Faults are values, collected in one go; nothing here raises. An error stops the file from being used, a warning says
what is done instead, and information tells what was read without having an effect.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum


class Severity(StrEnum):
    """How much a problem matters, the worst first."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


_ORDER = {severity: place for place, severity in enumerate(Severity)}


@dataclass(frozen=True, order=True)
class Position:
    """A place in a file; line and column count from 1."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True)
class Problem:
    """One fault: `message` says what was found and what is expected, `hint` what to type instead (may be empty).

    `also` is the other place it is about, as the first of two equal keys; the line of a `private` one is not shown.
    """

    file: str
    line: int
    column: int
    severity: Severity
    message: str
    hint: str = ""
    also: Position | None = None
    private: bool = False

    def __str__(self) -> str:
        hint = f" ({self.hint})" if self.hint else ""
        return f"{self.file}:{self.line}:{self.column}: {self.severity}: {self.message}{hint}"


def problem(at: Position, severity: Severity, message: str, hint: str = "", private: bool = False) -> Problem:
    """Return a problem of that severity at a place in a file."""
    return Problem(at.file, at.line, at.column, severity, message, hint, private=private)


def error(at: Position, message: str, hint: str = "") -> Problem:
    """Return a problem that stops the file from being used."""
    return problem(at, Severity.ERROR, message, hint)


def warning(at: Position, message: str, hint: str = "") -> Problem:
    """Return a problem that does not stop anything."""
    return problem(at, Severity.WARNING, message, hint)


def errors(problems: Iterable[Problem]) -> list[Problem]:
    """Return those that stop the file from being used."""
    return [each for each in problems if each.severity is Severity.ERROR]


def in_reading_order(problems: Iterable[Problem]) -> list[Problem]:
    """Return the problems without repeats, file by file, from the top of each down."""
    return sorted(dict.fromkeys(problems), key=lambda p: (p.file, p.line, p.column, _ORDER[p.severity], p.message))


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """Return the candidate that looks most like `word`, for "did you mean", or None when none is close."""
    known = {each.casefold(): each for each in candidates}
    close = get_close_matches(word[:100].casefold(), list(known), n=1, cutoff=0.7)
    return known[close[0]] if close else None


def shown(value: object, longest: int = 60) -> str:
    """Return a value found in a file as an owner would name it, cut to `longest` characters and on one line."""
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    text = repr(value) if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
