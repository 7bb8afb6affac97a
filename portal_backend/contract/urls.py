"""Return addresses: which `index_url` is acceptable, and how a notification is merged into it.

An origin is `scheme://host[:port]` in lower case with the default port left out (RFC 6454). Open redirects are
prevented by comparing origins exactly and by rebuilding the address from its parsed parts (CWE-601).
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import quote, unquote_plus, urlsplit, urlunsplit

from portal_backend.contract.wire import NOTIFICATION_PARAMETER

DEFAULT_PORTS = {"http": 80, "https": 443}
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_MAX_LENGTH = 2000
_FORBIDDEN = re.compile("[\\\\\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_IPV6 = re.compile(r"[0-9a-f:.]+")
_KEPT = "!$&'()*+,;=:@/?%-._~"


def parse_http_url(text: str) -> str | None:
    """Return `text` as a clean absolute http(s) URL, or None when it is not one that may be redirected to.

    Refused: other schemes, scheme-relative, user names or passwords, backslashes, control characters,
    unusable ports, and anything longer than 2000 characters. Spaces and non-ASCII are percent-encoded.
    """
    text = text.strip(" ")
    if not text or len(text) > _MAX_LENGTH or _FORBIDDEN.search(text):
        return None
    try:
        parts = urlsplit(text)
        port, host = parts.port, parts.hostname
    except ValueError:
        return None
    if parts.scheme not in DEFAULT_PORTS or not host or parts.username is not None or parts.password is not None:
        return None
    netloc = _netloc(parts.scheme, host, port)
    if netloc is None:
        return None
    return urlunsplit(
        (
            parts.scheme,
            netloc,
            quote(parts.path or "/", safe=_KEPT),
            quote(parts.query, safe=_KEPT),
            quote(parts.fragment, safe=_KEPT),
        )
    )


def _netloc(scheme: str, host: str, port: int | None) -> str | None:
    if port == 0:
        return None
    if ":" in host:
        if not _IPV6.fullmatch(host):
            return None
        name = f"[{host}]"
    else:
        try:
            name = host.encode("idna").decode("ascii").lower()
        except UnicodeError:
            return None
        if not all(c.isalnum() or c in "-._" for c in name):
            return None
    return name if port in (None, DEFAULT_PORTS[scheme]) else f"{name}:{port}"


def origin_of(url: str) -> str | None:
    """Return the origin of an http(s) URL, or None when `parse_http_url` refuses it."""
    clean = parse_http_url(url)
    if clean is None:
        return None
    parts = urlsplit(clean)
    return f"{parts.scheme}://{parts.netloc}"


@dataclass(frozen=True)
class AllowedOrigins:
    """The origins a browser's `index_url` may have; `loopback` also admits this machine's own, on any port."""

    origins: Collection[str]
    loopback: bool = False

    def accept(self, url: str) -> str | None:
        """Return the clean form of `url` when its origin is allowed, otherwise None."""
        clean = parse_http_url(url)
        if clean is None:
            return None
        parts = urlsplit(clean)
        if f"{parts.scheme}://{parts.netloc}" in self.origins:
            return clean
        return clean if self.loopback and parts.hostname in LOOPBACK else None


def with_notification(url: str, code: str) -> str:
    """Return `url` with `notification=code` merged in.

    The rest of the query (blank values, repeats, order) and the fragment stay as they are; an existing
    `notification` is replaced.
    """
    parts = urlsplit(url)
    pairs = parts.query.split("&")
    kept = [pair for pair in pairs if pair and unquote_plus(pair.partition("=")[0]) != NOTIFICATION_PARAMETER]
    kept.append(f"{NOTIFICATION_PARAMETER}={quote(code, safe='')}")
    return urlunsplit(parts._replace(query="&".join(kept)))
