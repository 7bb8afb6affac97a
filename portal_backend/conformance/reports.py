"""What was found, for a person, for a program, and for a build server (JUnit XML)."""

import json
from collections.abc import Iterator
from itertools import groupby
from xml.etree import ElementTree

from portal_backend.conformance.case import Verdict
from portal_backend.conformance.running import Findings, Outcome

_MARKS = {
    Verdict.HOLDS: "holds",
    Verdict.DIFFERS: "DIFFERS",
    Verdict.ALLOWED: "differs (allowed)",
    Verdict.UNSUPPORTED: "NOT SUPPORTED",
    Verdict.NOT_TRIED: "not tried",
}
_WIDTH = max(len(mark) for mark in _MARKS.values())
_UNFIT_FOR_XML = {code: None for code in range(32) if code not in (9, 10, 13)}


def as_text(findings: Findings) -> str:
    """Return a line a case, what differs below it, and a summary."""
    lines = [f"{findings.portal}"]
    for section, outcomes in groupby(findings.outcomes, key=lambda each: each.case.section):
        lines += ["", section]
        for outcome in outcomes:
            lines += _lines(outcome)
    return "\n".join([*lines, "", *_summary(findings), ""])


def _lines(outcome: Outcome) -> Iterator[str]:
    case = outcome.case
    yield f"  {_MARKS[outcome.verdict]:{_WIDTH}}  {case.name}: {case.says}"
    if outcome.verdict is Verdict.NOT_TRIED:
        yield f"  {'':{_WIDTH}}    {outcome.found}"
    elif outcome.verdict is not Verdict.HOLDS:
        yield f"  {'':{_WIDTH}}    expected {case.expect.words()}"
        yield f"  {'':{_WIDTH}}    found    {outcome.found}"


def _summary(findings: Findings) -> Iterator[str]:
    counted = ", ".join(f"{findings.count(verdict)} {verdict}" for verdict in Verdict if findings.count(verdict))
    yield f"{len(findings.outcomes)} cases: {counted or 'none'}"
    if findings.stopped:
        yield "Stopped before the end."
    if findings.left_behind:
        yield f"These sessions could not be ended; end them by hand: {', '.join(findings.left_behind)}"


def as_json(findings: Findings) -> str:
    """Return one JSON object: the counts, and every case with what was expected and found."""
    counts = {str(verdict): findings.count(verdict) for verdict in Verdict}
    cases = [
        {
            "id": outcome.case.id,
            "section": outcome.case.section,
            "says": outcome.case.says,
            "origin": str(outcome.case.origin),
            "request": f"{outcome.case.ask.method} {outcome.case.ask.path}",
            "expected": outcome.case.expect.words(),
            "verdict": str(outcome.verdict),
            "found": outcome.found,
        }
        for outcome in findings.outcomes
    ]
    return json.dumps(
        {
            "portal": findings.portal,
            "holds": not findings.failed and not findings.stopped,
            "stopped": findings.stopped,
            "counts": counts,
            "left_behind": findings.left_behind,
            "cases": cases,
        },
        indent=2,
        ensure_ascii=False,
    )


def as_junit(findings: Findings) -> str:
    """Return JUnit XML: what differs is a failure, what is allowed to differ or was not tried is skipped."""
    root = ElementTree.Element("testsuites", name="conformance")
    for section, grouped in groupby(findings.outcomes, key=lambda each: each.case.section):
        outcomes = list(grouped)
        failed = [outcome for outcome in outcomes if outcome.fails]
        passed = [outcome for outcome in outcomes if outcome.verdict is Verdict.HOLDS]
        suite = ElementTree.SubElement(
            root,
            "testsuite",
            name=section,
            tests=str(len(outcomes)),
            failures=str(len(failed)),
            errors="0",
            skipped=str(len(outcomes) - len(failed) - len(passed)),
        )
        for outcome in outcomes:
            _junit_case(suite, outcome)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _junit_case(suite: ElementTree.Element, outcome: Outcome) -> None:
    case = outcome.case
    name = f"{case.name}: {case.says}"
    element = ElementTree.SubElement(suite, "testcase", classname=f"conformance.{case.section}", name=name)
    if outcome.verdict is Verdict.HOLDS:
        return
    found = outcome.found.translate(_UNFIT_FOR_XML)
    if outcome.fails:
        failure = ElementTree.SubElement(element, "failure", message=str(outcome.verdict))
        failure.text = f"expected {case.expect.words()}\nfound {found}".translate(_UNFIT_FOR_XML)
    else:
        ElementTree.SubElement(element, "skipped", message=f"{outcome.verdict}: {found}")


FORMATS = {"text": as_text, "json": as_json, "junit": as_junit}
