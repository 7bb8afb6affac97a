"""Sends prepared requests over kept-alive connections and takes the time of each; one thread, raw sockets, no parsing.

It runs on the machine it measures, so what it costs is taken from the servers: some 15 µs a request, told in the table.
Only this machine is ever asked.
"""

import json
import select
import socket
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import quantiles
from urllib.parse import urlencode

HERE = "127.0.0.1"
_LONGEST_SILENCE = 60
_END = b"\r\n\r\n"
_LENGTH = b"content-length:"


class NoAnswer(Exception):
    """The server was silent for too long, or said what cannot be read."""


@dataclass
class Shots:
    """What came back: seconds in all, milliseconds of each request, statuses, and the bodies when they were kept."""

    seconds: float = 0
    took: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    bodies: list[bytes] = field(default_factory=list)
    own_seconds: float = 0

    @property
    def rate(self) -> float:
        """Requests answered a second."""
        return len(self.took) / self.seconds

    def percentile(self, share: int) -> float:
        """Return the milliseconds that `share` per cent of the requests did not exceed."""
        return quantiles(self.took, n=100, method="inclusive")[share - 1]

    def all_good(self) -> "Shots":
        """Return itself; raises NoAnswer when anything but a success or a redirect came back."""
        if any(status >= 400 for status in self.statuses):
            raise NoAnswer(f"the portal answered {self.statuses}")
        return self


def prepared(
    method: str,
    path: str,
    headers: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    **form: str,
) -> bytes:
    """Return a request as it goes over the wire."""
    target = f"{path}?{urlencode(query)}" if query else path
    body = urlencode(form).encode()
    lines = [f"{method} {target} HTTP/1.1", f"Host: {HERE}", *(f"{k}: {v}" for k, v in (headers or {}).items())]
    if body or method == "POST":
        lines += [f"Content-Length: {len(body)}", "Content-Type: application/x-www-form-urlencoded"]
    return "\r\n".join([*lines, "", ""]).encode() + body


class _Client:
    """One connection with at most one request on its way."""

    def __init__(self, port: int) -> None:
        self.port, self.received, self.wanted, self.head, self.begun = port, bytearray(), 0, 0, 0.0
        self.connection = self._connect()

    def _connect(self) -> socket.socket:
        connection = socket.create_connection((HERE, self.port), timeout=_LONGEST_SILENCE)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def send(self, request: bytes) -> None:
        self.received.clear()
        self.wanted = 0
        self.begun = time.perf_counter()
        self.connection.sendall(request)

    def finished(self) -> bool:
        """Read what is there; whether the answer is complete."""
        got = self.connection.recv(262144)
        if not got:
            raise NoAnswer("a connection was closed before the answer was complete")
        self.received += got
        if not self.wanted:
            self.head = self.received.find(_END)
            if self.head < 0:
                return False
            self.wanted = self.head + 4 + _length(bytes(self.received[: self.head]))
        return len(self.received) >= self.wanted

    @property
    def status(self) -> int:
        return int(self.received[9:12])

    @property
    def body(self) -> bytes:
        return bytes(self.received[self.head + 4 :])

    @property
    def closing(self) -> bool:
        return b"connection: close" in bytes(self.received[: self.head]).lower()

    def renew(self) -> None:
        self.connection.close()
        self.connection = self._connect()


def _length(head: bytes) -> int:
    lower = head.lower()
    at = lower.find(_LENGTH)
    if at < 0:
        return 0
    return int(lower[at + len(_LENGTH) :].split(b"\r\n", 1)[0])


def fire(
    port: int, requests: Sequence[bytes], clients: int = 32, seconds: float | None = None, keep: bool = False
) -> Shots:
    """Send each request once, or all of them over and over for some seconds; `keep` the bodies of the answers."""
    crew = [_Client(port) for _ in range(min(clients, len(requests) if seconds is None else clients))]
    try:
        return _Volley(crew, requests, seconds, keep).run()
    finally:
        for client in crew:
            client.connection.close()


class _Volley:
    def __init__(self, crew: list[_Client], requests: Sequence[bytes], seconds: float | None, keep: bool) -> None:
        self.crew, self.requests, self.seconds, self.keep = crew, requests, seconds, keep
        self.next, self.shots = 0, Shots()

    def run(self) -> Shots:
        poll, owners = select.epoll(), {client.connection.fileno(): client for client in self.crew}
        begun, own = time.perf_counter(), time.process_time()
        self.due = begun + self.seconds if self.seconds is not None else None
        for number, client in owners.items():
            poll.register(number, select.EPOLLIN)
            client.send(self._following() or b"")
        busy = len(self.crew)
        while busy:
            ready = poll.poll(_LONGEST_SILENCE)
            if not ready:
                raise NoAnswer(f"no answer for {_LONGEST_SILENCE} s")
            busy -= sum(self._advance(poll, owners, number) for number, _ in ready)
        self.shots.seconds = time.perf_counter() - begun
        self.shots.own_seconds = time.process_time() - own
        poll.close()
        return self.shots

    def _advance(self, poll: select.epoll, owners: dict[int, _Client], number: int) -> bool:
        """Take in what one client received; whether it has nothing left to do."""
        client = owners[number]
        if not client.finished():
            return False
        shots = self.shots
        shots.took.append((time.perf_counter() - client.begun) * 1000)
        shots.statuses[client.status] = shots.statuses.get(client.status, 0) + 1
        if self.keep:
            shots.bodies.append(client.body)
        following = self._following()
        if following is None:
            poll.unregister(number)
            return True
        if client.closing:
            poll.unregister(number)
            del owners[number]
            client.renew()
            owners[client.connection.fileno()] = client
            poll.register(client.connection.fileno(), select.EPOLLIN)
        client.send(following)
        return False

    def _following(self) -> bytes | None:
        over = self.next >= len(self.requests) if self.due is None else time.perf_counter() >= self.due
        if over:
            return None
        self.next += 1
        return self.requests[(self.next - 1) % len(self.requests)]


def one(port: int, request: bytes) -> dict[str, object]:
    """Return the JSON answer to one request."""
    found = fire(port, [request], keep=True).all_good().bodies[0]
    return dict(json.loads(found))
