"""Where a browser says a request comes from, by the headers that no page can forge (Fetch Metadata)."""

from flask import request

_OWN = frozenset({"same-origin", "none", ""})


def sent_by_own_page() -> bool:
    """Whether a page of the portal sent the request, as far as the browser tells; an old one tells nothing."""
    return request.headers.get("Sec-Fetch-Site", "") in _OWN


def opened_by_browser() -> bool:
    """Whether a browser that tells where it fetches from opens the address as a page."""
    return request.headers.get("Sec-Fetch-Mode") == "navigate"
