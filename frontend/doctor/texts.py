"""The doctor's report: a line for each check, in colour at a terminal and plain when piped; and as JSON."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from frontend.site.doctor.results import Result, Subject, Verdict, count

_STYLES = {
    Verdict.FAILED: "bold red",
    Verdict.WARNING: "bold yellow",
    Verdict.SKIPPED: "dim",
    Verdict.OK: "green",
}
_VERDICTS = max(len(verdict) for verdict in Verdict)


def show(subjects: Sequence[Subject], console: Console) -> None:
    """Print every result, what to do about those that are not well, and how many there are of each kind."""
    width = max(len(result.check) for subject in subjects for result in subject.results)
    for subject in subjects:
        name = f" {subject.name}" if subject.name else ""
        _print(console, (_one_line(f"{subject.kind}{name}"), "bold"), (f"  {_one_line(subject.url)}", "dim"))
        for result in subject.results:
            _show(result, width, console)
        _print(console, "")
    worst = min(list(Verdict), key=lambda verdict: (not count(subjects, verdict), list(Verdict).index(verdict)))
    _print(console, (summary(subjects), _STYLES[worst]))


def _show(result: Result, width: int, console: Console) -> None:
    verdict = (f"  {result.verdict:<{_VERDICTS}}", _STYLES[result.verdict])
    _print(console, verdict, f"  {result.check:<{width}}  {_one_line(result.seen)}")
    if result.todo:
        _print(console, f"  {'':{_VERDICTS}}  {'':{width}}  → {_one_line(result.todo)}")


def _print(console: Console, *parts: str | tuple[str, str]) -> None:
    console.print(Text.assemble(*parts), soft_wrap=True)


def summary(subjects: Sequence[Subject]) -> str:
    """Return how much was found, in words."""
    warnings = count(subjects, Verdict.WARNING)
    words = {verdict: str(verdict) for verdict in Verdict} | ({} if warnings == 1 else {Verdict.WARNING: "warnings"})
    return ", ".join(f"{count(subjects, verdict)} {words[verdict]}" for verdict in Verdict) + "."


def as_json(subjects: Sequence[Subject]) -> dict[str, Any]:
    """Return the report as one object: the counts, and every result of every subject."""
    return {
        **{str(verdict): count(subjects, verdict) for verdict in Verdict},
        "subjects": [
            {
                "kind": subject.kind,
                "name": subject.name,
                "url": subject.url,
                "results": [
                    {
                        "check": result.check,
                        "verdict": str(result.verdict),
                        "seen": result.seen,
                        "todo": result.todo or None,
                        "settings": list(result.settings),
                    }
                    for result in subject.results
                ],
            }
            for subject in subjects
        ],
    }


def _one_line(text: str) -> str:
    return "".join(each if each.isprintable() else "�" for each in " ".join(text.split()))
