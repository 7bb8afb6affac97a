"""Who asks, for every page alike: whoever the cookie knows, whom a trusted proxy names, or who signed in here."""

import ipaddress
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from flask import g, request

from frontend import identity, signed_in
from frontend.settings import SettingsError
from frontend.site.model import Site
from frontend.site.person import Naming, NobodyError, Person, from_headers
from portal_backend.contract.variables import Network

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Visitor:
    """Whoever asks; `users` are the ids portals know them by, `instead` those that a portal gave in place of its own.

    `turn` is the same for every request of one person whom a portal may not know yet. A `stranger` would have to sign
    in to be somebody; `way_out` is where who signed in here signs out at the provider.
    """

    person: Person | None = None
    own: Mapping[str, str] = field(default_factory=dict)
    instead: Mapping[str, str] = field(default_factory=dict)
    turn: str = ""
    stranger: bool = False
    way_out: str = ""

    @property
    def users(self) -> dict[str, str]:
        """Return the visitor's user id by portal name; empty for somebody new."""
        return {**self.own, **self.instead}

    @property
    def described(self) -> Mapping[str, str] | None:
        """Return what portals are told of the person besides the id, None of somebody who has not signed in."""
        return self.person.described if self.person else None

    def knowing(self, learned: Mapping[str, str]) -> dict[str, str]:
        """Return the ids with what was learned meanwhile from another request of the same visitor."""
        return {**self.own, **learned, **self.instead}

    def remember(self, portal: str, given: str, workshop: str) -> None:
        """Keep the id `portal` gave, and the workshop it was given for."""
        if self.person is None:
            identity.remember(portal, given)
        elif given != self.users.get(portal):
            signed_in.remember_instead(self.person.user, portal, given)
        identity.remember_workshop(workshop)


class Visitors:
    """Knows who asks; `proxies` are the addresses whose word counts, `key` makes hashed ids."""

    def __init__(
        self, site: Callable[[], Site], proxies: Iterable[Network], key: bytes, clock: Callable[[], datetime]
    ) -> None:
        self._site = site
        self._proxies = tuple(proxies)
        self._key = key
        self._clock = clock
        refuse_unguarded(site(), self._proxies)

    def current(self) -> Visitor:
        """Return who asks now."""
        found: Visitor | None = g.get("visitor")
        if found is None:
            found = g.visitor = self._found(self._site())
        return found

    @staticmethod
    def way_out() -> list[str]:
        """Return where a form of this answer may lead besides the portals, when it is to somebody who can sign out."""
        found: Visitor | None = g.get("visitor")
        return [found.way_out] if found and found.way_out else []

    def naming(self, source: str = "") -> Naming:
        """Return how ids for portals are made."""
        return Naming(self._key, source, self._site().sign_in.user_id == "hashed")

    def _found(self, site: Site) -> Visitor:
        by = site.sign_in.by
        person = {"header": self._named, "oidc": self._signed_in}[by](site) if by != "cookie" else None
        signed_in.belong_to(person.user if person else "")
        if person is not None:
            own = {portal.name: person.user for portal in site.portals}
            instead, turn = signed_in.instead(person.user), signed_in.mark(person.user)
            return Visitor(person, own, instead, turn, way_out=signed_in.way_out() if by == "oidc" else "")
        if by != "cookie":
            return Visitor(stranger=True)
        users = identity.users()
        return Visitor(None, {}, users, "" if users else identity.newcomer())

    def _signed_in(self, _site: Site) -> Person | None:
        return signed_in.person(self._clock())

    def _named(self, site: Site) -> Person | None:
        """Return whom the proxy names; the word of anybody else does not count."""
        names = site.sign_in.header
        if names.user not in request.headers:
            return None
        if not from_any(self._proxies, _peer()):
            _log.warning("%s came from %s, which SITE_IDENTITY_PROXIES does not name: not counted", names.user, _peer())
            return None
        try:
            return from_headers(lambda name: request.headers.get(name, ""), names, self.naming())
        except NobodyError as error:
            _log.warning("a proxy's word does not count: %s", error)
            return None


def refuse_unguarded(site: Site, proxies: Iterable[Network]) -> None:
    """Raise SettingsError when anybody's header would have to be believed, or nobody's could be."""
    if site.sign_in.by == "header" and not tuple(proxies):
        raise SettingsError(
            "sign_in takes people from a header, but SITE_IDENTITY_PROXIES names no proxy; "
            "set it to the addresses the proxy's requests come from, such as 127.0.0.1 or 10.0.0.0/24"
        )


def from_any(networks: Iterable[Network], peer: str) -> bool:
    """Whether an address is of one of the networks."""
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return False
    plain = getattr(address, "ipv4_mapped", None) or address
    return any(plain in network for network in networks)


def _peer() -> str:
    """Return the address the connection came from, whatever forwarded headers say."""
    before = request.environ.get("werkzeug.proxy_fix.orig") or request.environ
    return str(before.get("REMOTE_ADDR") or "")
