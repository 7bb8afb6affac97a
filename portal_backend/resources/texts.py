"""Which texts of a resource are acceptable where they end up: in addresses, headers, names and pictures."""

import re

from portal_backend.contract.urls import origin_of, parse_http_url

_NAME = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")
_ALIAS = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9._]{0,251}[A-Za-z0-9])?")
_DOMAIN = re.compile(r"\.?[A-Za-z0-9]([-A-Za-z0-9.]{0,251}[A-Za-z0-9])?")
_WILDCARD_ORIGIN = re.compile(r"https?://\*\.[A-Za-z0-9]([-A-Za-z0-9.]{0,251}[A-Za-z0-9])?(:[0-9]{1,5})?")
_PICTURE = re.compile(r"data:image/(png|jpeg|jpg|webp|gif|svg\+xml)[;,][^\s\"'<>\\]*")
LONGEST_PORTAL_NAME = 50


def accept_name(text: str) -> str | None:
    """Return `text` when it may name a resource: lower case, digits, `-` and `.`, as Kubernetes has it."""
    return text if _NAME.fullmatch(text) else None


def accept_portal_name(text: str) -> str | None:
    """Return `text` when it may name a portal, whose session names add nine characters to it."""
    return text if len(text) <= LONGEST_PORTAL_NAME and _NAME.fullmatch(text) else None


def accept_alias(text: str) -> str | None:
    """Return `text` when it can stand for a name in an address as it is."""
    return text if _ALIAS.fullmatch(text) else None


def accept_domain(text: str) -> str | None:
    """Return `text` when cookies can be set for it."""
    return text if _DOMAIN.fullmatch(text) else None


def accept_picture(text: str) -> str | None:
    """Return `text` when it is a picture's http(s) or `data:` URL."""
    return text if _PICTURE.fullmatch(text) else parse_http_url(text)


def accept_framing_origin(text: str) -> str | None:
    """Return the origin of `text`, or a wildcard origin, when it may stand in a `frame-ancestors` policy."""
    if text == "*" or _WILDCARD_ORIGIN.fullmatch(text):
        return text.lower()
    return origin_of(text)
