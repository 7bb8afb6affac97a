"""What an owner asks of a signed link: until when, and which values; and what is said of what cannot be."""

from datetime import UTC, datetime, timedelta

import pytest
from offered import NOON

from frontend.site.granting import NotGranted, end_of, pinned_of
from frontend.site.model import Parameter

ASKED = (Parameter(name="TEAM", choices=("Red", "Blue")), Parameter(name="NAME"))


@pytest.mark.parametrize(
    ("expires", "lasting", "ends"),
    [
        ("2026-03-01T18:00Z", "", datetime(2026, 3, 1, 18, tzinfo=UTC)),
        ("2026-03-01T18:00", "", datetime(2026, 3, 1, 18, tzinfo=UTC)),
        ("2026-03-01 18:00+05:00", "", datetime(2026, 3, 1, 13, tzinfo=UTC)),
        ("2026-03-02", "", datetime(2026, 3, 2, tzinfo=UTC)),
        ("", "8h", NOON + timedelta(hours=8)),
        ("", "45m", NOON + timedelta(minutes=45)),
        ("", "1d12h30m", NOON + timedelta(hours=36, minutes=30)),
        ("", "366d", NOON + timedelta(days=366)),
    ],
)
def test_when_a_link_ends(expires: str, lasting: str, ends: datetime) -> None:
    assert end_of(expires, lasting, NOON) == ends


@pytest.mark.parametrize(
    ("expires", "lasting", "said"),
    [
        ("", "", "say until when it works"),
        ("2026-03-02", "8h", "say until when it works"),
        ("2026-03-01T12:00Z", "", "is over already"),
        ("2025-03-01", "", "is over already"),
        ("", "0h", "is over already"),
        ("2027-03-03", "", "366 days at most"),
        ("", "999d", "366 days at most"),
        ("tomorrow", "", "tomorrow is no time"),
        ("", "8 hours", "8 hours is no length of time"),
        ("", " ", "is no length of time"),
    ],
)
def test_an_end_that_cannot_be_is_said(expires: str, lasting: str, said: str) -> None:
    with pytest.raises(NotGranted, match=said):
        end_of(expires, lasting, NOON)


def test_values_are_taken_as_they_are_written() -> None:
    words = ("TEAM=Red", "NAME=a=b c", "EMPTY=")
    assert pinned_of(words, ASKED, None) == {"TEAM": "Red", "NAME": "a=b c", "EMPTY": ""}
    assert pinned_of(("NAME=x",), ASKED, {"NAME", "TEAM"}) == {"NAME": "x"}


@pytest.mark.parametrize(
    ("words", "declared", "said"),
    [
        (("NAME",), None, "--set NAME gives no value; write it as --set name=value"),
        (("=x",), None, "gives no value"),
        (("NAME=x", "NAME=y"), None, "--set gives NAME twice"),
        (("NAME=a\x00b",), None, "signs that cannot be printed"),
        ((f"NAME={'x' * 501}",), None, "longer than 500 characters"),
        (("TEAM=Green",), None, "Green is not one of the choices of TEAM: Red, Blue"),
        (("NAMES=x",), {"NAME", "TEAM"}, "the Workshop has no parameter NAMES; did you mean NAME?"),
        (("SEED=x",), {"NAME", "TEAM"}, "the Workshop has no parameter SEED; it declares NAME, TEAM"),
        (("SEED=x",), set(), "the Workshop has no parameter SEED; it declares none"),
    ],
)
def test_a_value_that_cannot_be_pinned_is_said(words: tuple[str, ...], declared: set[str] | None, said: str) -> None:
    with pytest.raises(NotGranted) as refused:
        pinned_of(words, ASKED, declared)
    assert said in str(refused.value)


def test_everything_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(NotGranted) as refused:
        pinned_of(("SEED=x", "TEAM"), ASKED, {"TEAM"})
    assert len(str(refused.value).splitlines()) == 2
