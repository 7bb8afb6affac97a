"""Whether a portal's clock and this machine's agree, by the `Date` of its answers (RFC 9110, section 6.6.1)."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from frontend.site.doctor.heard import Answer, Heard
from frontend.site.doctor.results import Result, failed, ok, skipped, warning

CLOSE_SECONDS, MOST_SECONDS = 30, 300
NTP = "timedatectl set-ntp true"
_HALF_A_SECOND = timedelta(seconds=0.5)


def clock(answers: Iterable[Heard]) -> Result:
    """Return by how much the portal's clock differs, from the first answer that tells its time."""
    told = (skew(each) for each in answers if isinstance(each, Answer))
    found = next((each for each in told if each is not None), None)
    if found is None:
        return skipped("clock", "no answer told the portal's time")
    seconds = round(found.total_seconds())
    words = f"the portal's clock is {abs(seconds)} s {'ahead' if seconds > 0 else 'behind'}"
    todo = f"set the clocks of both machines by the network: {NTP}"
    if abs(seconds) > MOST_SECONDS:
        return failed("clock", f"{words}, so times and tokens end at the wrong moment", todo, NTP)
    if abs(seconds) > CLOSE_SECONDS:
        return warning("clock", f"{words}, so the times told to visitors are wrong", todo, NTP)
    return ok("clock", words if seconds else "the portal's clock agrees")


def skew(answer: Answer) -> timedelta | None:
    """Return how far ahead the answering clock is; None when it does not tell, or a cache tells an older time."""
    try:
        date = parsedate_to_datetime(answer.headers.get("date", ""))
    except ValueError:
        return None
    if "age" in answer.headers:
        return None
    # The header has whole seconds; what it leaves out is half of one on average.
    told = (date if date.tzinfo else date.replace(tzinfo=UTC)) + _HALF_A_SECOND
    return told - _middle(answer)


def _middle(answer: Answer) -> datetime:
    return answer.asked + (answer.heard - answer.asked) / 2
