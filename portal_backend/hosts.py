"""Refuses requests by a host name that is not the portal's, so that nothing is ever made from a stranger's."""

from flask import request
from werkzeug.exceptions import BadRequest

from portal_backend.running import settings


def refuse_unknown_hosts() -> None:
    """Raise BadRequest when the Host header names none of the portal's hosts; a request without one names nothing."""
    sent = request.environ.get("HTTP_HOST", "")
    if sent and host_name(sent) not in settings().trusted_hosts:
        raise BadRequest("The request is for another host.")


def host_name(header: str) -> str:
    """Return the name in a Host header, in small letters, an IPv6 address in its brackets."""
    name = header.lower()
    if name.startswith("["):
        return name.partition("]")[0] + "]"
    return name.partition(":")[0].removesuffix(".")
