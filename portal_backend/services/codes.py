"""Authorization codes: given to a signed-in browser, exchanged once for tokens by the client they were made for.

A code is good for a minute, for one client, one return address and, where the client sent a challenge, for whoever
knows its verifier (RFC 7636, S256 only). A code that comes a second time was stolen: what it gave is taken back.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from portal_backend.services import accounts
from portal_backend.services.accounts import Pair
from portal_backend.services.context import Context, digest
from portal_backend.store.queries import codes, tokens
from portal_backend.store.queries.codes import StoredCode

LIFETIME = timedelta(seconds=60)


@dataclass(frozen=True)
class Consent:
    """What a code stands for: the user lets `client` act, and the browser goes to `redirect_uri`."""

    client: str
    username: str
    redirect_uri: str
    scope: str
    challenge: str = ""


@dataclass(frozen=True)
class Exchange:
    """What a client sends to get tokens for a code; `verifier` is empty without one."""

    code: str
    client: str
    redirect_uri: str
    verifier: str = ""


def give(context: Context, consent: Consent) -> str:
    """Return a new code, in plain for the last time."""
    code, until = context.token(), context.now() + LIFETIME
    row = StoredCode(
        digest(code),
        consent.client,
        consent.username,
        consent.redirect_uri,
        consent.challenge,
        consent.scope,
        until,
    )
    with context.store.writing() as connection:
        codes.add(connection, row)
    return code


def exchange(context: Context, offer: Exchange) -> Pair | None:
    """Return tokens for a code, or None when it is not good; one that was exchanged before loses what it gave."""
    hashed, now = digest(offer.code), context.now()
    with context.store.writing() as connection:
        found = codes.find(connection, hashed)
        if found is None or found.client != offer.client or _taken_back(connection, found):
            return None
        if not _good(found, offer, now):
            return None
        codes.spend(connection, hashed)
        return accounts.issue_within(context, connection, found.username, found.client, found.scope, hashed)


def _taken_back(connection: Connection, found: StoredCode) -> bool:
    if found.spent:
        tokens.drop_family(connection, found.code)
    return found.spent


def _good(found: StoredCode, offer: Exchange, now: datetime) -> bool:
    return now < found.expires and found.redirect_uri == offer.redirect_uri and _proven(found.challenge, offer.verifier)


def _proven(challenge: str, verifier: str) -> bool:
    """Whether the verifier is the challenge's; one without the other is no proof (RFC 9700, section 4.8)."""
    if not challenge or not verifier:
        return not challenge and not verifier
    made = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode(errors="replace")).digest()).rstrip(b"=")
    return hmac.compare_digest(made, challenge.encode(errors="replace"))
