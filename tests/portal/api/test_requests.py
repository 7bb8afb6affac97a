"""Asking for a session: what is read, what is refused, and what comes back."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit
from uuid import UUID

import pytest
from peer import INDEX, REQUEST, RESOURCES, Peer, Starter

from portal_backend.contract.wire import CATALOG_PAGE, session_path
from portal_backend.services.sessions import find

NOEXP = REQUEST.format("lab-noexp")
PARAMS = REQUEST.format("lab-params")


def way_back(body: dict[str, Any]) -> str:
    """Return the index address inside an activation path."""
    return parse_qs(urlsplit(body["url"]).query)["index_url"][0]


def parameters_of(peer: Peer, session: str) -> dict[str, str]:
    """Return the parameters the session was given, from the store."""
    held = find(peer.app.extensions["portal"], session)
    assert held is not None
    return dict(held.session.parameters)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", ["lab-basic/request/", "lab-basic/request", "peer-portal-w01//request/"])
def test_a_session_is_given(peer: Peer, method: str, path: str) -> None:
    query = {"index_url": "https://hub.example.test/a?b=c&d#e", "user": "ann"}
    reply = peer.send(method, f"/workshops/environment/{path}", query=query)
    assert reply.status == 200
    assert list(reply.body) == ["name", "session", "user", "url", "namespace", "workshop", "environment"]
    name = reply.body["name"]
    assert name == reply.body["session"] == reply.body["namespace"] == "peer-portal-w01-s001"
    assert (reply.body["user"], reply.body["workshop"], reply.body["environment"]) == (
        "ann",
        "lab-basic",
        "peer-portal-w01",
    )
    address = urlsplit(reply.body["url"])
    assert (address.scheme, address.netloc, address.path) == ("", "", session_path(name, "activate"))
    assert list(parse_qs(address.query)) == ["token", "index_url"]
    assert way_back(reply.body) == query["index_url"]


@pytest.mark.parametrize("asked", ["peer-portal-w07", "lab-params", "params"], ids=["environment", "workshop", "alias"])
def test_an_environment_has_three_names(peer: Peer, asked: str) -> None:
    assert peer.get(REQUEST.format(asked)).body["environment"] == "peer-portal-w07"


@pytest.mark.parametrize(
    "user",
    ["me@example.test", "Jürgen M", "a/b", "https://id.example/people//7?x=1#y", "%2F", "x" * 150, "日本", "a\\b"],
)
def test_any_text_can_be_a_user(peer: Peer, user: str) -> None:
    given = peer.allocate(user=user)
    assert given["user"] == user
    listed = peer.get(f"/workshops/user/{quote(user, safe='')}/sessions/").body
    assert (listed["user"], [each["name"] for each in listed["sessions"]]) == (user, [given["name"]])


def test_without_a_user_one_is_made(peer: Peer) -> None:
    assert UUID(peer.get(NOEXP).body["user"]).version == 4


@pytest.mark.parametrize(("policy", "kept"), [("reissue", False), ("adopt", True)])
def test_what_an_unknown_user_gets(start: Starter, policy: str, kept: bool) -> None:
    peer = start(PORTAL_UNKNOWN_USERS=policy)
    peer.log_in()
    first = peer.allocate(user="stranger")
    assert (first["user"] == "stranger") is kept
    assert peer.allocate(user=first["user"])["name"] == first["name"]


def test_requests_with_one_key_are_one_newcomers(start: Starter) -> None:
    peer = start(PORTAL_UNKNOWN_USERS="reissue")
    peer.log_in()

    def ask(key: str, **query: str) -> tuple[str, str]:
        reply = peer.post(NOEXP, {"index_url": INDEX, **query}, headers={"Idempotency-Key": key})
        assert reply.status == 200, reply.body
        return reply.body["user"], reply.body["name"]

    first = ask("one")
    assert ask("one") == first != ask("two")
    assert len({ask(""), ask(" "), first}) == 3
    user, name = ask("one", user=first[0])
    assert (user, name) == first == ask("two", user=first[0])
    assert peer.post(f"{session_path(name)}terminate/").status == 200
    again = ask("one")
    assert again[0] == user and again[1] != name


def test_the_same_user_gets_the_same_session_and_others_their_own(peer: Peer) -> None:
    ann, again, bob = peer.allocate(user="ann"), peer.allocate(user="ann"), peer.allocate(user="bob")
    assert ann["name"] == again["name"] != bob["name"]


@pytest.mark.parametrize(
    ("query", "back"),
    [
        pytest.param("", "http://127.0.0.1:8080" + CATALOG_PAGE, id="none: the portal's own catalog"),
        pytest.param("index_url=", "http://127.0.0.1:8080" + CATALOG_PAGE, id="an empty one is none"),
        pytest.param("index_url=%20%20", "http://127.0.0.1:8080" + CATALOG_PAGE, id="a blank one is none"),
        pytest.param("redirect_url=https://old.example/", "https://old.example/", id="the old name"),
        pytest.param(
            "index_url=https://a.example/&redirect_url=https://b.example/", "https://a.example/", id="both names"
        ),
        pytest.param(
            "index_url=https://a.example/&index_url=https://b.example/", "https://b.example/", id="the last of two"
        ),
        pytest.param("index_url=HTTPS://Hub.Example:443/%20x", "https://hub.example/%20x", id="made clean"),
    ],
)
def test_where_a_session_leads_back_to(peer: Peer, query: str, back: str) -> None:
    assert way_back(peer.get(NOEXP, query).body) == back


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        *((f"index_url={quote(bad)}", "invalid-index-url") for bad in (
            "javascript:alert(1)", "mailto:a@b.example", "//evil.example/", "/relative", "word", "https://u:p@h.example/",
            "https:\\\\h.example", "ftp://h.example/", "https://h.example/" + "x" * 2000, "https://[::1", "https://h:99999/",
        )),
        *((f"email={quote(bad)}", "invalid-email") for bad in (
            "word", "a@", "@b", "a b@c.d", "a@b@c.d", "a" * 250 + "@b.cd",
        )),
        *((f"timeout={quote(bad)}", "invalid-timeout") for bad in (
            "1.5", "-1", "x", "86401", "99999999999999999999", "1e3", "٣", "0x1",
        )),
        ("user=" + "x" * 151, "invalid-user"),
        ("first_name=" + "x" * 151, "invalid-name"),
        ("lastname=" + "x" * 151, "invalid-name"),
        ("analytics_url=javascript:x", "invalid-analytics-url"),
        ("user=a%00b", "bad-request"),
        ("user=a%0Ab", "bad-request"),
        ("unknown%00=x", "bad-request"),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_meant_is_refused_and_nothing_is_given(peer: Peer, query: str, reason: str) -> None:
    reply = peer.get(NOEXP, query)
    assert (reply.status, reply.body["reason"]) == (400, reason)
    assert peer.get("/workshops/catalog/environments/").body["portal"]["sessions"]["allocated"] == 0


@pytest.mark.parametrize("query", ["timeout=", "timeout=1", "timeout=86400", "email=", "email=a.b%2Bc@example.test",
                                   "first_name=Ann&last_name=Bee", "firstname=Ann&lastname=Bee", "analytics_url=",
                                   "analytics_url=https://hook.example/", "unknown=x"])  # fmt: skip
def test_a_value_that_can_be_meant_is_taken(peer: Peer, query: str) -> None:
    assert peer.get(NOEXP, query).status == 200


@pytest.mark.parametrize(
    ("timeout", "alive_after"),
    [("", 59), ("30", 29), ("600", 599), ("0", 10**6)],
    ids=["a minute unless said", "shorter", "longer", "no window"],
)
def test_how_long_a_session_waits_for_its_owner(peer: Peer, timeout: str, alive_after: int) -> None:
    name = peer.allocate(timeout=timeout)["name"]
    schedule = f"/workshops/session/{name}/schedule/"
    peer.clock.forward(seconds=min(alive_after, 35000))
    assert peer.get(schedule).status == 200
    if alive_after < 35000:
        peer.clock.forward(seconds=1)
        assert peer.get(schedule).status == 404


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/x-www-form-urlencoded", None])
@pytest.mark.parametrize(
    ("body", "value"),
    [
        ("", "default"),
        (" \n", "default"),
        ("{}", "default"),
        ('{"parameters": []}', "default"),
        ('{"parameters": [{"name": "WORKSHOP_USERNAME", "value": "grumpy"}]}', "grumpy"),
        ('{"parameters": [{"name": "WORKSHOP_USERNAME", "value": "ä\\n1"}, {"name": "OTHER", "value": "x"}]}', "ä\n1"),
        ('{"parameters": [{"name": "WORKSHOP_USERNAME"}]}', "default"),
    ],
    ids=["empty", "blank", "nothing in it", "no parameters", "declared", "undeclared too", "without a value"],
)  # fmt: skip
def test_parameters_come_in_a_body_of_any_kind(
    peer: Peer, method: str, kind: str | None, body: str, value: str
) -> None:
    reply = peer.send(method, PARAMS, query={"user": "ann"}, data=body.encode(), content_type=kind)
    assert reply.status == 200
    assert parameters_of(peer, reply.body["name"]) == {"WORKSHOP_USERNAME": value}


@pytest.mark.parametrize(
    ("body", "error"),
    [
        *((text, "Malformed JSON request payload") for text in (
            b"[]", b"null", b'"x"', b"1", b"true", b'{"parameters": {}}', b'{"parameters": ["x"]}',
            b'{"parameters": null}',
            b'{"parameters": [{"value": "x"}]}', b'{"parameters": [{"name": "A", "value": 1}]}',
            b'{"parameters": [{"name": "A", "value": null}]}', b'{"parameters": [{"name": 1, "value": "x"}]}',
            b'{"parameters": [{"name": "", "value": "x"}]}', b'{"parameters": [{"name": "A", "value": "\\u0000"}]}',
            b'{"parameters": [{"name": "A", "value": "\\ud800"}]}', b'{"parameters": [[]]}',
        )),
        *((text, "Invalid JSON request payload") for text in (
            b"{nope", b"a=b", b"\xff\xfe{}", b"[" * 100_000, b"1" * 5000, b"\xef\xbb\xbf{}",
        )),
    ],
)  # fmt: skip
def test_a_body_of_another_shape_is_refused(peer: Peer, body: bytes, error: str) -> None:
    reply = peer.post(PARAMS, data=body, content_type="application/json")
    assert (reply.status, reply.body["error"]) == (400, error)


def test_a_body_beyond_all_measure_is_refused(peer: Peer) -> None:
    assert peer.post(PARAMS, data=b" " * (1024 * 1024 + 1)).status == 413


def test_the_robot_and_the_admin_get_no_sessions(peer: Peer) -> None:
    for account in (peer.credentials.robot, peer.credentials.admin):
        reply = peer.get(NOEXP, {"user": account.name})
        assert (reply.status, reply.body["error"]) == (400, "Session requests not permitted for user")


def test_an_environment_that_is_over_gives_no_sessions_and_keeps_its_status(start: Starter, tmp_path: Path) -> None:
    entry = "    - {name: lab-single, capacity: 1, reserved: 0, expires: 60m}\n"
    assert start().settings
    (tmp_path / "fewer.yaml").write_text(RESOURCES.read_text().replace(entry, ""))
    peer = start(resources=tmp_path / "fewer.yaml")
    peer.log_in()
    reply = peer.get(REQUEST.format("peer-portal-w04"))
    assert (reply.status, reply.body["error"], reply.body["reason"]) == (503, "No session available", "stopping")
    assert peer.get("/workshops/environment/peer-portal-w04/status/").body["state"] == "STOPPED"
    assert peer.get(REQUEST.format("lab-single")).status == 403


@pytest.mark.parametrize("name", ["nope", "peer-portal", "lab-", "a b", "%20", "x" * 3000])
def test_an_unknown_environment_says_so(peer: Peer, name: str) -> None:
    for action in ("request", "status"):
        reply = peer.get(f"/workshops/environment/{name}/{action}/")
        assert (reply.status, reply.body["error"]) == (403, "Environment does not exist")


def test_a_full_environment_says_so_and_when_to_come_back(peer: Peer) -> None:
    peer.allocate("lab-single", user="ann")
    peer.clock.forward(seconds=20)
    reply = peer.get(REQUEST.format("lab-single"), "user=bob")
    assert reply.status == 503
    assert reply.body == {"error": "No session available", "reason": "workshop-full", "retry_after": 40}
    assert peer.get(REQUEST.format("lab-single"), "user=ann").status == 200


def test_only_the_session_that_is_named_will_do(peer: Peer) -> None:
    mine = peer.allocate(user="ann")["name"]
    assert peer.allocate(user="ann", session=mine)["name"] == mine
    for user, name in (("ann", "nope"), ("bob", mine)):
        reply = peer.get(NOEXP, {"user": user, "session": name})
        assert (reply.status, reply.body["error"]) == (503, "No session available")
        assert reply.body["reason"] == "no-such-session"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "HEAD"])
def test_no_other_method_asks_for_a_session(peer: Peer, method: str) -> None:
    assert peer.send(method, NOEXP).status == 405
    assert peer.get("/workshops/catalog/environments/").body["portal"]["sessions"]["allocated"] == 0


def test_environment_status_is_the_catalogs_entry(peer: Peer) -> None:
    peer.allocate("lab-basic")
    listed = peer.get("/workshops/catalog/environments/", "name=lab-basic&sessions=true").body["environments"][0]
    assert peer.get("/workshops/environment/peer-portal-w01/status/", "sessions=true").body == listed
    assert "sessions" not in peer.get("/workshops/environment/peer-portal-w01/status").body


@pytest.mark.parametrize(
    "path", [NOEXP, "/workshops/environment/peer-portal-w01/status/", "/workshops/user/ann/sessions/"]
)
def test_only_the_robot_may(peer: Peer, path: str) -> None:
    peer.log_in_as_admin()
    refused = peer.get(path)
    assert (refused.status, refused.body["error"]) == (403, "Session requests not permitted")
    for token in (None, "unknown"):
        assert peer.get(path, f"index_url={INDEX}", token=token).status == 401
