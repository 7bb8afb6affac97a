"""What pages carry while their owner works on them: they load anew after a change, and show what is wrong in the files.

Only the programs of a live `workshop-index serve` are wrapped in it. What the pages show comes from one file, which
the watcher writes: a version, and the problems with their lines; and from what is being rehearsed.
"""

import json
import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from portal_backend.contract.live_panel import State, panel_html, read_state, version_of
from portal_backend.contract.rehearsal import Rehearsal
from portal_backend.contract.urls import LOOPBACK

__all__ = ["PREFIX", "STATE_FILE", "LivePages", "State", "is_local", "panel_html", "read_state"]
STATE_FILE = "live.json"
PREFIX = "/live/"
_FOLDER = Path(__file__).with_name("live")
_FILES = {f"{PREFIX}live.js": "text/javascript", f"{PREFIX}live.css": "text/css"}
_FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_VIA")
_MOST_POSTED = 4096
_HEAD = '<link rel="stylesheet" href="/live/live.css">\n<script type="module" src="/live/live.js"></script>\n'

Start = Callable[..., Any]
Wsgi = Callable[[dict[str, Any], Start], Iterable[bytes]]


def is_local(environ: dict[str, Any]) -> bool:
    """Whether a browser of this machine asks, under a name of this machine, and nothing stands in between.

    A name of somebody else's that leads here would let their page read what this one shows.
    """
    if any(name in environ for name in _FORWARDED):
        return False
    host = environ.get("HTTP_HOST", "")
    try:
        return not host or urlsplit(f"//{host}").hostname in LOOPBACK
    except ValueError:
        return False


class LivePages:
    """A WSGI application whose pages load anew when the state changes, with a panel that shows it.

    Requests that are not `is_local` are passed on as they are: the panel is for the owner's own machine.
    """

    def __init__(
        self,
        app: Callable[[], Wsgi],
        state: Path,
        ways_back: bool = False,
        rehearsal: Callable[[], Rehearsal] = Rehearsal,
        more: Callable[[dict[str, Any]], str] = lambda _: "",
    ) -> None:
        """Take what gives the application for a request.

        `ways_back` adds links that show each banner, `rehearsal` tells what is on, and `more` gives further HTML of the
        panel on the page that answers a request.
        """
        self._app = app
        self._state = state
        self._ways_back = ways_back
        self._rehearsal = rehearsal
        self._more = more

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        """Answer one request."""
        if not is_local(environ):
            return self._app()(environ, start)
        path = environ.get("PATH_INFO", "")
        if path == f"{PREFIX}state":
            return _answer(start, "application/json", json.dumps({"version": self._version()}).encode())
        if path in _FILES:
            return _answer(start, _FILES[path], (_FOLDER / path.removeprefix(PREFIX)).read_bytes())
        return self._page(environ, start)

    def _version(self) -> str:
        return version_of(read_state(self._state), self._rehearsal(), time.time_ns())

    def _page(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        plain = {name: value for name, value in environ.items() if name not in _CONDITIONS}
        begun: list[Any] = []

        def hold(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
            begun[:] = [status, headers]

        answer = self._app()(plain, hold)
        try:
            body = b"".join(answer)
        finally:
            if hasattr(answer, "close"):
                answer.close()
        status, headers = begun
        if _is_page(headers) and environ.get("REQUEST_METHOD") != "HEAD":
            body = self._with_panel(body, self._more(environ))
            kept = [(name, value) for name, value in headers if name.lower() not in _OF_BODY]
            headers = [*kept, ("Content-Length", str(len(body))), ("Cache-Control", "no-store")]
        elif not _is_for_ever(headers):
            # The colours that the portal's pages take from the site, for one: an owner sees an edit at once.
            headers = [*((n, v) for n, v in headers if n.lower() != "cache-control"), ("Cache-Control", "no-store")]
        start(status, headers)
        return [body]

    def _with_panel(self, body: bytes, more: str) -> bytes:
        panel = panel_html(read_state(self._state), self._ways_back, self._rehearsal(), self._version(), more).encode()
        head, found, rest = body.partition(b"</head>")
        body = head + _HEAD.encode() + found + rest if found else body
        before, end, after = body.rpartition(b"</body>")
        return before + panel + end + after if end else body + panel


_CONDITIONS = frozenset({"HTTP_ACCEPT_ENCODING", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE"})
_OF_BODY = frozenset({"content-length", "etag", "cache-control", "last-modified"})


def _is_for_ever(headers: list[tuple[str, str]]) -> bool:
    return any(name.lower() == "cache-control" and "immutable" in value for name, value in headers)


def _is_page(headers: list[tuple[str, str]]) -> bool:
    return any(name.lower() == "content-type" and value.startswith("text/html") for name, value in headers)


def posted(environ: dict[str, Any]) -> str:
    """Return what a small form was posted with."""
    length = environ.get("CONTENT_LENGTH") or "0"
    size = int(length) if length.isascii() and length.isdigit() and len(length) < 9 else 0
    return environ["wsgi.input"].read(min(size, _MOST_POSTED)).decode("utf-8", "replace") if size else ""


def text_answer(start: Start, status: HTTPStatus, text: str, kind: str = "text/plain") -> list[bytes]:
    """Answer with a few words."""
    return _answer(start, kind, text.encode(), f"{status.value} {status.phrase}")


def _answer(start: Start, kind: str, body: bytes, status: str = "200 OK") -> list[bytes]:
    fixed = [("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff")]
    start(status, [("Content-Type", f"{kind}; charset=utf-8"), ("Content-Length", str(len(body))), *fixed])
    return [body]
