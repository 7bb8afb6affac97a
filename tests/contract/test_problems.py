"""Problems: how they are ordered, printed and what they name."""

import pytest

from portal_backend.contract.problems import (
    Position,
    Severity,
    error,
    errors,
    in_reading_order,
    nearest,
    problem,
    shown,
    warning,
)

AT = Position("a.yaml", 3, 5)


def test_a_problem_is_one_line_with_its_place() -> None:
    assert str(error(AT, "this is wrong", "do that")) == "a.yaml:3:5: error: this is wrong (do that)"
    assert str(warning(AT, "this is odd")) == "a.yaml:3:5: warning: this is odd"
    assert str(AT) == "a.yaml:3:5"


def test_problems_are_read_from_the_top_without_repeats() -> None:
    found = [
        warning(Position("b.yaml", 1, 1), "b"),
        warning(Position("a.yaml", 10, 1), "ten"),
        problem(AT, Severity.INFO, "note"),
        error(AT, "error"),
        error(AT, "error"),
    ]
    assert [each.message for each in in_reading_order(found)] == ["error", "note", "ten", "b"]
    assert [each.message for each in errors(found)] == ["error", "error"]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("capcity", "capacity"),
        ("Capacity", "capacity"),
        ("reservd", "reserved"),
        ("xyz", None),
        ("", None),
        ("c" * 10_000, None),
    ],
)
def test_the_nearest_word_is_found(word: str, expected: str | None) -> None:
    assert nearest(word, ["capacity", "reserved", "initial"]) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "nothing"),
        (True, "true"),
        (3, "3"),
        ("a\nb", "'a\\nb'"),
        ({}, "a mapping"),
        ([1], "a list"),
        ("x" * 100, "'" + "x" * 58 + "…"),
    ],
)
def test_a_value_is_shown_as_an_owner_would_name_it(value: object, expected: str) -> None:
    assert shown(value) == expected
