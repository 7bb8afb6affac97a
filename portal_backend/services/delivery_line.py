"""One connection to one target: posts to the address that was checked, follows nothing, and is cut off in time.

The limits are for each post: to connect, between two pieces of an answer, and over all; an answer is read as far as it
takes to use the connection again, and no further than a bound.
"""

import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPException
from urllib.parse import urlsplit

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, NewConnectionError
from urllib3.exceptions import TimeoutError as HTTPTimeout

from portal_backend.services.delivery_reach import Place, Reach

__all__ = ["Answer", "Limits", "Line", "Unreachable"]

_FAULTS = (OSError, HTTPException, HTTPError, ValueError, AttributeError)


class Unreachable(Exception):
    """The target gave no answer; the text says what happened instead."""


@dataclass(frozen=True)
class Limits:
    """How long a post may take, in seconds, and how much of an answer is read, in bytes."""

    connect: float = 3.0
    silence: float = 5.0
    total: float = 10.0
    answer: int = 64 * 1024


@dataclass(frozen=True)
class Answer:
    """What the target said; `retry_after` seconds when it asked for a pause."""

    status: int
    retry_after: int = 0

    @property
    def accepted(self) -> bool:
        """Whether the target has the event now."""
        return 200 <= self.status < 300


class Line:
    """A connection to one origin, opened when it is needed and kept while it is used."""

    def __init__(self, origin: str, reach: Reach, certificates: ssl.SSLContext, limits: Limits) -> None:
        """Take an origin, how far posting goes, and whom https targets are known by."""
        self._origin, self._reach, self._certificates, self._limits = origin, reach, certificates, limits
        self._open: HTTPConnection | None = None
        self._socket: socket.socket | None = None
        self._was_cut = False

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Post `body` and return the answer; raises TargetRefused or Unreachable."""
        kept = self._open is not None
        try:
            return self._ask("POST", url, headers, body)
        except Unreachable as fault:
            # A target may close a connection that was quiet; that says nothing about the target itself.
            if not kept or self._was_cut or not isinstance(fault.__cause__, ConnectionError):
                raise
            return self._ask("POST", url, headers, body)

    def get(self, url: str, headers: Mapping[str, str]) -> Answer:
        """Return the answer to a GET, which tells that somebody is there; raises TargetRefused or Unreachable."""
        return self._ask("GET", url, headers, None)

    def close(self) -> None:
        """Close the connection; the next post opens another."""
        if self._open is not None:
            self._open.close()
        self._open = self._socket = None

    def _ask(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        parts = urlsplit(url)
        path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        place = self._reach.place(self._origin) if self._open is None else None
        try:
            with self._cut_off_in_time():
                connection = self._open or self._connect(place)
                connection.request(
                    method, path, body, {**headers, "Host": parts.netloc}, preload_content=False, decode_content=False
                )
                response = connection.getresponse()
                rest = response.read(self._limits.answer + 1)
            if self._was_cut:
                raise TimeoutError  # what was read may look like an answer, but is the part before the cut
            answer = Answer(response.status, _seconds(response.headers.get("Retry-After", "")))
        except _FAULTS as fault:
            self.close()
            raise Unreachable(_told(fault)) from fault
        if len(rest) > self._limits.answer or connection.sock is None:
            self.close()
        return answer

    def _connect(self, place: Place | None) -> HTTPConnection:
        if place is None:
            raise ValueError("a connection needs a place")
        if place.scheme == "https":
            connection: HTTPConnection = HTTPSConnection(
                place.address,
                place.port,
                timeout=self._limits.connect,
                ssl_context=self._certificates,
                server_hostname=place.host,
            )
        else:
            connection = HTTPConnection(place.address, place.port, timeout=self._limits.connect)
        self._open = connection
        connection.connect()
        connection.timeout = self._limits.silence
        self._socket = connection.sock
        connection.sock.settimeout(self._limits.silence)
        return connection

    @contextmanager
    def _cut_off_in_time(self) -> Iterator[None]:
        self._was_cut = False
        watch = threading.Timer(self._limits.total, self._cut)
        watch.daemon = True
        watch.start()
        try:
            yield
        finally:
            watch.cancel()

    def _cut(self) -> None:
        self._was_cut = True
        connected = self._socket or (self._open and self._open.sock)
        with suppress(*_FAULTS):
            if connected:
                connected.shutdown(socket.SHUT_RDWR)


def _seconds(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0


def _told(fault: Exception) -> str:
    if isinstance(fault, TimeoutError | HTTPTimeout) and not isinstance(fault, NewConnectionError):
        return "it did not answer in time"
    if isinstance(fault, ssl.SSLError):
        return f"its certificate or its encryption is not good ({fault.reason or 'TLS'})"
    return f"the connection failed ({type(fault).__name__})"
