"""A site whose portal nobody runs, or whose portal fails later: always a page, never an error."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import requests
import responses
from flask import Flask

from frontend import known_catalogs
from frontend.kept_catalogs import KeptCatalogs
from frontend.known_catalogs import KnownCatalogs
from frontend.portal_client import Login, PortalClient

PORTAL = "http://portal.test:8080"
LOGIN = {
    "PORTAL_ROBOT_USERNAME": "robot",
    "PORTAL_ROBOT_PASSWORD": "p",
    "PORTAL_ROBOT_CLIENT_ID": "c",
    "PORTAL_ROBOT_CLIENT_SECRET": "s",
}
TOKEN = {"access_token": "t", "token_type": "Bearer", "expires_in": 36000}
CATALOG = "/workshops/catalog/environments/"


def environment(name: str = "p-w01", workshop: str = "lab", **changes: Any) -> dict[str, Any]:
    """Return an environment as a portal lists it."""
    described = {"name": workshop, "title": f"The {workshop}", "description": "D"}
    return {"name": name, "state": "RUNNING", "workshop": described, "duration": 60, "capacity": 5} | changes


def offer(wire: responses.RequestsMock, *environments: dict[str, Any], portal: str = PORTAL) -> None:
    """Let a portal log in and list these environments."""
    wire.post(f"{portal}/oauth2/token/", json=TOKEN)
    wire.get(f"{portal}{CATALOG}", json={"portal": {}, "environments": list(environments)})


@pytest.mark.parametrize("path", ["/", "/?a=1", "/sessions/", "/healthz", "/robots.txt", "/brand.css"])
def test_pages_are_there_without_a_portal(path: str, alone: Any) -> None:
    alone.get(path)


def test_the_index_says_that_the_portal_does_not_answer(alone: Any) -> None:
    assert "the portal does not answer" in alone.page("/").select_one(".empty").text


def test_machines_are_told_that_there_is_nothing_to_serve(alone: Any) -> None:
    answer = alone.get("/readyz", 503)
    parts = {"config": "ok", "portals": {"default": "unreachable"}}
    assert answer.json == {"status": "not ready", "version": version("workshop-index"), "parts": parts}


@pytest.mark.parametrize("path", ["/start/lab/", "/workshop/lab/"])
def test_a_link_to_a_workshop_says_that_the_portal_does_not_answer(path: str, alone: Any) -> None:
    alone.get(path, 303)
    banner = alone.page("/").select_one(".banner-warning")
    assert banner.select_one(".banner-title").text == "No session is available right now"
    assert "does not answer. Try again in 30 seconds." in banner.text


def down(wire: responses.RequestsMock, how: Any) -> None:
    """Let the portal fail from now on."""
    wire.reset()
    wire.post(f"{PORTAL}/oauth2/token/", **how)
    wire.get(f"{PORTAL}{CATALOG}", **how)
    wire.get(f"{PORTAL}/workshops/environment/p-w01/request/", **how)


WAYS: dict[str, dict[str, Any]] = {
    "refused": {"body": requests.ConnectionError()},
    "silent": {"body": requests.ReadTimeout()},
    "faulty": {"status": 500},
    "another program": {"body": "<html>Welcome</html>"},
    "garbage": {"json": {"environments": [{"name": 3}]}},
    "locked out": {"status": 401},
}


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Catalogs that are out of date at once."""
    monkeypatch.setattr(known_catalogs, "FRESH", timedelta())


@pytest.mark.parametrize("how", WAYS.values(), ids=WAYS)
def test_the_last_known_catalog_is_shown_with_its_age(
    how: dict[str, Any], wire: responses.RequestsMock, make_site: Callable[..., Flask], impatient: None, seen: Any
) -> None:
    offer(wire, environment())
    visitor = seen(make_site(PORTAL_URL=PORTAL, **LOGIN))
    assert visitor.label("lab") == "Start"
    down(wire, how)
    page = visitor.page("/")
    assert "The portal does not answer" in page.select_one(".stale").text
    assert page.select_one('a[href="/workshop/lab/"]')
    assert visitor.get("/readyz").json["parts"]["portals"] == {"default": "last known"}


