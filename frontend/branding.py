"""The brand as templates receive it.

The sheet that carries its look is a file of its own, because pages allow no inline style;
its address changes with its text.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from frontend.site.brand import Brand as Configured
from frontend.site.images import is_file
from portal_backend.contract.components import Hyperlink

STYLESHEET_PATH = "/brand.css"


@dataclass(frozen=True)
class Brand:
    """What `base.html` shows of the owner; an address of None means there is nothing to show or link."""

    name: str
    tagline: str
    logo_url: str | None
    favicon_url: str | None
    home_url: str
    stylesheet_url: str | None
    scheme: str
    header_links: tuple[Hyperlink, ...]
    footer_links: tuple[Hyperlink, ...]


def shown(configured: Configured, static_url: Callable[[str], str], sheet: str) -> Brand:
    """Return the brand for a page; `sheet` is the text of its style sheet, empty when the owner wants none."""
    digest = hashlib.sha256(sheet.encode()).hexdigest()[:12]
    return Brand(
        name=configured.name,
        tagline=configured.tagline,
        logo_url=_picture(configured.logo, static_url),
        favicon_url=_picture(configured.favicon, static_url),
        home_url="/",
        stylesheet_url=f"{STYLESHEET_PATH}?v={digest}" if sheet else None,
        scheme="light dark" if configured.scheme == "auto" else configured.scheme,
        header_links=tuple(Hyperlink(link.label, link.url) for link in configured.header_links),
        footer_links=tuple(Hyperlink(link.label, link.url) for link in configured.footer_links),
    )


def _picture(image: str, static_url: Callable[[str], str]) -> str | None:
    if not image:
        return None
    return static_url(image) if is_file(image) else image
