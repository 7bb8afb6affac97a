"""Lengths of time read like speech, and the same on the pages of both programs."""

from datetime import UTC, datetime, timedelta

import pytest

from portal_backend.contract.spans import end_words, span_words, stated_words, time_left

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(), "less than a minute"),
        (timedelta(seconds=59), "less than a minute"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(minutes=2, seconds=59), "2 minutes"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(hours=1, minutes=30), "1 hour 30 minutes"),
        (timedelta(hours=2, minutes=1), "2 hours 1 minute"),
        (timedelta(hours=47, minutes=59), "47 hours 59 minutes"),
        (timedelta(days=2), "2 days"),
        (timedelta(days=9, hours=23), "9 days"),
    ],
)
def test_a_span_is_said_in_words(span: timedelta, words: str) -> None:
    assert span_words(span) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("15m", "15 minutes"),
        ("1h", "1 hour"),
        ("90m", "1 hour 30 minutes"),
        ("2h30m", "2 hours 30 minutes"),
        ("120s", "2 minutes"),
        (" 1H ", "1 hour"),
        ("", ""),
        ("half a day", "half a day"),
        ("1.5h", "1.5h"),
        ("30m1h", "30m1h"),
    ],
)
def test_a_stated_duration_is_said_in_words(text: str, words: str) -> None:
    assert stated_words(text) == words


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(seconds=-1), "Time is up"),
        (timedelta(), "Time is up"),
        (timedelta(seconds=30), "Less than a minute left"),
        (timedelta(minutes=42, seconds=5), "42 minutes left"),
        (timedelta(hours=1, minutes=29), "1 hour 29 minutes left"),
    ],
)
def test_the_time_left_is_said_in_words(left: timedelta, words: str) -> None:
    assert time_left(left) == words


@pytest.mark.parametrize(
    ("expires", "words"),
    [
        (NOON + timedelta(minutes=30), "Ends at 12:30 UTC"),
        (NOON + timedelta(hours=19), "Ends at 07:00 UTC"),
        (NOON + timedelta(days=2), "Ends on 3 March, 12:00 UTC"),
        (datetime(2026, 3, 1, 15, tzinfo=UTC).astimezone(), "Ends at 15:00 UTC"),
    ],
    ids=["soon", "tomorrow morning", "in days", "in another zone"],
)
def test_an_end_names_utc_and_its_day_when_that_is_not_soon(expires: datetime, words: str) -> None:
    assert end_words(expires, NOON) == words
