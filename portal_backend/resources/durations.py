"""The platform's two ways of writing a length of time."""

import re
from datetime import timedelta

_LENGTH = re.compile(r"([0-9]{1,9})([smh])")
_ESTIMATE = re.compile(r"(?=[0-9])([0-9]{1,4}h)?([0-9]{1,4}m)?([0-9]{1,6}s)?")
_SECONDS = {"s": 1, "m": 60, "h": 3600}
_LONGEST = timedelta(days=3660)


def parse_duration(text: str) -> timedelta | None:
    """Return the length that `90s`, `60m` or `2h` names, or None when `text` is none or longer than ten years."""
    found = _LENGTH.fullmatch(text)
    if found is None:
        return None
    length = timedelta(seconds=int(found[1]) * _SECONDS[found[2]])
    return length if length <= _LONGEST else None


def is_estimate(text: str) -> bool:
    """Whether `text` is what a Workshop may state as its own duration: as above, or combined as `2h30m`."""
    return _ESTIMATE.fullmatch(text) is not None
