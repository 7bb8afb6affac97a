"""What a browser says when it fetches ahead, before anybody has clicked: nothing may start or be used up by that."""

from flask import Request

PREFETCH_HEADERS = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")


def is_prefetch(request: Request) -> bool:
    """Return whether the browser says so."""
    said = (request.headers.get(name, "").lower() for name in PREFETCH_HEADERS)
    return any("prefetch" in words or "preview" in words for words in said)
