"""Numbers and times as people say them; pure."""

from datetime import timedelta

from portal_backend.contract.components import Availability, Clock
from portal_backend.contract.spans import end_words, time_left
from portal_backend.contract.wire import format_time
from portal_backend.contract.words import Length, Said, counted, say
from portal_backend.domain.schedule import Schedule
from portal_backend.services.catalog import Listed

_MINUTE, _HOUR = 60, 3600


def clock_of(schedule: Schedule) -> Clock:
    """Return the time left in a session."""
    if schedule.expires is None or schedule.countdown is None:
        return Clock(say("No time limit"))
    left = timedelta(seconds=schedule.countdown)
    ends = end_words(schedule.expires, schedule.expires - left)
    return Clock(time_left(left), format_time(schedule.expires), schedule.expiring, ends)


def start_words(waited: timedelta, limit: timedelta, usual: timedelta | None = None) -> Said:
    """Return what is said while a session starts: how long it has taken, usually takes when known, and may take."""
    so_far = say("Your session is being prepared, for {span} so far.", span=seconds(waited))
    if usual is not None:
        usually = say("It usually takes about {span}.", span=seconds(usual))
        so_far = say("{first} {second}", first=so_far, second=usually)
    words = say("{first} {second}", first=so_far, second=say("It opens here as soon as it is ready."))
    if not limit:
        return words
    late = say("If it takes longer than {span}, you are led back and can start it again.", span=seconds(limit))
    return say("{first} {second}", first=words, second=late)


def seconds(span: timedelta) -> Said:
    """Return a short wait: `1 second`, `40 seconds`, `2 minutes`."""
    whole = max(1, int(span.total_seconds()))
    if whole < 2 * _MINUTE:
        return Length(whole, "second")
    return Length(whole // _MINUTE, "minute") if whole < 2 * _HOUR else Length(whole // _HOUR, "hour")


def availability_of(listed: Listed, portal_full: bool) -> Availability:
    """Return whether an environment has a seat."""
    if listed.available:
        return Availability("ready", say("Ready at once"))
    left = 0 if portal_full else listed.environment.capacity - listed.active
    if left <= 0:
        return Availability("full", say("Full"))
    return Availability("free", counted("{n} seat free", "{n} seats free", left))
