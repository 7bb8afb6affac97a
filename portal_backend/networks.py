"""Which network a request comes from, and whether the administrator may come from there."""

from ipaddress import IPv4Address, IPv6Address, ip_address

from flask import request

from portal_backend.running import settings


def network() -> str:
    """Return the network a request comes from: an IPv4 address, or the half of an IPv6 address that is handed out."""
    found = _address()
    if found is None:
        return request.remote_addr or "unknown"
    return found.exploded[:19] if isinstance(found, IPv6Address) else str(found)


def administrator_may_come() -> bool:
    """Whether the request comes from where the administrator may; anywhere, unless the owner has named networks."""
    allowed, found = settings().admin_networks, _address()
    return not allowed or (found is not None and any(found in each for each in allowed))


def _address() -> IPv4Address | IPv6Address | None:
    """Return the address a request comes from, an IPv4 address as one; None when the server does not tell."""
    try:
        found = ip_address((request.remote_addr or "").partition("%")[0])
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found
