"""Decides which machine an event may be posted to, once, on the address that is then connected to.

A name is resolved here and nowhere later, so that it cannot mean one machine when it is checked and another when it is
used. Every address it has must be a public one, however it is written, unless the owner named its network.
"""

import socket
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from portal_backend.contract.urls import DEFAULT_PORTS

__all__ = ["Address", "Network", "Place", "Reach", "TargetRefused", "is_public", "resolve"]

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolve = Callable[[str, int], list[str]]

_NAT64 = IPv6Network("64:ff9b::/96")
# Public by their numbers, but answered by the machine's own surroundings: the wire server of Azure.
_SURROUNDINGS = (ip_network("168.63.129.16/32"),)


class TargetRefused(Exception):
    """Nothing is posted to this target; the text says why."""


@dataclass(frozen=True)
class Place:
    """Where to connect: the one address that was checked, and the names it goes by."""

    scheme: str
    host: str
    port: int
    address: str


def resolve(host: str, port: int) -> list[str]:
    """Return every address of `host`; raises TargetRefused when it has none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as fault:
        raise TargetRefused(f"the name {host} cannot be resolved") from fault
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: Address) -> bool:
    """Whether an address belongs to the public network, whatever it is wrapped in."""
    inner = _unwrapped(address)
    if inner != address:
        return is_public(inner)
    barred = (
        address.is_private,
        address.is_loopback,
        address.is_link_local,
        address.is_multicast,
        address.is_reserved,
        address.is_unspecified,
        isinstance(address, IPv6Address) and address.is_site_local,
    )
    return address.is_global and not any(barred) and not any(address in network for network in _SURROUNDINGS)


def _unwrapped(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 one leads to, or the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else address)


@dataclass(frozen=True)
class Reach:
    """How far posting goes: public addresses, and the networks the owner named."""

    private: tuple[Network, ...] = ()
    resolve: Resolve = resolve

    def place(self, origin: str) -> Place:
        """Return where the machine of an http(s) origin is; raises TargetRefused when it is out of reach."""
        parts = urlsplit(origin)
        host = parts.hostname
        if parts.scheme not in DEFAULT_PORTS or not host:
            raise TargetRefused("the target is not an http or https address")
        port = parts.port or DEFAULT_PORTS[parts.scheme]
        addresses = [ip_address(text) for text in self.resolve(host, port)]
        if not addresses:
            raise TargetRefused(f"the name {host} has no address")
        if not all(self.allows(address) for address in addresses):
            raise TargetRefused(
                f"{host} is at an address that is not public; if that is meant, name it in PORTAL_WEBHOOK_PRIVATE"
            )
        return Place(parts.scheme, host, port, str(addresses[0]))

    def allows(self, address: Address) -> bool:
        """Whether an address may be connected to."""
        forms = (address, _unwrapped(address))
        return is_public(address) or any(form in network for form in forms for network in self.private)
