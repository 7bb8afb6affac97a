"""Connects to a place as a browser would: name, port, TLS; within its time, and without asking anything."""

import os
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import urlsplit

from requests.utils import DEFAULT_CA_BUNDLE_PATH, get_environ_proxies, select_proxy

from frontend.site.doctor.heard import Fault, Place, Reached

T = TypeVar("T")
# What OpenSSL calls a certificate that is not good (openssl-verification-options(1)).
_VERIFIED = {
    9: Fault.TOO_EARLY,
    10: Fault.EXPIRED,
    18: Fault.SELF_SIGNED,
    19: Fault.UNKNOWN_ISSUER,
    20: Fault.UNKNOWN_ISSUER,
    21: Fault.UNKNOWN_ISSUER,
    62: Fault.OTHER_HOST,
    64: Fault.OTHER_HOST,
}
_NO_TLS = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG")


class CannotTrust(Exception):
    """The file of certificates to trust cannot be used; the text says which."""


def trusted(environ: Mapping[str, str] = os.environ) -> ssl.SSLContext:
    """Return what judges certificates as the site does; raises CannotTrust."""
    bundle = environ.get("REQUESTS_CA_BUNDLE") or environ.get("CURL_CA_BUNDLE") or DEFAULT_CA_BUNDLE_PATH
    try:
        folder = os.path.isdir(bundle)
        return ssl.create_default_context(cafile=None if folder else bundle, capath=bundle if folder else None)
    except (OSError, ssl.SSLError) as error:
        raise CannotTrust(f"REQUESTS_CA_BUNDLE names {bundle}, which holds no certificates that can be read") from error


def within(seconds: float, work: Callable[[], T], otherwise: T) -> T:
    """Return what `work` returns, or `otherwise` when it takes longer; what hangs is left behind in its thread."""
    found: list[T] = []
    raised: list[BaseException] = []

    def run() -> None:
        try:
            found.append(work())
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if raised:
        raise raised[0]
    return found[0] if found else otherwise


def reach(place: Place, seconds: float, certificates: ssl.SSLContext) -> Reached:
    """Return what came of connecting to `place`."""
    proxy = select_proxy(place.url, get_environ_proxies(place.url, no_proxy=None))
    if proxy:
        return Reached(proxy=urlsplit(proxy if "://" in proxy else f"//{proxy}").hostname or "")
    silent = Reached(fault=Fault.SILENT)
    return within(2 * seconds, lambda: _reach(place, seconds, certificates), silent)


def _reach(place: Place, seconds: float, certificates: ssl.SSLContext) -> Reached:
    began = time.monotonic()
    try:
        with socket.create_connection((place.host, place.port), seconds) as connection:
            address, took = str(connection.getpeername()[0]), time.monotonic() - began
            if not place.https:
                return Reached(address, took)
            return _encrypted(place, connection, certificates, Reached(address, took))
    except (OSError, UnicodeError) as error:
        return Reached(fault=fault_of(error))


def _encrypted(place: Place, connection: socket.socket, certificates: ssl.SSLContext, plain: Reached) -> Reached:
    try:
        with certificates.wrap_socket(connection, server_hostname=place.host) as secure:
            ends = ssl.cert_time_to_seconds(str((secure.getpeercert() or {})["notAfter"]))
            return Reached(plain.address, plain.seconds, datetime.fromtimestamp(ends, UTC))
    except OSError as error:
        fault = fault_of(error)
        return Reached(plain.address, plain.seconds, fault=fault if fault.of_encryption else Fault.TLS)


def fault_of(error: BaseException) -> Fault:
    """Return what an error of sockets or TLS means."""
    match error:
        case ssl.SSLCertVerificationError():
            return _VERIFIED.get(error.verify_code, Fault.TLS)
        case ssl.SSLError():
            return Fault.NO_TLS if any(word in str(error.reason) for word in _NO_TLS) else Fault.TLS
        case socket.gaierror() | UnicodeError():
            return Fault.UNRESOLVED
        case TimeoutError():
            return Fault.SILENT
        case ConnectionRefusedError():
            return Fault.REFUSED
        case ConnectionError():
            return Fault.BROKEN
    return Fault.UNROUTED
