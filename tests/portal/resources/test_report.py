"""Problems as lines for people, and the small tables resources rest on."""

from datetime import timedelta

import pytest

from portal_backend.contract.problems import Position, Severity, error, problem, warning
from portal_backend.domain.labels import matches, merged
from portal_backend.resources.durations import is_estimate, parse_duration
from portal_backend.resources.report import lines, summary

AT = Position("p.yaml", 2, 3)
FOUND = [error(AT, "wrong", "do that"), warning(AT, "odd"), problem(AT, Severity.INFO, "unused")]


def test_problems_are_printed_one_to_a_line() -> None:
    assert list(lines(FOUND)) == ["p.yaml:2:3: error: wrong (do that)", "p.yaml:2:3: warning: odd"]
    assert list(lines(FOUND, notes=True))[-1] == "p.yaml:2:3: info: unused"


@pytest.mark.parametrize(
    ("problems", "words"),
    [([], "no errors, no warnings"), (FOUND, "1 error, 1 warning"), (FOUND * 2, "2 errors, 2 warnings")],
)
def test_problems_are_counted_in_words(problems: list[object], words: str) -> None:
    assert summary(problems) == words  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("90s", 90),
        ("60m", 3600),
        ("2h", 7200),
        ("0s", 0),
        ("1d", None),
        ("", None),
        ("m", None),
        ("1h30m", None),
        ("87840h", 316224000),
        ("87841h", None),
    ],
)
def test_a_length_of_time(text: str, length: int | None) -> None:
    assert parse_duration(text) == (None if length is None else timedelta(seconds=length))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("45m", True),
        ("2h30m", True),
        ("1h30m10s", True),
        ("30m2h", False),
        ("", False),
        ("h", False),
        ("2 h", False),
        ("90", False),
    ],
)
def test_an_estimate(text: str, expected: bool) -> None:
    assert is_estimate(text) is expected


def test_later_labels_overrule_earlier_ones() -> None:
    assert merged({"a": "1", "b": "1"}, {"b": "2"}, {"c": "3"}) == {"a": "1", "b": "2", "c": "3"}


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [({}, True), ({"a": "1"}, True), ({"a": "1", "b": ""}, True), ({"a": "2"}, False), ({"c": ""}, False)],
)
def test_labels_match_when_every_wanted_one_is_there(wanted: dict[str, str], expected: bool) -> None:
    assert matches({"a": "1", "b": ""}, wanted) is expected
