"""One session by its own endpoints: who may, what it answers, and what time does to it."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from peer import Peer, Reply, Starter

from portal_backend.contract.wire import CATALOG_ENVIRONMENTS, format_time, session_path
from portal_backend.services import accounts, sessions

SPARE = "peer-portal-w01-s001"
EVENT = {"event": {"name": "Workshop/View", "data": {"current_page": "a"}}}
ACTIONS = {"schedule": "GET", "extend": "GET", "terminate": "GET", "config": "GET", "authorize": "GET", "event": "POST"}
each_action = pytest.mark.parametrize("action", ACTIONS)


def act(peer: Peer, name: str, action: str, token: str | None = "") -> Reply:
    """Return what an endpoint of a session answers."""
    body = {"json": EVENT} if action == "event" else {}
    return peer.send(ACTIONS[action], session_path(name, action), token=token, **body)


def activated(peer: Peer, environment: str, user: str = "ann") -> str:
    """Return the name of a session whose owner has opened it."""
    given = peer.allocate(environment, user)
    token = parse_qs(urlsplit(given["url"]).query)["token"][0]
    answer = sessions.activate(peer.app.extensions["portal"], given["name"], token)
    assert isinstance(answer, sessions.Activated)
    return str(given["name"])


def token_of(peer: Peer, user: str, session: str) -> str:
    """Return an access token of a user, as the session's own OAuth2 client would be given."""
    return accounts.issue(peer.app.extensions["portal"], user, session, "user:info").access


@each_action
@pytest.mark.parametrize("token", [None, "unknown"], ids=["no token", "unknown token"])
@pytest.mark.parametrize("name", ["nope", "mine"])
def test_without_a_good_token_nothing_is_told(peer: Peer, action: str, token: str | None, name: str) -> None:
    known = peer.allocate()["name"]
    assert act(peer, known if name == "mine" else name, action, token=token).status == 401


@each_action
@pytest.mark.parametrize("name", ["nope", "x" * 3000, "peer-portal-w01", "%20", "a%2Fb"])
def test_an_unknown_session_is_not_there(peer: Peer, action: str, name: str) -> None:
    reply = peer.send(ACTIONS[action], f"/workshops/session/{name}/{action}/", json=EVENT)
    assert (reply.status, reply.body["reason"]) in ((404, "no-such-session"), (404, "not-found"))


@each_action
def test_another_users_token_does_not_open_it(peer: Peer, action: str) -> None:
    name = peer.allocate(user="ann")["name"]
    reply = act(peer, name, action, token=token_of(peer, "bob", name))
    assert (reply.status, reply.body["error"]) == (403, "Access to session not permitted")


@each_action
@pytest.mark.parametrize("who", ["robot", "admin", "owner"])
def test_the_robot_staff_and_the_owner_may(peer: Peer, action: str, who: str) -> None:
    name = activated(peer, "lab-basic")
    if who == "admin":
        peer.log_in_as_admin()
    assert act(peer, name, action, token=token_of(peer, "ann", name) if who == "owner" else "").status == 200


@pytest.mark.parametrize(
    ("action", "status", "error"),
    [
        ("schedule", 200, None),
        ("config", 200, None),
        ("extend", 400, "Session is not currently in use"),
        ("terminate", 400, "Session is not currently in use"),
        ("authorize", 400, "Session is not currently in use"),
        ("event", 400, "Session was never allocated"),
    ],
)
def test_a_spare_nobody_owns(peer: Peer, action: str, status: int, error: str | None) -> None:
    reply = act(peer, SPARE, action)
    assert (reply.status, reply.body.get("error")) == (status, error)


def test_the_clock_of_a_spare_has_not_started(peer: Peer) -> None:
    assert act(peer, SPARE, "schedule").body == {
        "status": "WAITING",
        "started": None,
        "expires": None,
        "expiring": False,
    }


