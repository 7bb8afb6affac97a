"""The index as everybody sees it: made once, compressed once, and served without going through the application.

A visitor without this site's cookie, and without a notification to be told, sees what everybody sees; unless nobody is
to see anything before a sign-in, or a proxy may have told who it is (`shared` says so). Such an answer may be kept by
caches and is kept here too, by address, host and the language it is in, until something it shows changes: the
`revision` says so. Everybody else gets a page of their own, which is not to be stored. `Vary: Cookie` keeps the two
apart in a browser that becomes known; browsers always ask again, which costs a 304, and only shared caches may answer
for a moment by themselves.
"""

import gzip
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any

import brotli
from flask import Flask, Response, g, request, session

from portal_backend.contract.language_choice import LANGUAGE, Environ
from portal_backend.contract.wire import NOTIFICATION_PARAMETER

ENDPOINTS = frozenset({"catalog.index"})
PATHS = frozenset({"/"})
CACHE_CONTROL = "public, max-age=0, s-maxage=2, stale-if-error=86400"
VARY = "Accept-Encoding, Accept-Language, Cookie"
_MOST_BYTES = 8 * 1024 * 1024
_TURNS = 64
_LONGEST_QUERY = 300
_QUICK_FROM = 128 * 1024
Key = tuple[str, ...]


@dataclass
class KeptPage:
    """One page, in each coding that somebody took so far, with the headers that go with it."""

    body: bytes
    headers: list[tuple[str, str]]
    digest: str
    encoded: dict[str, tuple[bytes, list[tuple[str, str]]]] = field(default_factory=dict)

    def etag(self, coding: str) -> str:
        """Return the strong tag of one coding."""
        return f'"{self.digest}-{coding}"' if coding else f'"{self.digest}"'

    def in_coding(self, coding: str) -> tuple[bytes, list[tuple[str, str]]]:
        """Return the body and all headers in one coding; made at its first use."""
        found = self.encoded.get(coding)
        if found is None:
            body = encode(self.body, coding)
            added = [("ETag", self.etag(coding)), ("Content-Length", str(len(body)))]
            added += [("Content-Encoding", coding)] if coding else []
            found = self.encoded[coding] = (body, self.headers + added)
        return found

    @property
    def size(self) -> int:
        """How much memory it takes, about."""
        return len(self.body) + sum(len(body) for body, _ in self.encoded.values())


