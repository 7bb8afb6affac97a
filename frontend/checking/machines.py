"""Reports for other programs: plain JSON, and SARIF 2.1.0 as code scanners exchange it."""

from importlib.metadata import version
from pathlib import Path
from typing import Any

from frontend.checking.lines import Lines
from frontend.checking.running import RULES, Report
from frontend.checking.texts import WORDS, near
from portal_backend.contract.problems import Position, Problem, Severity

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def as_json(report: Report) -> dict[str, Any]:
    """Return the report as one object: the counts, and the problems in reading order."""
    lines = Lines()
    return {
        "files": report.files,
        "errors": report.errors,
        "warnings": report.count(Severity.WARNING),
        "notes": report.count(Severity.INFO),
        "problems": [
            {
                "file": near(each.problem.file),
                "line": each.problem.line,
                "column": each.problem.column,
                "severity": WORDS[each.problem.severity],
                "rule": each.rule,
                "message": each.problem.message,
                "hint": each.problem.hint or None,
                "text": _text(lines, each.problem),
                "also": each.problem.also and {"line": each.problem.also.line, "column": each.problem.also.column},
            }
            for each in report.found
        ],
    }


def as_sarif(report: Report) -> dict[str, Any]:
    """Return the report as a SARIF log of one run."""
    rules = [{"id": name, "shortDescription": {"text": words}} for name, words in RULES.items()]
    lines = Lines()
    driver = {"name": "workshop-index check", "version": version("workshop-index"), "rules": rules}
    results = [
        {
            "ruleId": each.rule,
            "ruleIndex": list(RULES).index(each.rule),
            "level": WORDS[each.problem.severity],
            "message": {"text": each.problem.message + (f" ({each.problem.hint})" if each.problem.hint else "")},
            "locations": [_location(_place(each.problem), _text(lines, each.problem))],
        }
        | ({"relatedLocations": [_location(each.problem.also, None)]} if each.problem.also else {})
        for each in report.found
    ]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _place(problem: Problem) -> Position:
    return Position(problem.file, problem.line, problem.column)


def _text(lines: Lines, problem: Problem) -> str | None:
    excerpts = lines.of(problem)
    return excerpts[-1].text if excerpts else None


def _location(place: Position, text: str | None) -> dict[str, Any]:
    region: dict[str, Any] = {"startLine": place.line, "startColumn": place.column}
    if text is not None:
        region["snippet"] = {"text": text}
    shown = Path(near(place.file))
    uri = shown.as_uri() if shown.is_absolute() else shown.as_posix()
    return {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": region}}