def test_the_clock_before_and_after_the_owner_came(peer: Peer) -> None:
    start = peer.clock()
    pending = act(peer, peer.allocate("lab-basic", "bob")["name"], "schedule").body
    assert pending == {
        "status": "WAITING",
        "started": format_time(start),
        "expires": format_time(start + timedelta(seconds=60)),
        "expiring": True,
        "countdown": 60,
        "extendable": False,
    }
    name = activated(peer, "lab-basic")
    peer.clock.forward(minutes=10, milliseconds=1)
    assert act(peer, name, "schedule").body == {
        "status": "RUNNING",
        "started": format_time(start),
        "expires": format_time(start + timedelta(hours=1)),
        "expiring": False,
        "countdown": 50 * 60 - 1,
        "extendable": False,
    }


def test_a_session_without_an_end_has_no_countdown(peer: Peer) -> None:
    told = act(peer, activated(peer, "lab-noexp"), "schedule").body
    assert (told.keys(), told["expires"]) == ({"status", "started", "expires", "expiring"}, None)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_extending_inside_its_window_and_never_past_the_deadline(peer: Peer, method: str) -> None:
    name, start = activated(peer, "lab-extend"), peer.clock()
    assert act(peer, name, "schedule").body["extendable"] is True
    first = peer.send(method, session_path(name, "extend")).body
    assert list(first) == ["status", "started", "expires", "extended", "expiring", "countdown", "extendable"]
    assert (first["extended"], first["expires"]) == (True, format_time(start + timedelta(minutes=6)))
    second = peer.send(method, session_path(name, "extend")).body
    assert (second["extended"], second["expires"], second["extendable"]) == (False, first["expires"], False)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_terminating_works_once(peer: Peer, method: str) -> None:
    name, start = activated(peer, "lab-single"), peer.clock()
    peer.clock.forward(minutes=1)
    ended = peer.send(method, session_path(name, "terminate"))
    assert (ended.status, ended.body) == (
        200,
        {"started": format_time(start), "expires": format_time(peer.clock())},
    )
    for action in ("terminate", "schedule", "extend"):
        assert act(peer, name, action).status == 404
    assert peer.get("/workshops/user/ann/sessions/").body["sessions"] == []
    assert peer.allocate("lab-single", "bob")["name"] != name


def test_head_ends_nothing(peer: Peer) -> None:
    name = activated(peer, "lab-single")
    for action in ACTIONS:
        assert peer.send("HEAD", session_path(name, action)).status == 405
    assert act(peer, name, "schedule").status == 200


def test_a_session_past_its_end_is_gone_whether_or_not_anything_swept_it(peer: Peer) -> None:
    name = activated(peer, "lab-short")
    peer.clock.forward(seconds=24)
    assert act(peer, name, "schedule").body["countdown"] == 1
    peer.clock.forward(seconds=1)
    assert act(peer, name, "schedule").status == 404
    assert peer.get("/workshops/user/ann/sessions/").body == {"user": "ann", "sessions": []}


def test_where_a_session_is_worked_in(start: Starter) -> None:
    peer = start(PORTAL_URL="https://labs.example.com")
    peer.log_in()
    name = activated(peer, "lab-basic")
    told = act(peer, name, "config").body
    assert told == {"url": f"https://labs.example.com/workshops/session/{name}", "password": ""}