@pytest.mark.parametrize("how", WAYS.values(), ids=WAYS)
def test_a_start_that_fails_sends_back(
    how: dict[str, Any], wire: responses.RequestsMock, make_site: Callable[..., Flask], seen: Any
) -> None:
    offer(wire, environment())
    visitor = seen(make_site(PORTAL_URL=PORTAL, **LOGIN))
    visitor.page("/")
    wire.get(f"{PORTAL}/workshops/environment/p-w01/request/", **how)
    assert visitor.press("/", "/start/lab/").headers["Location"] == "/"
    assert visitor.banners()[0] == "No session is available right now"


def allocation(user: str = "u1", name: str = "p-w01-s001") -> dict[str, str]:
    """Return a portal's answer that gives a session."""
    return {"name": name, "user": user, "url": f"/workshops/session/{name}/activate/?token=t"}


def test_an_environment_that_was_replaced_is_found_again(
    wire: responses.RequestsMock, make_site: Callable[..., Flask], seen: Any
) -> None:
    offer(wire, environment())
    visitor = seen(make_site(PORTAL_URL=PORTAL, **LOGIN))
    visitor.page("/")
    wire.remove("GET", f"{PORTAL}{CATALOG}")
    wire.get(f"{PORTAL}{CATALOG}", json={"environments": [environment("p-w02")]})
    wire.get(f"{PORTAL}/workshops/environment/p-w01/request/", status=403, body="Environment does not exist")
    wire.get(f"{PORTAL}/workshops/environment/p-w02/request/", json=allocation())
    assert visitor.press("/", "/start/lab/").headers["Location"].startswith(f"{PORTAL}/workshops/session/")


def test_an_environment_that_is_gone_is_told(
    wire: responses.RequestsMock, make_site: Callable[..., Flask], seen: Any
) -> None:
    offer(wire, environment())
    visitor = seen(make_site(PORTAL_URL=PORTAL, **LOGIN))
    visitor.page("/")
    wire.get(f"{PORTAL}/workshops/environment/p-w01/request/", status=403, body="Environment does not exist")
    visitor.press("/", "/start/lab/")
    assert visitor.banners()[0] == "That workshop is not offered here"


EAST, WEST = "http://east.test", "http://west.test"
TWO = """
portals:
- {name: east, url: "http://east.test", credentials: EAST}
- {name: west, url: "https://west.example.com", api_url: "http://west.test"}
"""
LOGINS = LOGIN | {name.replace("PORTAL", "EAST"): value for name, value in LOGIN.items()}


def asked(wire: responses.RequestsMock) -> list[str]:
    """Return the hosts a session was asked of, in order."""
    return [str(call.request.url).split("/")[2] for call in wire.calls if "/request/" in str(call.request.url)]


@pytest.mark.parametrize(
    ("east", "west", "east_answer", "hosts", "goes_to"),
    [
        ({}, {}, {"json": allocation()}, ["east.test"], EAST),
        ({}, {"available": 1}, {"json": allocation()}, ["west.test"], "https://west.example.com"),
        ({}, {}, {"status": 503, "json": {"error": "full"}}, ["east.test", "west.test"], "https://west.example.com"),
        ({}, {}, {"body": requests.ReadTimeout()}, ["east.test", "west.test"], "https://west.example.com"),
    ],
    ids=["the first", "the one that is ready", "the next when full", "the next when silent"],
)
def test_of_two_portals_the_best_gives_the_session(
    east: dict[str, Any],
    west: dict[str, Any],
    east_answer: dict[str, Any],
    hosts: list[str],
    goes_to: str,
    wire: responses.RequestsMock,
    make_site: Callable[..., Flask],
    seen: Any,
) -> None:
    offer(wire, environment("e-w01", **east), portal=EAST)
    offer(wire, environment("w-w01", **west), portal=WEST)
    wire.get(f"{EAST}/workshops/environment/e-w01/request/", **east_answer)
    wire.get(f"{WEST}/workshops/environment/w-w01/request/", json=allocation("u2"))
    visitor = seen(make_site(TWO, **LOGINS))
    assert len(visitor.page("/").select(".card")) == 1
    assert visitor.press("/", "/start/lab/").headers["Location"].startswith(f"{goes_to}/workshops/session/")
    assert asked(wire) == hosts


