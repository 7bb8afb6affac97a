"""Who may be told of events, and how a receiver knows that they come from this portal.

The headers are those of Standard Webhooks (standardwebhooks.com), for which there are libraries in many languages:
`webhook-id` is the same each time an event is sent, so that a receiver can leave out what it has already;
`webhook-signature` holds one HMAC-SHA256 for each secret in force, over the id, the time of sending and the body.
"""

import hashlib
import hmac
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from portal_backend.contract.urls import origin_of, parse_http_url

PREFIX = "whsec_"


@dataclass(frozen=True)
class Reporting:
    """How events are told: the portal's own address, and the `origins` a session's own target may have."""

    url: str = ""
    origins: frozenset[str] = frozenset()

    def target(self, asked: str, webhook: str) -> str:
        """Return the target a session was asked for with, or nothing when its origin is not one of the owner's."""
        clean = parse_http_url(asked) if asked else None
        if clean is None:
            return ""
        origin = origin_of(clean)
        return clean if origin in self.origins or (webhook and origin == origin_of(webhook)) else ""


def key_of(secret: str) -> bytes:
    """Return the key a secret stands for: `whsec_` and base64, or any other text as it is."""
    if secret.startswith(PREFIX):
        try:
            return b64decode(secret.removeprefix(PREFIX), validate=True)
        except NotBase64:
            return secret.encode()
    return secret.encode()


def new_secret(key: bytes) -> str:
    """Return the secret that stands for `key`."""
    return PREFIX + b64encode(key).decode()


def signed(event: str, body: bytes, now: datetime, secrets: Sequence[str]) -> dict[str, str]:
    """Return the headers that let a receiver check an event sent at `now`."""
    stamp = str(int(now.timestamp()))
    content = b".".join((event.encode(), stamp.encode(), body))
    signatures = (hmac.new(key_of(secret), content, hashlib.sha256).digest() for secret in secrets)
    return {
        "webhook-id": event,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(f"v1,{b64encode(each).decode()}" for each in signatures),
    }
