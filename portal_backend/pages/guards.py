"""What a request itself tells about who is behind it: a person, a program that only looks, another site."""

import re

from flask import abort, request

from portal_backend.contract.frame_cookies import in_frame
from portal_backend.contract.prefetch import is_prefetch
from portal_backend.origin import sent_by_own_page

# Programs that say they fetch for themselves: crawlers, link previews, archives.
_BOT = re.compile(
    r"(?<!cu)bot(?![a-z])|crawl|spider|slurp|preview|facebookexternalhit|facebookcatalog|whatsapp|embedly|"
    r"ia_archiver|mediapartners|google-inspectiontool|vkshare|pinterest|iframely",
    re.IGNORECASE,
)


def refuse_foreign_forms() -> None:
    """Refuse a form that a page of another site sends (the token check comes beside it)."""
    if request.method == "POST" and not sent_by_own_page():
        abort(403)


def from_own_page() -> bool:
    """Whether a person followed a link on one of the portal's own pages."""
    fetched = request.headers
    return (
        request.method == "GET"
        and not is_prefetch(request)
        and fetched.get("Sec-Fetch-Site") == "same-origin"
        and fetched.get("Sec-Fetch-Mode") == "navigate"
    )


def refuse_prefetch() -> None:
    """Refuse to fetch ahead what counts as a visit."""
    if is_prefetch(request):
        abort(503)


def only_looks() -> bool:
    """Whether the request must change nothing: HEAD, a program that says what it is, a frame nobody clicked in."""
    if request.method == "HEAD" or (request.method != "POST" and in_frame(request)):
        return True
    return bool(_BOT.search(request.headers.get("User-Agent", "")))
