"""A visitor's sessions as rows, with the time left in words."""

from datetime import datetime, timedelta

import pytest
from offered import NOON, known

from frontend.site.offers import Known, OwnSession
from frontend.site.sessions import NO_SESSION, NOT_LISTED, clock, none_words, rows
from portal_backend.contract.components import Clock


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        (None, Clock("No time limit", None, expiring=False, ends_words="")),
        (
            timedelta(minutes=30),
            Clock("30 minutes left", "2026-03-01T12:30:00.000Z", expiring=False, ends_words="Ends at 12:30 UTC"),
        ),
        (
            timedelta(minutes=4),
            Clock("4 minutes left", "2026-03-01T12:04:00.000Z", expiring=True, ends_words="Ends at 12:04 UTC"),
        ),
        (
            -timedelta(minutes=1),
            Clock("Time is up", "2026-03-01T11:59:00.000Z", expiring=True, ends_words="Ends at 11:59 UTC"),
        ),
    ],
    ids=["no end", "plenty", "soon", "over"],
)
def test_the_time_left_is_said_in_words(left: timedelta | None, expected: Clock) -> None:
    assert clock(NOON + left if left is not None else None, NOON) == expected


@pytest.mark.parametrize(
    ("workshop", "extendable", "expires", "title", "extend"),
    [
        ("lab", True, NOON, "The lab", "extend:s1"),
        ("lab", False, None, "The lab", None),
        ("gone", False, None, "gone", None),
    ],
)
def test_a_row_offers_what_can_be_done(
    workshop: str, extendable: bool, expires: datetime | None, title: str, extend: str | None
) -> None:
    own = OwnSession("main", "s1", workshop, "main-w01", expires, extendable)
    (row,) = rows([own], {"lab": "The lab"}, lambda what, item: f"{what}:{item.name}", NOON)
    assert (row.title, row.url, row.start_url) == (title, "workshop:s1", "start:s1")
    assert (row.extend_url, row.end_url) == (extend, "end:s1")
    assert row.clock == clock(expires, NOON)


@pytest.mark.parametrize(
    ("limited", "words"),
    [((), "No time limit"), ([("main", "main-w01")], "Not running yet"), ([("other", "main-w01")], "No time limit")],
)
def test_a_session_that_will_have_an_end_is_not_running_yet(limited: list[tuple[str, str]], words: str) -> None:
    own = OwnSession("main", "s1", "lab", "main-w01", None, extendable=False)
    (row,) = rows([own], {}, lambda _what, item: item.name, NOON, limited)
    assert row.clock.words == words


@pytest.mark.parametrize(
    ("users", "words"),
    [((), NO_SESSION), (("main",), NO_SESSION), (("silent",), NOT_LISTED), (("main", "never-seen"), NOT_LISTED)],
    ids=["a stranger", "the portal says so", "the portal is silent", "one of two was never reached"],
)
def test_no_session_is_only_said_when_the_visitors_portals_answer(users: tuple[str, ...], words: str) -> None:
    portals = (known(), known(portal="silent", stale=True), Known("never-seen", None, stale=True))
    assert none_words(portals, users) == words
