"""Answers the doctor may hear, and a result as the one line a person reads."""

from datetime import UTC, datetime
from typing import Any

from frontend.site.doctor.heard import Answer
from frontend.site.doctor.results import Result, Verdict

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ADDRESS = "https://portal.example.com/workshops/session/nobody/"


def answer(status: int = 200, json: Any = None, cookies: tuple[str, ...] = (), **headers: str) -> Answer:
    """Return an answer heard at noon; underscores in names of headers stand for hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, NOW, NOW, named, cookies, json, ADDRESS)


def told(result: Result) -> str:
    """Return a result in a line, after a look at what holds for each: who fails names a setting, and says it."""
    assert result.settings or result.verdict is not Verdict.FAILED, result
    assert [setting for setting in result.settings if setting not in result.todo] == []
    assert bool(result.todo) == (result.verdict in (Verdict.FAILED, Verdict.WARNING))
    return f"{result.verdict} {result.seen}" + (f" → {result.todo}" if result.todo else "")
