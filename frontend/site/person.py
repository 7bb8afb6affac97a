"""Who somebody is by what a provider or a proxy says of them, and the id by which portals know them.

The id is the same wherever the person signs in, so that the same sessions are theirs. One that portals could not take
(too long, with control characters, or nothing that stands in a path) is replaced by its keyed hash, as every id is when
the owner wants portals to learn nothing.
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from frontend.site.sign_in import Headers
from portal_backend.contract.wire import USER_ID_MAX_LENGTH

_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)*")
_LONGEST_EMAIL = 254
_LONGEST_NAME = 100
_FALSE = (False, "false")


class NobodyError(ValueError):
    """What was said names nobody; the text is for the log and repeats nothing of it."""


@dataclass(frozen=True)
class Person:
    """Somebody signed in: `user` is for portals, `name` for people; what is not known is empty."""

    user: str
    name: str
    email: str = ""
    first_name: str = ""
    last_name: str = ""

    @property
    def described(self) -> dict[str, str]:
        """Return what portals are told besides the id."""
        told = {"email": self.email, "first_name": self.first_name, "last_name": self.last_name}
        return {key: value for key, value in told.items() if value}


@dataclass(frozen=True)
class Naming:
    """How ids for portals are made; `source` keeps equal ids of two sources apart where they are hashed."""

    key: bytes
    source: str = ""
    hashed: bool = False

    def user_id(self, said: str) -> str:
        """Return the id for portals."""
        if not self.hashed and _fits(said):
            return said
        told = f"{self.source}\n{said}".encode("utf-8", "surrogatepass")
        return hmac.new(self.key, told, hashlib.sha256).hexdigest()


def from_claims(claims: Mapping[str, object], user_claim: str, naming: Naming) -> Person:
    """Return whom verified claims name; raises NobodyError when the one that counts is missing."""
    said = claims.get(user_claim)
    if isinstance(said, int) and not isinstance(said, bool):
        said = str(said)
    if not isinstance(said, str) or not said.strip():
        raise NobodyError(f"the claim {user_claim[:80]} is not given")
    unverified = claims.get("email_verified") in _FALSE
    if user_claim == "email":
        if unverified:
            raise NobodyError("the e-mail address is not verified")
        said = said.lower()
    email = "" if unverified else _email(claims.get("email"))
    first, last = _line(claims.get("given_name")), _line(claims.get("family_name"))
    name = _line(claims.get("name")) or f"{first} {last}".strip()
    return Person(naming.user_id(said.strip()), name or email or _line(said), email, first, last)


def from_headers(said: Callable[[str], str], names: Headers, naming: Naming) -> Person | None:
    """Return whom a proxy's headers name, None when it names nobody; raises NobodyError when it names two.

    `said` gives a header as WSGI has it, or nothing. Two of one name arrive joined by a comma: then somebody else than
    the proxy has sent one, and neither counts.
    """
    user = _said(said, names.user)
    if not user:
        return None
    if "," in user:
        raise NobodyError(f"{names.user} came twice")
    user = user.lower() if "@" in user else user
    email = _email(_said(said, names.email))
    first, last = _line(_said(said, names.first_name)), _line(_said(said, names.last_name))
    name = _line(_said(said, names.name)) or f"{first} {last}".strip()
    return Person(naming.user_id(user), name or email or _line(user), email, first, last)


def _said(said: Callable[[str], str], name: str | None) -> str:
    """Return a header's text; proxies send names as UTF-8, which WSGI hands on byte by byte."""
    raw = said(name) if name else ""
    try:
        return raw.encode("latin-1").decode().strip()
    except UnicodeError:
        return raw.strip()


def _fits(user: str) -> bool:
    """Whether every portal takes `user` as it is; it becomes a part of a path."""
    return len(user) <= USER_ID_MAX_LENGTH and user.isprintable() and "/" not in user and bool(user.strip("."))


def _email(value: object) -> str:
    """Return an e-mail address that portals take, or nothing."""
    text = value.strip() if isinstance(value, str) else ""
    return text if len(text) <= _LONGEST_EMAIL and text.isprintable() and _EMAIL.fullmatch(text) else ""


def _line(value: object) -> str:
    """Return a name as one line of printable text."""
    words = " ".join(value.split()) if isinstance(value, str) else ""
    return "".join(letter for letter in words if letter.isprintable())[:_LONGEST_NAME]
