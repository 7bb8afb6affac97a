"""Numbers and times as people read them."""

from datetime import UTC, datetime, timedelta

import pytest

from portal_backend.contract.wire import SessionState
from portal_backend.domain.environment import Environment, Workshop
from portal_backend.domain.schedule import Schedule
from portal_backend.pages.pictures import safe_picture
from portal_backend.pages.wording import availability_of, clock_of, seconds, start_words
from portal_backend.services.catalog import Listed

WAITS = {0: "1 second", 1: "1 second", 40: "40 seconds", 119: "119 seconds", 120: "2 minutes", 7200: "2 hours"}
SEATS = {
    "a spare": (Listed(Environment("e", Workshop("w"), capacity=5), 2, 1, 1), False, "ready", "Ready at once"),
    "seats": (Listed(Environment("e", Workshop("w"), capacity=5), 2, 2, 0), False, "free", "3 seats free"),
    "the last seat": (Listed(Environment("e", Workshop("w"), capacity=5), 4, 4, 0), False, "free", "1 seat free"),
    "none": (Listed(Environment("e", Workshop("w"), capacity=5), 5, 5, 0), False, "full", "Full"),
    "more than there are": (Listed(Environment("e", Workshop("w"), capacity=1), 5, 5, 0), False, "full", "Full"),
    "the portal is full": (Listed(Environment("e", Workshop("w"), capacity=5), 0, 0, 0), True, "full", "Full"),
}
PICTURES = {
    "https://e.example/a.png": "https://e.example/a.png",
    "data:image/png;base64,AAAA": "data:image/png;base64,AAAA",
    "http://e.example/a.png": None,
    "data:image/svg+xml;base64,AAAA": None,
    'data:image/png;base64,AAAA" onerror=': None,
    "javascript:alert(1)": None,
    "": None,
}


@pytest.mark.parametrize(("span", "words"), WAITS.items())
def test_a_short_wait(span: int, words: str) -> None:
    assert seconds(timedelta(seconds=span)) == words


@pytest.mark.parametrize(("listed", "full", "state", "words"), SEATS.values(), ids=SEATS)
def test_what_is_free(listed: Listed, full: bool, state: str, words: str) -> None:
    assert (availability_of(listed, full).state, availability_of(listed, full).words) == (state, words)


@pytest.mark.parametrize(("given", "shown"), PICTURES.items())
def test_which_pictures_are_shown(given: str, shown: str | None) -> None:
    assert safe_picture(given) == shown


def test_the_clock_of_a_session() -> None:
    ends = datetime(2026, 11, 22, 10, 5, tzinfo=UTC)
    clock = clock_of(Schedule(SessionState.RUNNING, None, ends, True, 300, True))
    assert (clock.words, clock.ends_words) == ("5 minutes left", "Ends at 10:05 UTC")
    assert (clock.expires_iso, clock.expiring) == ("2026-11-22T10:05:00.000Z", True)
    assert clock_of(Schedule(SessionState.RUNNING, None, None, False, None, None)).words == "No time limit"


def test_waiting_without_a_limit_promises_none() -> None:
    assert "led back" in start_words(timedelta(seconds=3), timedelta(seconds=60))
    assert "led back" not in start_words(timedelta(seconds=3), timedelta(0))
