"""A portal of the Educates platform for the doctor to look at: answers as one was recorded, or as it is told to.

Nothing but what the doctor may ask is answered; what else is asked for is noted in `beyond`.
"""

import json
import ssl
import threading
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import time
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

Answers = Mapping[str, dict[str, Any]]
LOGIN = {
    "ACADEMY_ROBOT_USERNAME": "robot@educates",
    "ACADEMY_ROBOT_PASSWORD": "right-password",
    "ACADEMY_ROBOT_CLIENT_ID": "the-client",
    "ACADEMY_ROBOT_CLIENT_SECRET": "right-secret",
}
EMBEDDER = "https://www.example.com"
Lines = Callable[..., dict[str, dict[str, Any]]]
POLICY = "default-src 'none'; frame-ancestors 'self'"


def _answer(status: int, body: object = "", **headers: object) -> dict[str, Any]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return {"response": {"status": status, "headers": {"Content-Security-Policy": POLICY, **named}, "body": body}}


def plain() -> Answers:
    """Return answers of the recorded form made up here, for tests that are not about a real portal."""
    environment = {"name": "w01", "state": "RUNNING", "workshop": {"name": "lab", "title": "Lab", "description": ""}}
    return {
        "token-password-basic": _answer(200, {"expires_in": 36000, "token_type": "Bearer", "refresh_token": "again"}),
        "token-password-wrong-password": _answer(400, {"error": "invalid_grant"}),
        "token-wrong-client-basic": _answer(401, {"error": "invalid_client"}),
        "revoke-access": _answer(200),
        "cat-env-sessions-true": _answer(200, {"portal": {}, "environments": [environment]}),
        "cat-env-bad-token": _answer(403),
        "page-anonymous": _answer(302, Location="/?next=/workshops/session/x/"),
        "browser-env-no-login": _answer(302, Location="/accounts/login/?next=/x/%3Findex_url%3D<index>"),
        "login-wrong": _answer(200, "", Set_Cookie=["csrftoken=<value>; Path=/; SameSite=Lax"]),
        "static-404": _answer(404),
    }


@dataclass
class Examined:
    """A portal on a port of its own; what it does is set by its attributes at any time."""

    answers: Answers
    skew: float = 0
    silent: str = "nowhere"
    drip: str = "nowhere"
    bodies: dict[str, object] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    beyond: list[str] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    released: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    def choose(self, handler: BaseHTTPRequestHandler, form: Mapping[str, list[str]]) -> str:
        """Return the id of the answer to a request."""
        path = urlsplit(handler.path).path
        said = handler.headers.get("Authorization", "")
        if handler.command == "POST":
            return self._post(path, said, form)
        if path == "/workshops/catalog/environments/":
            return "cat-env-sessions-true" if said.removeprefix("Bearer ") in self.tokens else "cat-env-bad-token"
        if path.startswith("/workshops/session/") and path.count("/") == 4:
            return "page-anonymous"
        if path.startswith("/workshops/environment/") and path.count("/") == 4:
            return "browser-env-no-login"
        if path == "/accounts/login/":
            return "login-wrong"
        if path != "/readyz":
            self.beyond.append(f"{handler.command} {path}")
        return "static-404"

    def _post(self, path: str, said: str, form: Mapping[str, list[str]]) -> str:
        client = b64decode(said.removeprefix("Basic ")).decode()
        if client != f"{LOGIN['ACADEMY_ROBOT_CLIENT_ID']}:{LOGIN['ACADEMY_ROBOT_CLIENT_SECRET']}":
            return "token-wrong-client-basic"
        if path == "/oauth2/revoke-token/":
            self.tokens.discard(form["token"][0])
            return "revoke-access"
        assert path == "/oauth2/token/", path
        right = form["password"] == [LOGIN["ACADEMY_ROBOT_PASSWORD"]]
        return "token-password-basic" if right else "token-password-wrong-password"


class _Handler(BaseHTTPRequestHandler):
    portal: Examined

    def _said(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"] or 0)).decode())
        parts = urlsplit(self.path)
        self.portal.asked.append(f"{self.command} {parts.path}")
        if self.portal.silent in parts.path:
            self.portal.released.wait(60)
            return
        if self.portal.drip in parts.path:
            self._drip()
            return
        chosen = self.portal.choose(self, form)
        found = self.portal.answers[chosen]["response"]
        body = self.portal.bodies.get(chosen, found["body"])
        if chosen == "token-password-basic" and isinstance(body, dict):
            token = f"a-token-nobody-may-see-{len(self.portal.asked)}"
            self.portal.tokens.add(token)
            body = {**body, "access_token": token}
        index = quote(quote("".join(parse_qs(parts.query).get("index_url", [])), safe=""), safe="")
        self._send(self.portal.statuses.get(chosen, found["status"]), body, found["headers"], index)

    do_GET = do_POST = do_HEAD = do_DELETE = _said

    def _drip(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        with suppress(OSError):
            while not self.portal.released.wait(0.05):
                self.wfile.write(b"a")

    def _send(self, status: int, body: object, headers: Mapping[str, object], index: str) -> None:
        data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in headers.items():
            for each in value if isinstance(value, list) else [value]:
                shown = (
                    str(each)
                    .replace("<index>", index)
                    .replace(quote(quote("https://hub.example.test/", safe=""), safe=""), index)
                )
                self.send_header(name, shown)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Return the time by this portal's clock."""
        return formatdate(time() + self.portal.skew, usegmt=True)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Say nothing: a handshake that fails is part of the tests."""


@contextmanager
def examined(answers: Answers, context: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> Iterator[Examined]:
    """Serve a portal, over TLS with a context, until the end of the block."""
    portal = Examined(answers)
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"portal": portal}))
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    portal.url = f"{'http' if context is None else 'https'}://{host}:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield portal
    finally:
        portal.released.set()
        server.shutdown()
        server.server_close()
        thread.join(10)


def lines(report: str, subject: str) -> dict[str, dict[str, Any]]:
    """Return what a report in JSON says of a subject, by check, after a look at what holds for each line."""
    found: Mapping[str, Any] = next(each for each in json.loads(report)["subjects"] if each["name"] == subject)
    for result in found["results"]:
        if result["verdict"] == "failed":
            assert result["settings"], result
        assert [setting for setting in result["settings"] if setting not in result["todo"]] == []
    assert len({result["check"] for result in found["results"]}) == len(found["results"])
    return {result["check"]: result for result in found["results"]}
