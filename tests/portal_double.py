"""Stands in for a real portal: answers over HTTP as one was recorded, or says nothing at all."""

import json
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

Recorded = Mapping[str, dict[str, Any]]
NEVER = 60


def recorded() -> Recorded:
    """Return the recorded exchanges of a real portal by their id; skips the test where there are none."""
    default = Path(__file__).resolve().parents[2] / "shared" / "contract" / "transcript.json"
    path = Path(os.environ.get("WORKSHOP_INDEX_CONTRACT") or default)
    if not path.is_file():
        pytest.skip(f"no recorded answers at {path}: name the file in WORKSHOP_INDEX_CONTRACT")
    return {entry["id"]: entry for entry in json.loads(path.read_text(encoding="utf-8"))}


def plain() -> Recorded:
    """Return answers of the same form made up here, for tests that are not about them."""
    environment = {
        "name": "peer-portal-w01",
        "state": "RUNNING",
        "workshop": {"name": "lab-basic", "title": "Title of lab-basic", "description": "D"},
        "capacity": 500,
    }
    given = {
        "name": "peer-portal-w01-s001",
        "user": "u1",
        "url": "/workshops/session/peer-portal-w01-s001/activate/?token=t",
    }
    bodies = {
        "token-password-basic": {"expires_in": 36000, "token_type": "Bearer"},
        "cat-env-sessions-true": {"portal": {"sessions": {"maximum": 0}}, "environments": [environment]},
        "req-get-ok": given,
        "user-uuid": {"sessions": []},
        "req-session-mismatch": {"error": "No session available"},
    }
    statuses = {"req-session-mismatch": 503}
    answers = {name: _answer(statuses.get(name, 200), body) for name, body in bodies.items()}
    return answers | {"cat-env-bad-token": _answer(403, ""), "cat-env-no-slash": _answer(301, "")}


def _answer(status: int, body: object) -> dict[str, Any]:
    return {"response": {"status": status, "headers": {"Content-Type": "application/json"}, "body": body}}


@dataclass
class Double:
    """A portal on a port of its own; what it does is set by its attributes at any time."""

    answers: Recorded
    full: bool = False
    silent: bool = False
    logins: int = 0
    token: str = ""
    asked: list[str] = field(default_factory=list)
    users: list[str] = field(default_factory=list)
    wishes: list[dict[str, str]] = field(default_factory=list)
    waiting: int = 0
    most_waiting: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    released: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    def lose_tokens(self) -> None:
        """Forget every token, as a portal that was installed anew does."""
        self.token = "lost"

    def hang(self) -> None:
        """Say nothing for as long as anybody waits, and count who waits."""
        with self.lock:
            self.waiting += 1
            self.most_waiting = max(self.most_waiting, self.waiting)
        self.released.wait(NEVER)
        with self.lock:
            self.waiting -= 1

    def choose(self, path: str) -> str:
        """Return the id of the recorded answer to a request with a token that counts."""
        if not path.endswith("/"):
            return "cat-env-no-slash"
        if path.startswith("/workshops/catalog/"):
            return "cat-env-sessions-true"
        if path.endswith("/sessions/"):
            return "user-uuid"
        return "req-session-mismatch" if self.full else "req-get-ok"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    double: Double

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        if self.double.silent:
            self.double.hang()
            self.close_connection = True
            return
        with self.double.lock:
            self.double.logins += 1
            self.double.token = f"token-{self.double.logins}"
        recorded = self.double.answers["token-password-basic"]["response"]
        self._say(200, {**recorded["body"], "access_token": self.double.token}, recorded["headers"])

    def do_GET(self) -> None:
        if self.double.silent:
            self.double.hang()
            self.close_connection = True
            return
        path, _, query = self.path.partition("?")
        self.double.asked.append(path)
        if path.endswith("/request/"):
            self.double.wishes.append(dict(parse_qsl(query)))
        self.double.users += [part for part in query.split("&") if part.startswith("user=")]
        known = self.headers["Authorization"] == f"Bearer {self.double.token}"
        answer = self.double.answers[self.double.choose(path) if known else "cat-env-bad-token"]["response"]
        self._say(answer["status"], answer["body"], answer["headers"])

    def _say(self, status: int, body: object, headers: Mapping[str, str]) -> None:
        data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in headers.items():
            if name not in ("Content-Length", "Set-Cookie"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256


@contextmanager
def serving(answers: Recorded) -> Iterator[Double]:
    """Serve a portal's double until the end of the block."""
    double = Double(answers)
    handler = type("Handler", (_Handler,), {"double": double})
    server = _Server(("127.0.0.1", 0), handler)
    double.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield double
    finally:
        double.released.set()
        server.shutdown()
        server.server_close()
        thread.join(10)
