"""A whole portal in process, with a clock that is set by hand, and the people who talk to it."""

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from portal_backend.app import create_app
from portal_backend.contract.wire import TOKEN
from portal_backend.credentials import Credentials, current
from portal_backend.settings import Settings, load

RESOURCES = Path(__file__).parent / "portal" / "peer" / "portal.yaml"
INDEX = "https://hub.example.test/"
Query = str | Mapping[str, str]
REQUEST = "/workshops/environment/{}/request/"


class HandClock:
    """A clock that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, **length: float) -> None:
        """Let time pass."""
        self.moment += timedelta(**length)


@dataclass(frozen=True)
class Reply:
    """An answer that has been checked for what must always hold."""

    status: int
    headers: Mapping[str, str]
    body: Any
    challenges: tuple[str, ...]


class Peer:
    """A portal and a client of it; every answer is checked on the way."""

    def __init__(self, app: Flask, settings: Settings, clock: HandClock) -> None:
        self.app, self.settings, self.clock = app, settings, clock
        self.token = ""

    @property
    def credentials(self) -> Credentials:
        """The accounts in force."""
        return current(self.settings)

    @property
    def client_form(self) -> dict[str, str]:
        """The robot's OAuth2 client as form fields."""
        client = self.credentials.robot_client
        return {"client_id": client.name, "client_secret": client.secret}

    @property
    def password_form(self) -> dict[str, str]:
        """A complete password grant of the robot."""
        robot = self.credentials.robot
        return {"grant_type": "password", "username": robot.name, "password": robot.secret, **self.client_form}

    def basic(self) -> dict[str, str]:
        """The robot's OAuth2 client as a header."""
        client = self.credentials.robot_client
        return {"Authorization": "Basic " + base64.b64encode(f"{client.name}:{client.secret}".encode()).decode()}

    def log_in(self, **form: str) -> dict[str, Any]:
        """Log in as the robot (or as `form` says) and return the tokens."""
        reply = self.send("POST", TOKEN, token=None, data={**self.password_form, **form})
        assert reply.status == 200, reply.body
        self.token = reply.body["access_token"]
        return dict(reply.body)

    def log_in_as_admin(self) -> dict[str, Any]:
        """Log in as the administrator."""
        admin = self.credentials.admin
        return self.log_in(username=admin.name, password=admin.secret)

    def get(self, path: str, query: Query = "", **more: Any) -> Reply:
        """GET a path as whoever is logged in."""
        return self.send("GET", path, query, **more)

    def post(self, path: str, query: Query = "", **more: Any) -> Reply:
        """POST to a path as whoever is logged in."""
        return self.send("POST", path, query, **more)

    def send(self, method: str, path: str, query: Query = "", token: str | None = "", **more: Any) -> Reply:
        """Send a request (`token` None: without any) and return the checked answer."""
        headers = dict(more.pop("headers", {}))
        sent = self.token if token == "" else token
        if sent:
            headers.setdefault("Authorization", f"Bearer {sent}")
        return checked(self.app.test_client().open(path, method=method, query_string=query, headers=headers, **more))

    def allocate(self, environment: str = "lab-noexp", user: str = "ann", **query: str) -> dict[str, Any]:
        """Return what a request for a session answers, which must be a session."""
        given = {"index_url": INDEX, "user": user, **query}
        reply = self.get(REQUEST.format(environment), given)
        assert reply.status == 200, reply.body
        return dict(reply.body)


def checked(response: TestResponse) -> Reply:
    """Return the answer after checking what holds for every answer of the API."""
    text = response.get_data(as_text=True)
    assert response.status_code != 500, text
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] in ("same-origin", "no-referrer")
    assert "frame-ancestors" in response.headers["Content-Security-Policy"]
    assert response.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in response.headers
    assert response.mimetype == "application/json" or not text, f"{response.status}: {text}"
    body = json.loads(text) if text else None
    if response.status_code >= 400 and text:
        assert set(body) <= {"error", "reason", "retry_after", "error_description"} and body["error"]
    if response.status_code == 401:
        assert response.headers["WWW-Authenticate"]
    if response.status_code == 503:
        assert int(response.headers["Retry-After"]) == body["retry_after"] > 0
    challenges = tuple(response.headers.getlist("WWW-Authenticate"))
    return Reply(response.status_code, dict(response.headers), body, challenges)


def start_portal(folder: Path, resources: Path = RESOURCES, **environ: str) -> Peer:
    """Return a portal over a fresh SQLite store in `folder`, with nobody logged in."""
    given = {
        "WORKSHOP_INDEX_INSTANCE": str(folder / "instance"),
        "PORTAL_CONFIG_FILE": str(resources),
        "PORTAL_WORKSHOPS_DIR": str(resources),
    }
    settings, clock = load({**given, "PORTAL_UNKNOWN_USERS": "adopt", **environ}), HandClock()
    return Peer(create_app(settings, clock), settings, clock)


Starter = Callable[..., Peer]


@pytest.fixture(name="start")
def start_on_each_store(tmp_path: Path, store_url: str) -> Iterator[Starter]:
    """Start portals of one's own over one store; the options are environment variables."""
    started: list[Peer] = []

    def begin(resources: Path = RESOURCES, folder: str = "", **environ: str) -> Peer:
        given = {"PORTAL_DATABASE_URL": store_url, **environ}
        started.append(start_portal(tmp_path / folder, resources, **given))
        return started[-1]

    yield begin
    for each in started:
        each.app.extensions["portal"].store.close()
