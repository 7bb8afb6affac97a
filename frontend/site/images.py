"""Which pictures a page may show: the owner's files, https addresses, and bitmap data URIs.

A workshop's logo comes from a resource somebody else wrote, so an address that is none of these is not shown at all.
"""

import re

from portal_backend.contract.urls import parse_http_url

_DATA = re.compile(r"data:image/(png|jpeg|webp|gif);base64,[A-Za-z0-9+/=]+")
_FILE = re.compile(
    r"[A-Za-z0-9_-][A-Za-z0-9_. -]*(/[A-Za-z0-9_-][A-Za-z0-9_. -]*)*\.(svg|png|jpe?g|webp|gif|ico)", re.I
)


def safe_image(text: str) -> str | None:
    """Return `text` when it is an https address or a bitmap data URI that a page may show, otherwise None."""
    if _DATA.fullmatch(text):
        return text
    clean = parse_http_url(text)
    return clean if clean is not None and clean.startswith("https://") else None


def owner_image(text: str) -> str:
    """Return an owner's picture in its clean form; raises ValueError, in the owner's words, when it is none."""
    if not text or _FILE.fullmatch(text):
        return text
    image = safe_image(text)
    if image is None:
        raise ValueError(
            "expected a file name under config/theme/static/ (svg, png, jpg, webp, gif, ico), an https:// address, "
            "or a data:image URI (png, jpeg, webp, gif)"
        )
    return image


def is_file(image: str) -> bool:
    """Whether an owner's picture is a file of theirs rather than an address."""
    return bool(_FILE.fullmatch(image))
