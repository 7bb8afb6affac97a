"""Which pages other sites may show in a frame, and the cookie that counts there."""

from collections.abc import Callable

from flask import Request

from frontend.site.model import Site
from portal_backend.contract.frame_cookies import FrameCookies

_ROOT = "/embed/"
_ENDPOINTS = frozenset({"embed.show", "embed.start", "embed.forget", "leaving.break_out"})


def framed_by(endpoint: str | None, site: Site) -> tuple[str, ...]:
    """Return the origins whose pages may show what `endpoint` answers in a frame."""
    return site.embedding.origins if endpoint in _ENDPOINTS else ()


class SiteCookies(FrameCookies):
    """Reads and writes the site's cookie, and the one for start buttons in frames; `site` returns the site as it is."""

    def __init__(self, name: str, site: Callable[[], Site]) -> None:
        super().__init__(name)
        self._site = site

    def may_be_framed(self, request: Request) -> bool:
        """Return whether this is a start button, and whether anybody may frame it."""
        return request.path.startswith(_ROOT) and bool(self._site().embedding.origins)
