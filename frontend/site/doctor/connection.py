"""Whether a place can be connected to, and whether the encryption on the way is good."""

from datetime import datetime, timedelta

from frontend.site.doctor.heard import Fault, Place, Reached
from frontend.site.doctor.results import Result, failed, ok, skipped, warning

_SOON = timedelta(days=14)
CA_BUNDLE = "REQUESTS_CA_BUNDLE"


def connection(check: str, place: Place, reached: Reached, start: str) -> Result:
    """Return whether somebody listens there; `start` says how to start who should."""
    where = f"{place.host} port {place.port}"
    if reached.proxy:
        return skipped(check, f"requests go through the proxy {reached.proxy}, which has to find {where}")
    if reached.fault is None or reached.fault.of_encryption:
        return ok(check, f"{where} answers at {reached.address}, in {reached.seconds * 1000:.0f} ms")
    todo = {
        Fault.UNRESOLVED: f"correct the host in {place.setting}, or give {place.host} an entry in the DNS",
        Fault.REFUSED: f"{start}, or correct host and port in {place.setting}",
    }.get(reached.fault, f"let this machine through to {where}, or correct {place.setting}")
    return failed(check, f"{where}: {reached.fault}", todo, place.setting)


def encryption(check: str, place: Place, reached: Reached, now: datetime, expected: bool = False) -> Result:
    """Return whether the way is encrypted, and for how long its certificate counts.

    `expected` says that browsers come from an https page, so that plain http there is wrong.
    """
    if not place.https:
        return _plain(check, place, expected)
    if reached.proxy:
        return skipped(check, "the certificate is looked at with each request through the proxy")
    if reached.fault is not None:
        return _bad(check, place, reached.fault)
    if reached.until is None:
        return ok(check, "the certificate is good")
    left = reached.until - now
    if left < _SOON:
        todo = f"renew the certificate of {place.host}"
        return warning(check, f"the certificate ends in {max(left.days, 0)} days", todo, f"certificate of {place.host}")
    return ok(check, f"the certificate is good for {left.days} days")


def _plain(check: str, place: Place, expected: bool) -> Result:
    if place.local:
        return ok(check, "plain http, which does not leave this machine")
    todo = f"put https in front of it, and set {place.setting} to https://{place.host}"
    if expected:
        return failed(check, "plain http, and visitors come to it from https", todo, place.setting)
    return warning(check, "plain http: passwords, tokens and cookies can be read on the way", todo, place.setting)


def _bad(check: str, place: Place, fault: Fault) -> Result:
    certificate = f"certificate of {place.host}"
    match fault:
        case Fault.EXPIRED | Fault.TOO_EARLY:
            todo, setting = f"renew the {certificate}; if it is good, set this machine's clock", certificate
        case Fault.OTHER_HOST:
            todo, setting = f"set {place.setting} to the name in the certificate, or renew the {certificate}", ""
        case Fault.SELF_SIGNED | Fault.UNKNOWN_ISSUER:
            todo, setting = f"set {CA_BUNDLE} to a file with the certificate of its authority", CA_BUNDLE
        case Fault.NO_TLS | Fault.TLS:
            todo, setting = f"give the port TLS, or correct scheme and port in {place.setting}", ""
        case _:
            return skipped(check, "it could not be connected to")
    return failed(check, str(fault), todo, setting or place.setting)
