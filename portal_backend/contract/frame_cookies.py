"""The cookies of both programs: the usual one, and one of its own for pages in other sites' frames.

A browser sends no `SameSite=Lax` cookie to a frame in a page of another site. There a second cookie does its work. It
is `Partitioned`: each site that embeds has its own, and none can follow a visitor from one to the next.

Which cookie a browser sends tells where a page is. Where it sends the usual one, that one counts: at the top, and in a
frame of the same site. A frame that sends none is given both, and keeps the one that fits.
"""

from abc import abstractmethod
from datetime import datetime
from typing import Any

from flask import Flask, Request, Response, g
from flask.sessions import SecureCookieSessionInterface, SessionMixin

FRAMES = frozenset({"iframe", "frame", "embed", "object", "fencedframe"})


def in_frame(request: Request) -> bool:
    """Whether the browser says that it opens this in a frame; an old one says nothing."""
    return request.headers.get("Sec-Fetch-Dest", "") in FRAMES


def at_top(request: Request) -> bool:
    """Whether the browser says that it opens this in a window of its own."""
    return request.headers.get("Sec-Fetch-Dest") == "document"


def frame_cookie(name: str, trusted: bool) -> str:
    """Return what the cookie for frames is called beside the one called `name`; nothing where none can be had.

    `trusted` says that browsers reach the program over https, or on their own machine; elsewhere they keep none.
    """
    return f"__Host-{name.removeprefix('__Host-')}-frame" if trusted else ""


def in_use() -> bool:
    """Whether the cookie for frames is the one that counts for the current request."""
    return bool(g.get("frame_cookie"))


class FrameCookies(SecureCookieSessionInterface):
    """Reads and writes the cookie that fits; `name` is that of the one for frames, empty when there shall be none."""

    def __init__(self, name: str) -> None:
        self._frame_name = name

    @abstractmethod
    def may_be_framed(self, request: Request) -> bool:
        """Return whether the page asked for may be shown in somebody's frame at all; asked only when it matters."""

    def open_session(self, app: Flask, request: Request) -> Any:
        """Return what the cookie that fits says."""
        g.frame_cookie = False
        usual = self.get_cookie_name(app) in request.cookies
        g.frame_cookie = not usual and self._fits_frame(request)
        g.both_cookies = g.frame_cookie and self._frame_name not in request.cookies
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write the cookie that was read; both when there was none; whoever is forgotten loses both."""
        super().save_session(app, session, response)
        emptied = session.modified and not session
        if not self._frame_name or not (g.get("both_cookies") or emptied):
            return
        used = in_use()
        g.frame_cookie = not used
        super().save_session(app, session, response)
        g.frame_cookie = used

    def get_cookie_name(self, app: Flask) -> str:
        """Return the name of the cookie in use."""
        return self._frame_name if in_use() else super().get_cookie_name(app)

    def get_cookie_domain(self, app: Flask) -> str | None:
        """Return the domain to set the cookie for; the one for frames is for this host alone."""
        return None if in_use() else super().get_cookie_domain(app)

    def get_cookie_samesite(self, app: Flask) -> str | None:
        """Return whether other sites' pages get it sent along."""
        return "None" if in_use() else super().get_cookie_samesite(app)

    def get_cookie_secure(self, app: Flask) -> bool:
        """Return whether it goes over https only; a browser's own machine counts as such."""
        return in_use() or super().get_cookie_secure(app)

    def get_cookie_partitioned(self, app: Flask) -> bool:
        """Return whether each site that embeds has its own."""
        return in_use() or super().get_cookie_partitioned(app)

    def get_expiration_time(self, app: Flask, session: SessionMixin) -> datetime | None:
        """Return when it expires; the one for frames ends with the browser, because nothing at the top can end it."""
        return None if in_use() else super().get_expiration_time(app, session)

    def _fits_frame(self, request: Request) -> bool:
        """Whether the cookie for frames is to be used for a request that brings no other."""
        if not self._frame_name:
            return False
        inside = self._frame_name in request.cookies and request.headers.get("Sec-Fetch-Dest") != "document"
        return (in_frame(request) or inside) and self.may_be_framed(request)
