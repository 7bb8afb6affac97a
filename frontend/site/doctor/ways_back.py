"""Whether a portal sends people back to where they came from, by what it does with an `index_url`.

It is asked for an environment that is not there, so that nothing can start: a portal then sends the browser back.
"""

from collections.abc import Mapping
from enum import Enum
from urllib.parse import parse_qs, urlsplit

from frontend.site.doctor.heard import Fault, Heard
from frontend.site.doctor.results import Result, failed, ok, skipped, warning
from portal_backend.contract.urls import origin_of
from portal_backend.contract.wire import NOTIFICATION_PARAMETER

ORIGINS = "PORTAL_INDEX_ORIGINS"


class Way(Enum):
    """What became of an `index_url`."""

    FOLLOWED = 0
    IGNORED = 1
    CARRIED = 2
    UNTOLD = 3


def ways_back(asked: Mapping[str, Heard], anonymous: bool) -> Result:
    """Return whether the address of each origin counts as `index_url`; only links without the site need it.

    `anonymous` says that the owner offers such links.
    """
    check = "way back"
    ways = {origin: way(heard, origin) for origin, heard in asked.items()}
    ignored = [origin for origin, each in ways.items() if each is Way.IGNORED]
    if ignored:
        todo = f"add {' '.join(ignored)} to {ORIGINS} of the portal, and restart it"
        told = f"links that start at the portal do not lead back to {', '.join(ignored)}"
        return failed(check, told, todo, ORIGINS) if anonymous else warning(check, told, todo, ORIGINS)
    if Way.UNTOLD in ways.values():
        return skipped(
            check, "the portal does not tell without a login or a code; sessions of the site lead back to it"
        )
    if Way.CARRIED in ways.values():
        return ok(check, "the portal takes any address along through its own login")
    return ok(check, f"people are sent back to {', '.join(ways)}")


def way(heard: Heard, origin: str) -> Way:
    """Return what became of an `index_url` of `origin`."""
    if isinstance(heard, Fault) or not heard.location:
        return Way.UNTOLD
    there = urlsplit(heard.location)
    query = parse_qs(there.query)
    if NOTIFICATION_PARAMETER in query:
        return Way.FOLLOWED if origin_of(heard.location) == origin else Way.IGNORED
    onwards = " ".join(query.get("next", ()))
    carried = origin in onwards or origin in " ".join(parse_qs(urlsplit(onwards).query).get("index_url", ()))
    return Way.CARRIED if carried else Way.UNTOLD
