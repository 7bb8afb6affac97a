"""A receiver of webhooks: a real server on this machine that remembers what it was sent and misbehaves on demand."""

import json
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Received:
    """One request: where it went, its headers in lower case, its body, and who sent it over which connection."""

    path: str
    headers: dict[str, str]
    raw: bytes
    connection: tuple[str, int]

    @property
    def event(self) -> dict[str, Any]:
        """The event in the body."""
        found: dict[str, Any] = json.loads(self.raw)["event"]
        return found

    @property
    def id(self) -> str:
        """What tells one event from another."""
        return self.headers["webhook-id"]


@dataclass
class Receiver:
    """What is received, and how the next requests are answered.

    `answers` are statuses used up one by one, then 200; `by_path` answers a path always the same; `ways` makes a path
    misbehave: `hang` answers nothing, `drip` a byte at a time, `huge` endlessly, `close` not at all.
    """

    port: int = 0
    got: list[Received] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    by_path: dict[str, int] = field(default_factory=dict)
    ways: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    stopped: threading.Event = field(default_factory=threading.Event)

    def url(self, path: str = "/hook", host: str = "127.0.0.1") -> str:
        """Return an address of this receiver."""
        return f"http://{host}:{self.port}{path}"

    def names(self, path: str = "/hook") -> list[str]:
        """Return the names of the events a path was sent, in order."""
        return [each.event["name"] for each in self.got if each.path == path]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    receiver: Receiver

    def do_POST(self) -> None:
        receiver = self.receiver
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        receiver.got.append(Received(self.path, headers, raw, self.client_address))
        way = receiver.ways.get(self.path)
        if way:
            getattr(self, f"_{way}")()
            return
        status = receiver.by_path.get(self.path) or (receiver.answers.pop(0) if receiver.answers else 200)
        self.send_response(status)
        for name, value in receiver.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def do_GET(self) -> None:
        self.receiver.got.append(Received(self.path, {}, b"", self.client_address))
        self.send_error(404)

    def _hang(self) -> None:
        self.receiver.stopped.wait(30)
        self.close_connection = True

    def _close(self) -> None:
        self.close_connection = True

    def _drip(self) -> None:
        self._write_until_stopped(b"HTTP/1.1 200 OK\r\nX-", b"a", 0.02)

    def _huge(self) -> None:
        self._write_until_stopped(b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n", b"x" * 65536, 0)

    def _write_until_stopped(self, first: bytes, more: bytes, pause: float) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.wfile.write(first)
            while not self.receiver.stopped.is_set():
                self.wfile.write(more)
                time.sleep(pause)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Say nothing: clients that go away are part of the tests."""


@contextmanager
def listening(context: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Give a receiver that listens on loopback."""
    receiver = Receiver()
    handler = type("Handler", (_Handler,), {"receiver": receiver})
    server = _Server(("127.0.0.1", 0), handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    receiver.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield receiver
    finally:
        receiver.stopped.set()
        server.shutdown()
        server.server_close()
        thread.join()
