"""Reports for people: the lines of a terminal, in colour where it has any, and the annotations of GitHub Actions."""

import os
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.text import Text

from frontend.checking.lines import Excerpt, Lines
from frontend.checking.running import Report
from portal_backend.contract.problems import Problem, Severity

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.INFO: "bold blue"}
WORDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def near(file: str) -> str:
    """Return a path as it is shown: from the working directory when it lies below, else as it is."""
    path = Path(file)
    return os.path.relpath(path) if path.is_absolute() and path.is_relative_to(Path.cwd()) else file


def show(report: Report, console: Console) -> None:
    """Print every problem with its line, and how many there are."""
    lines = Lines()
    for finding in report.found:
        _show(finding.problem, lines.of(finding.problem), console)
    style = "red" if report.errors else "yellow" if report.count(Severity.WARNING) else "green"
    console.print(Text(summary(report), style=style), soft_wrap=True)


def _show(problem: Problem, excerpts: list[Excerpt], console: Console) -> None:
    style = _STYLES[problem.severity]
    width = max((len(str(each.number)) for each in excerpts), default=0)
    place = f"{near(problem.file)}:{problem.line}:{problem.column}: "
    _print(console, (place, "dim"), (WORDS[problem.severity], style), f": {_one_line(problem.message)}")
    for excerpt in excerpts:
        _print(console, (f"  {excerpt.number:>{width}} | ", "dim"), excerpt.text)
        _print(console, (f"  {'':{width}} | ", "dim"), (excerpt.mark, style))
    if problem.hint:
        _print(console, (f"  {'':{width}} = ", "dim"), _one_line(problem.hint))


def _print(console: Console, *parts: str | tuple[str, str]) -> None:
    console.print(Text.assemble(*parts), soft_wrap=True)


def summary(report: Report) -> str:
    """Return how much was found, in words."""
    counts = [(report.count(severity), WORDS[severity]) for severity in Severity]
    told = [f"{number} {word}{'' if number == 1 else 's'}" for number, word in counts if number]
    files = f"{report.files} file{'' if report.files == 1 else 's'}"
    return f"{', '.join(told) or 'No problems'} in {files}."


def annotations(report: Report) -> Iterator[str]:
    """Yield one workflow command of GitHub Actions a problem, which shows it beside its line."""
    for finding in report.found:
        problem = finding.problem
        place = f"file={_property(near(problem.file))},line={problem.line},col={problem.column}"
        hint = f" ({problem.hint})" if problem.hint else ""
        yield f"::{_COMMANDS[problem.severity]} {place},title={finding.rule}::{_data(problem.message + hint)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _one_line(text: str) -> str:
    return "".join(each if each.isprintable() else "�" for each in " ".join(text.split()))