class PublicPages:
    """A WSGI layer that answers for the application where everybody gets the same."""

    def __init__(
        self,
        app: Flask,
        revision: Callable[[], Hashable],
        shared: Callable[[], bool],
        language: Callable[[Environ], str],
    ) -> None:
        self._below = app.wsgi_app
        self._revision = revision
        self._shared = shared
        self._language = language
        self._cookie = app.config["SESSION_COOKIE_NAME"]
        self._lock = threading.Lock()
        self._turns = [threading.Lock() for _ in range(_TURNS)]
        self._pages: OrderedDict[Key, tuple[Hashable, KeptPage]] = OrderedDict()
        app.before_request(self._decide)

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer with a kept page that is still right, else let the application answer."""
        page = self._kept(environ)
        if page is None and environ.get("PATH_INFO") in PATHS:
            return self._made(environ, start_response)
        if page is None:
            return self._below(environ, start_response)
        return self._answer(page, environ, start_response)

    def _made(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Let one request make the page; others that want the same one wait for it rather than make it too."""
        if self._is_personal(environ) or not self._shared():
            return self._below(environ, start_response)
        with self._turns[hash(self._key(environ)) % len(self._turns)]:
            page = self._kept(environ)
            if page is None:
                return self._below(environ, start_response)
        return self._answer(page, environ, start_response)

    @staticmethod
    def _answer(page: KeptPage, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        coding = best_coding(environ.get("HTTP_ACCEPT_ENCODING", ""))
        if unchanged(environ.get("HTTP_IF_NONE_MATCH", ""), page.etag(coding)):
            kept = _named(page.headers, "cache-control", "vary")
            start_response("304 NOT MODIFIED", [*kept, ("ETag", page.etag(coding))])
            return []
        body, headers = page.in_coding(coding)
        start_response("200 OK", headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def finish(self, response: Response) -> Response:
        """Return the response for its audience, kept when everybody's; to be called with all other headers set."""
        if not for_everybody() or response.status_code != 200 or session.modified or "Set-Cookie" in response.headers:
            return response
        response.headers["Cache-Control"] = CACHE_CONTROL
        response.headers["Vary"] = VARY
        # It makes a browser begin another process before the first paint, and here is nothing to keep from an opener.
        response.headers.pop("Cross-Origin-Opener-Policy", None)
        body = response.get_data()
        headers = [(name, value) for name, value in response.headers.items() if name != "Content-Length"]
        page = KeptPage(body, headers, hashlib.sha256(body).hexdigest()[:24])
        self._keep(self._key(request.environ), g.revision, page)
        coding = best_coding(request.headers.get("Accept-Encoding", ""))
        if unchanged(request.headers.get("If-None-Match", ""), page.etag(coding)):
            response.status_code = 304
            response.set_data(b"")
        else:
            response.set_data(page.in_coding(coding)[0])
        response.headers.update(page.in_coding(coding)[1] if response.status_code == 200 else {})
        response.headers["ETag"] = page.etag(coding)
        return response

    def _decide(self) -> None:
        g.for_everybody = (
            request.endpoint in ENDPOINTS
            and request.method in ("GET", "HEAD")
            and self._cookie not in request.cookies
            and NOTIFICATION_PARAMETER not in request.args
            and self._shared()
            and LANGUAGE not in request.args
        )
        if g.for_everybody:
            g.revision = self._revision()

    def _kept(self, environ: Environ) -> KeptPage | None:
        if self._is_personal(environ):
            return None
        key = self._key(environ)
        found = self._pages.get(key)
        if found is None or not self._shared() or found[0] != (now := self._revision()):
            return None
        if found[0] is not now:
            with self._lock:
                self._pages[key] = (now, found[1])
        return found[1]

    def _keep(self, key: Key, revision: Hashable, page: KeptPage) -> None:
        if len(key[3]) > _LONGEST_QUERY:
            return
        with self._lock:
            self._pages[key] = (revision, page)
            self._pages.move_to_end(key)
            while len(self._pages) > 1 and sum(kept.size for _, kept in self._pages.values()) > _MOST_BYTES:
                self._pages.popitem(last=False)

    def _is_personal(self, environ: Environ) -> bool:
        return environ["REQUEST_METHOD"] not in ("GET", "HEAD") or self._cookie in environ.get("HTTP_COOKIE", "")

    def _key(self, environ: Environ) -> Key:
        return (
            environ["wsgi.url_scheme"],
            environ.get("HTTP_HOST", ""),
            environ.get("PATH_INFO", ""),
            environ.get("QUERY_STRING", ""),
            self._language(environ),
        )


def for_everybody() -> bool:
    """Whether the page that is being made is the same for everybody, so that nothing personal may be in it."""
    return bool(g.get("for_everybody"))


def best_coding(accepted: str) -> str:
    """Return the smallest coding among those a client accepts: br, gzip, or none."""
    codings = {name.strip().lower() for name, weight in _weighed(accepted) if weight != 0}
    return next((coding for coding in ("br", "gzip") if coding in codings), "")


def encode(body: bytes, coding: str) -> bytes:
    """Return the body in one coding; larger ones with less effort, because somebody waits for the first."""
    if coding == "br":
        packed: bytes = brotli.compress(body, quality=6 if len(body) > _QUICK_FROM else 9)
        return packed
    return gzip.compress(body, 6, mtime=0) if coding == "gzip" else body


def unchanged(asked: str, etag: str) -> bool:
    """Whether `If-None-Match` names this tag, weakened by a proxy or not."""
    tags = {tag.strip().removeprefix("W/") for tag in asked.split(",")}
    return asked.strip() == "*" or etag in tags


def _weighed(accepted: str) -> Iterable[tuple[str, float]]:
    for part in accepted.split(","):
        name, _, parameter = part.partition(";")
        weight = parameter.strip().removeprefix("q=") or "1"
        yield name, 0.0 if weight.strip("0.") == "" else 1.0


def _named(headers: Iterable[tuple[str, str]], *names: str) -> list[tuple[str, str]]:
    return [(name, value) for name, value in headers if name.lower() in names]
