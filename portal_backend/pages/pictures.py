"""Which pictures of resources a page may show: https addresses and bitmap data URIs."""

import re

from portal_backend.contract.urls import parse_http_url

_DATA = re.compile(r"data:image/(png|jpeg|webp|gif);base64,[A-Za-z0-9+/=]+")


def safe_picture(text: str) -> str | None:
    """Return `text` when a page may show it as a picture, otherwise None."""
    if _DATA.fullmatch(text):
        return text
    clean = parse_http_url(text)
    return clean if clean is not None and clean.startswith("https://") else None
