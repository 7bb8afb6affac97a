"""Finds the links in a text that start a workshop and name a way back which the portal would not follow."""

import re
from urllib.parse import unquote_plus

from portal_backend.contract.problems import Problem, warning
from portal_backend.contract.sourcetext import SourceText
from portal_backend.contract.urls import AllowedOrigins, origin_of

_LINK = re.compile(r"https?://[^\s\"'<>()\]]{1,1500}?[?&](?:amp;)?index_url=([^&\s\"'<>()\]]{1,2000})")
_MOST = 100


def refused_ways_back(source: SourceText, portal_url: str, returns: AllowedOrigins) -> list[Problem]:
    """Return a warning for each link to the portal at `portal_url` with an `index_url` that is not among `returns`."""
    found = []
    for match in _LINK.finditer(source.text):
        wanted = unquote_plus(match[1])
        if origin_of(match[0].partition("?")[0]) == origin_of(portal_url) and returns.accept(wanted) is None:
            told = f"the portal does not send anybody back to {wanted[:100]!r}, so people end on its default page"
            hint = f"add {origin_of(wanted) or 'its origin'} to PORTAL_INDEX_ORIGINS"
            found.append(warning(source.position(match.start(1)), told, hint))
    return found[:_MOST]
