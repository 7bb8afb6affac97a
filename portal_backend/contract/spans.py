"""Lengths of time as people read them, the same words on the pages of both programs."""

import re
from datetime import UTC, datetime, timedelta

from portal_backend.contract.words import Length, Moment, Said, say

_STATED = re.compile(r"(?:(\d{1,4})h)?(?:(\d{1,5})m)?(?:(\d{1,6})s)?", re.IGNORECASE)
_MINUTES_OF_DAY = 24 * 60


def span_words(span: timedelta) -> Said:
    """Return a length of time: `less than a minute`, `2 minutes`, `1 hour 30 minutes`, and from two days on, days."""
    minutes = int(span.total_seconds()) // 60
    if minutes < 1:
        return say("less than a minute")
    if minutes >= 2 * _MINUTES_OF_DAY:
        return Length(minutes // _MINUTES_OF_DAY, "day")
    hours, rest = divmod(minutes, 60)
    if hours and rest:
        return say("{hours} {minutes}", hours=Length(hours, "hour"), minutes=Length(rest, "minute"))
    return Length(hours, "hour") if hours else Length(rest, "minute")


def stated_words(text: str) -> str:
    """Return a duration as a Workshop states it, `2h30m`, in words; any other text as it stands."""
    match = _STATED.fullmatch(text.strip())
    if not text.strip() or match is None:
        return text.strip()
    hours, minutes, seconds = (int(number or 0) for number in match.groups())
    return span_words(timedelta(hours=hours, minutes=minutes, seconds=seconds))


def time_left(span: timedelta) -> Said:
    """Return how much time is left, in the words the countdown script goes on with."""
    if span <= timedelta():
        return say("Time is up")
    if span < timedelta(minutes=1):
        return say("Less than a minute left")
    return say("{span} left", span=span_words(span))


def end_words(expires: datetime, now: datetime) -> Said:
    """Return when something ends, with its day when that is not soon; a script puts it into the reader's own time."""
    moment = expires.astimezone(UTC)
    if abs(expires - now) < timedelta(hours=20):
        return say("Ends at {time}", time=Moment(moment, "time"))
    return say("Ends on {day}, {time}", day=Moment(moment, "day"), time=Moment(moment, "time"))