def test_of_two_portals_the_one_with_ones_own_session_gives_it(
    wire: responses.RequestsMock, make_site: Callable[..., Flask], seen: Any
) -> None:
    offer(wire, environment("e-w01", available=1), portal=EAST)
    offer(wire, environment("w-w01", workshop="lab", available=2), environment("w-w02", "other"), portal=WEST)
    wire.get(f"{WEST}/workshops/environment/w-w02/request/", json=allocation("u2"))
    wire.get(f"{WEST}/workshops/environment/w-w01/request/", json=allocation("u2"))
    listed = {"name": "w-w01-s001", "workshop": "lab", "environment": "w-w01", "extendable": False}
    wire.get(f"{WEST}/workshops/user/u2/sessions/", json={"sessions": [listed]})
    visitor = seen(make_site(TWO, **LOGINS))
    visitor.press("/", "/start/other/")
    visitor.press("/", "/start/lab/")
    assert asked(wire) == ["west.test", "west.test"]


@pytest.mark.parametrize(
    "how", [{"status": 500}, {"json": {"sessions": 3}}, {"body": requests.ReadTimeout()}], ids=["500", "odd", "silent"]
)
def test_sessions_that_cannot_be_listed_leave_the_pages_whole(
    how: dict[str, Any], wire: responses.RequestsMock, make_site: Callable[..., Flask], seen: Any
) -> None:
    offer(wire, environment())
    wire.get(f"{PORTAL}/workshops/environment/p-w01/request/", json=allocation())
    wire.get(f"{PORTAL}/workshops/user/u1/sessions/", **how)
    visitor = seen(make_site(PORTAL_URL=PORTAL, **LOGIN))
    visitor.press("/", "/start/lab/")
    assert visitor.label("lab") == "Start"
    visitor.page("/sessions/")


@pytest.mark.parametrize(
    ("action", "answer", "banner"),
    [
        ("end", {"status": 404}, "That session is no longer there"),
        ("end", {"json": {}}, "Your session has ended"),
        ("extend", {"json": {"extended": True}}, "Welcome all"),
        ("extend", {"status": 404}, "Welcome all"),
    ],
)
def test_what_becomes_of_a_session_is_told(
    action: str,
    answer: dict[str, Any],
    banner: str,
    wire: responses.RequestsMock,
    make_site: Callable[..., Flask],
    seen: Any,
) -> None:
    offer(wire, environment())
    wire.get(f"{PORTAL}/workshops/environment/p-w01/request/", json=allocation())
    listed = {"name": "p-w01-s001", "workshop": "lab", "environment": "p-w01", "extendable": True}
    wire.get(f"{PORTAL}/workshops/user/u1/sessions/", json={"sessions": [listed]})
    word = {"end": "terminate", "extend": "extend"}[action]
    wire.get(f"{PORTAL}/workshops/session/p-w01-s001/{word}/", **answer)
    visitor = seen(make_site(PORTAL_URL=PORTAL, **LOGIN))
    visitor.press("/", "/start/lab/")
    visitor.press("/sessions/", f"/sessions/default/p-w01-s001/{action}/")
    assert visitor.banners()[0] == banner


class BrokenCache:
    """A shared cache that is away."""

    def get(self, key: str) -> object:
        """Fail as a Redis that cannot be reached does."""
        raise RuntimeError(key)

    def set(self, key: str, value: object, timeout: int) -> None:
        """Fail as a Redis that cannot be reached does."""
        raise RuntimeError(key)

    add = set

    def delete(self, key: str) -> None:
        """Fail as a Redis that cannot be reached does."""
        raise RuntimeError(key)


def test_a_cache_that_is_away_costs_a_question_and_no_error(wire: responses.RequestsMock, tmp_path: Path) -> None:
    offer(wire, environment())
    client = PortalClient("default", PORTAL, PORTAL, lambda: Login("r", "p", "c", "s"))
    known = KnownCatalogs(KeptCatalogs(BrokenCache(), tmp_path), lambda: datetime.now(UTC)).known([client])[0]
    assert known.listing is not None
    assert not known.stale


def test_nothing_secret_is_in_any_answer(
    wire: responses.RequestsMock, make_site: Callable[..., Flask], seen: Any
) -> None:
    offer(wire, environment())
    visitor = seen(make_site(PORTAL_URL=PORTAL, **LOGIN | {"PORTAL_ROBOT_PASSWORD": "tell-tale"}))
    for path in ("/", "/readyz", "/sessions/", "/start/lab/", "/workshop/lab/"):
        answer = visitor.get(path)
        assert "tell-tale" not in answer.text + json.dumps(list(answer.headers.items()))
