"""What one check of the doctor comes to: a verdict, what was seen, and the exact setting to change."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

_SHORTEST_SECRET = 6


class Verdict(StrEnum):
    """How much a result matters, the worst first."""

    FAILED = "failed"
    WARNING = "warning"
    SKIPPED = "skipped"
    OK = "ok"


@dataclass(frozen=True)
class Result:
    """One line: `seen` says what was found, `todo` what to do about it, `settings` what to change by its exact name.

    A setting is an environment variable, a key of a file, or what a server in front is configured with. `todo` names
    each of them.
    """

    check: str
    verdict: Verdict
    seen: str
    todo: str = ""
    settings: tuple[str, ...] = ()

    def without(self, secrets: Iterable[str]) -> "Result":
        """Return the result with every secret in it hidden, whoever has put it there."""
        seen, todo = self.seen, self.todo
        for secret in secrets:
            if len(secret) >= _SHORTEST_SECRET:
                seen, todo = seen.replace(secret, "•••"), todo.replace(secret, "•••")
        return replace(self, seen=seen, todo=todo)


@dataclass(frozen=True)
class Subject:
    """What was looked at: the site or a portal, and a result for each check."""

    kind: str
    name: str
    url: str
    results: tuple[Result, ...]


def ok(check: str, seen: str) -> Result:
    """Return a result that needs nothing."""
    return Result(check, Verdict.OK, seen)


def skipped(check: str, why: str) -> Result:
    """Return a result that says why it could not be looked at, or needs not be."""
    return Result(check, Verdict.SKIPPED, why)


def warning(check: str, seen: str, todo: str, *settings: str) -> Result:
    """Return a result that works, but not for everybody or not for long."""
    return Result(check, Verdict.WARNING, seen, todo, settings)


def failed(check: str, seen: str, todo: str, *settings: str) -> Result:
    """Return a result that keeps visitors from their sessions."""
    return Result(check, Verdict.FAILED, seen, todo, settings)


def count(subjects: Iterable[Subject], verdict: Verdict) -> int:
    """Return how many results have that verdict."""
    return sum(result.verdict is verdict for subject in subjects for result in subject.results)