@pytest.mark.parametrize(
    ("who", "told"),
    [
        ("robot", {"owner": "ann", "user": "robot@educates", "staff": False}),
        ("admin", {"owner": "ann", "user": "educates", "staff": True}),
        ("owner", {"owner": "ann", "user": "ann", "staff": False}),
    ],
)
def test_whose_session_it_is_and_who_asks(peer: Peer, who: str, told: dict[str, Any]) -> None:
    name = activated(peer, "lab-basic")
    if who == "admin":
        peer.log_in_as_admin()
    assert act(peer, name, "authorize", token=token_of(peer, "ann", name) if who == "owner" else "").body == told


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b'{"event": {"name": "Workshop/View", "data": {"a": 1}}}', "application/json", 200),
        (b'{"event": {"name": "Workshop/View"}}', "application/json; charset=utf-8", 200),
        (b'{"event": {"name": "Workshop/View", "data": null}}', "application/json", 200),
        (b'{"event": {"name": "Workshop/View", "data": {}}}', "text/plain", 400),
        (b'{"event": {"data": {}}}', "application/json", 400),
        (b'{"event": {"name": ""}}', "application/json", 400),
        (b'{"event": {"name": 1}}', "application/json", 400),
        (b'{"event": {"name": "a", "data": []}}', "application/json", 400),
        (b'{"event": {"name": "\\u0000"}}', "application/json", 400),
        (b'{"event": null}', "application/json", 400),
        (b"[]", "application/json", 400),
        (b"null", "application/json", 400),
        (b"{nope", "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"", "application/json", 400),
    ],
)
def test_what_counts_as_an_event(peer: Peer, body: bytes, kind: str, status: int) -> None:
    reply = peer.post(session_path(activated(peer, "lab-basic"), "event"), data=body, content_type=kind)
    assert reply.status == status
    assert reply.body == {} if status == 200 else reply.body["error"]


def test_the_sessions_of_a_user(peer: Peer) -> None:
    name, start = activated(peer, "lab-basic"), peer.clock()
    forever = activated(peer, "lab-noexp")
    peer.allocate("lab-basic", "bob")
    assert peer.get("/workshops/user/ann/sessions").body == {
        "user": "ann",
        "sessions": [
            {
                "name": name,
                "namespace": name,
                "workshop": "lab-basic",
                "environment": "peer-portal-w01",
                "started": format_time(start),
                "expires": format_time(start + timedelta(hours=1)),
                "countdown": 3600,
                "extendable": False,
            },
            {
                "name": forever,
                "namespace": forever,
                "workshop": "lab-noexp",
                "environment": "peer-portal-w05",
                "started": format_time(start),
            },
        ],
    }
    assert peer.get("/workshops/user/no-such-user/sessions/").body == {"user": "no-such-user", "sessions": []}


@pytest.mark.parametrize("prefix", ["/workshops/session", "/session", "/workshops//session", "/session/"])
@pytest.mark.parametrize("end", ["", "/", "//"])
def test_every_spelling_of_a_path_is_answered_in_place(peer: Peer, prefix: str, end: str) -> None:
    name = activated(peer, "lab-basic")
    assert peer.get(f"{prefix}/{name}/schedule{end}").status == 200
    assert peer.post(f"{prefix}/{name}/event{end}", json=EVENT).status == 200
    assert [each["name"] for each in peer.get(f"/user/ann/sessions{end}").body["sessions"]] == [name]


@pytest.mark.parametrize(
    ("method", "headers", "query", "status"),
    [
        ("GET", {"Authorization": "bearer {}"}, "", 200),
        ("GET", {"Authorization": "Bearer   {} "}, "", 200),
        ("GET", {}, "access_token={}", 200),
        ("POST", {}, "access_token={}", 405),
        ("GET", {"Authorization": "Bearer"}, "", 401),
        ("GET", {"Authorization": "Bearer "}, "", 401),
        ("GET", {"Authorization": "Basic {}"}, "", 401),
        ("GET", {"Authorization": "Bearer x{}"}, "", 401),
        ("GET", {"Authorization": "Bearer {}\u00e9"}, "", 401),
    ],
)
def test_how_a_token_is_sent(peer: Peer, method: str, headers: dict[str, str], query: str, status: int) -> None:
    sent = {name: value.format(peer.token) for name, value in headers.items()}
    reply = peer.send(method, CATALOG_ENVIRONMENTS, query.format(peer.token), token=None, headers=sent)
    assert reply.status == status


def test_a_token_that_is_no_good_is_told_from_none(peer: Peer) -> None:
    missing, unknown = (peer.get(CATALOG_ENVIRONMENTS, token=token) for token in (None, "unknown"))
    assert (missing.body["reason"], missing.challenges) == ("token-missing", ('Bearer realm="portal"',))
    assert unknown.body["reason"] == "token-invalid"
    assert unknown.challenges == ('Bearer realm="portal", error="invalid_token"',)
