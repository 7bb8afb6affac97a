"""The requests that are answered without Flask: exactly as the views answer them, and only where that is right."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask.sessions import TaggedJSONSerializer
from itsdangerous import URLSafeTimedSerializer
from peer import INDEX, REQUEST, RESOURCES, Peer, Starter
from werkzeug.test import TestResponse

from portal_backend.contract.wire import CATALOG_ENVIRONMENTS
from portal_backend.rush import Rush

LAB = REQUEST.format("lab-noexp")
ASK = {"index_url": INDEX, "user": "ann"}
PERSON = {"email": "ann@example.test", "first_name": "Ann", "lastname": "Example"}
Send = Callable[[Peer], TestResponse]


@pytest.fixture
def direct(start: Starter) -> Peer:
    """A portal as it is served."""
    peer = start()
    peer.log_in()
    return peer


@pytest.fixture
def views(start: Starter, tmp_path_factory: pytest.TempPathFactory) -> Peer:
    """A portal that answers everything by its views."""
    folder = tmp_path_factory.mktemp("views")
    peer = start(folder=str(folder), PORTAL_DATABASE_URL=f"sqlite:///{folder}/views.sqlite3")
    peer.log_in()
    rush(peer)._answer = lambda _environ: None  # type: ignore[method-assign]
    return peer


def rush(peer: Peer) -> Rush:
    """Return the part of a portal that is tested here."""
    found = peer.app.wsgi_app._application  # type: ignore[attr-defined]
    assert isinstance(found, Rush)
    return found


def handed_on(peer: Peer) -> list[str]:
    """Return a list that gets the path of each request the views answer from now on."""
    told: list[str] = []
    inner = rush(peer)._application

    def noted(environ: Any, start_response: Any) -> Any:
        told.append(environ["PATH_INFO"])
        return inner(environ, start_response)

    rush(peer)._application = noted
    return told


def send(peer: Peer, method: str, path: str, query: Any = "", **more: Any) -> TestResponse:
    """Send a request as the robot, or as a browser when `more` says so."""
    headers = {"Authorization": f"Bearer {peer.token}"} | more.pop("headers", {})
    return peer.app.test_client().open(path, method=method, query_string=query, headers=headers, **more)


def seen(peer: Peer, response: TestResponse) -> tuple[Any, ...]:
    """Return all of an answer that does not differ by chance."""
    headers = {name: value for name, value in response.headers if name not in ("Date", "Content-Length")}
    cookie = headers.pop("Set-Cookie", "")
    body = re.sub(r"token=[\w-]+", "token=…", response.get_data(as_text=True)) if response.is_json else ""
    held = _content(peer, cookie) if cookie else {}
    if not response.is_json:
        # A redirect says by its header where to go; the words for a person are not needed.
        headers = {name: value for name, value in headers.items() if not name.startswith("Content-")}
    return response.status_code, headers, body, held, re.sub(r"Expires=[^;]+", "", cookie.partition(";")[2])


def _content(peer: Peer, cookie: str) -> Any:
    value = cookie.partition("=")[2].partition(";")[0]
    signing = peer.app.session_interface.get_signing_serializer(peer.app)  # type: ignore[attr-defined]
    assert isinstance(signing, URLSafeTimedSerializer) and isinstance(signing.serializer, TaggedJSONSerializer)
    return signing.loads(value)


PLAIN: dict[str, Send] = {
    "POST": lambda peer: send(peer, "POST", LAB, ASK),
    "GET": lambda peer: send(peer, "GET", LAB, ASK),
    "no final slash": lambda peer: send(peer, "POST", LAB.rstrip("/"), ASK),
    "doubled slashes": lambda peer: send(peer, "POST", LAB.replace("/environment", "//environment"), ASK),
    "a person described": lambda peer: send(peer, "POST", LAB, {**ASK, **PERSON, "timeout": "60"}),
    "older names": lambda peer: send(peer, "POST", LAB, {"redirect_url": INDEX, "user": "ann", "firstname": "A"}),
    "no way back": lambda peer: send(peer, "POST", LAB, {"user": "ann"}),
    "an empty value": lambda peer: send(peer, "POST", LAB, {**ASK, "email": "", "session": " "}),
    "something more": lambda peer: send(peer, "POST", LAB, {**ASK, "else": "x"}),
    "a repeated name": lambda peer: send(peer, "POST", LAB, "user=bob&user=ann&index_url=" + INDEX),
    "letters of the world": lambda peer: send(peer, "POST", LAB, {**ASK, "first_name": "Zoë 名"}),
}
FOR_THE_VIEWS: dict[str, Send] = {
    "a body": lambda peer: send(peer, "POST", LAB, ASK, json={"parameters": []}),
    "a form": lambda peer: send(peer, "POST", LAB, ASK, data={"user": "ann"}),
    "no token": lambda peer: send(peer, "POST", LAB, ASK, headers={"Authorization": ""}),
    "another scheme": lambda peer: send(peer, "POST", LAB, ASK, headers={"Authorization": "Basic YTpi"}),
    "a wrong token": lambda peer: send(peer, "POST", LAB, ASK, headers={"Authorization": "Bearer wrong"}),
    "another host": lambda peer: send(peer, "POST", LAB, ASK, headers={"Host": "evil.example.test"}),
    "a newcomer's key": lambda peer: send(peer, "POST", LAB, {"user": "ann"}, headers={"Idempotency-Key": "k"}),
    "an unknown environment": lambda peer: send(peer, "POST", REQUEST.format("none"), ASK),
    "a timeout that is none": lambda peer: send(peer, "POST", LAB, {**ASK, "timeout": "soon"}),
    "a way back that is none": lambda peer: send(peer, "POST", LAB, {**ASK, "index_url": "javascript:1"}),
    "the robot's own name": lambda peer: send(peer, "POST", LAB, {**ASK, "user": peer.credentials.robot.name}),
    "a control character": lambda peer: send(peer, "POST", LAB, "user=a%00b&index_url=" + INDEX),
    "what is no UTF-8": lambda peer: send(peer, "POST", LAB, "user=ann&first_name=%ff&index_url=" + INDEX),
    "letters as they are": lambda peer: send(peer, "POST", LAB, "user=ann&first_name=ü&index_url=" + INDEX),
    "an unknown session": lambda peer: send(peer, "POST", LAB, {**ASK, "session": "lab-noexp-w01-s999"}),
    "only looking": lambda peer: send(peer, "HEAD", LAB, ASK),
    "another method": lambda peer: send(peer, "DELETE", LAB, ASK),
    "a wrong activation token": lambda peer: send(peer, "GET", "/workshops/session/lab-noexp-w01-s001/activate/"),
}


def test_a_plain_request_is_answered_as_by_the_view(direct: Peer, views: Peer) -> None:
    told = handed_on(direct)
    for name, ask in PLAIN.items():
        answers = [seen(peer, ask(peer)) for peer in (direct, views)]
        assert answers[0] == answers[1] and answers[0][0] == 200, name
        assert told == [], name


def test_anything_else_is_left_to_the_views(direct: Peer, views: Peer) -> None:
    told = handed_on(direct)
    for number, (name, ask) in enumerate(FOR_THE_VIEWS.items(), 1):
        answers = [seen(peer, ask(peer)) for peer in (direct, views)]
        assert answers[0] == answers[1], name
        assert len(told) == number, name


def catalog(peer: Peer, query: Any = "", **more: Any) -> TestResponse:
    """Return what the robot is answered that asks for the environments."""
    return send(peer, "GET", more.pop("path", CATALOG_ENVIRONMENTS), query, **more)


CATALOG_FOR_THE_VIEWS: dict[str, Send] = {
    "a query": lambda peer: catalog(peer, {"name": "lab-noexp"}),
    "sessions too": lambda peer: catalog(peer, {"sessions": "true"}),
    "no token": lambda peer: catalog(peer, headers={"Authorization": ""}),
    "a wrong token": lambda peer: catalog(peer, headers={"Authorization": "Bearer wrong"}),
    "a prefetch": lambda peer: catalog(peer, headers={"Sec-Purpose": "prefetch"}),
    "another host": lambda peer: catalog(peer, headers={"Host": "evil.example.test"}),
    "only looking": lambda peer: send(peer, "HEAD", CATALOG_ENVIRONMENTS),
    "another method": lambda peer: send(peer, "POST", CATALOG_ENVIRONMENTS),
}


@pytest.mark.parametrize("path", [CATALOG_ENVIRONMENTS, CATALOG_ENVIRONMENTS.rstrip("/")])
def test_a_catalog_that_was_made_is_answered_as_by_the_view_until_it_changes(direct: Peer, path: str) -> None:
    told = handed_on(direct)
    for allocated in (0, 1):
        made, again = (catalog(direct, path=path) for _ in range(2))
        assert seen(direct, made) == seen(direct, again)
        assert sum(each["allocated"] for each in again.get_json()["environments"]) == allocated
        assert told.count(path) == len(told) == allocated + 1
        send(direct, "POST", LAB, ASK)


def test_any_other_question_for_the_catalog_is_left_to_the_views(direct: Peer, views: Peer) -> None:
    catalog(direct)
    told = handed_on(direct)
    for number, (name, ask) in enumerate(CATALOG_FOR_THE_VIEWS.items(), 1):
        assert ask(direct).status_code == ask(views).status_code, name
        assert len(told) == number, name


def test_a_token_revoked_elsewhere_opens_no_catalog_that_was_made(direct: Peer) -> None:
    assert [catalog(direct).status_code for _ in range(2)] == [200, 200]
    client = (direct.credentials.robot_client.name, direct.credentials.robot_client.secret)
    direct.app.test_client().post("/oauth2/revoke-token/", data={"token": direct.token}, auth=client)
    assert catalog(direct).status_code == 401


def activation(peer: Peer) -> tuple[str, str]:
    """Return the path and the query by which a browser activates a new session."""
    url = urlsplit(send(peer, "POST", LAB, ASK).get_json()["url"])
    return url.path, url.query


def opened(peer: Peer, **headers: str) -> TestResponse:
    """Return what a browser is answered that activates a new session."""
    path, query = activation(peer)
    return peer.app.test_client().get(path, query_string=query, headers=headers)


def test_a_browser_without_a_cookie_is_let_in_as_by_the_view(direct: Peer, views: Peer) -> None:
    told = handed_on(direct)
    answers = [seen(peer, opened(peer)) for peer in (direct, views)]
    assert answers[0] == answers[1]
    assert answers[0][0] == 303 and list(answers[0][3]["sessions"].values()) == ["ann"]
    assert told == []


@pytest.mark.parametrize(
    "environ", [{"PORTAL_URL": "https://portal.example.test"}, {"PORTAL_URL": "http://portal.example.test:8080"}]
)
@pytest.mark.parametrize("domain", ["", "example.test"])
def test_the_cookie_is_the_views_wherever_the_portal_is(
    start: Starter, tmp_path_factory: pytest.TempPathFactory, environ: dict[str, str], domain: str
) -> None:
    resources = tmp_path_factory.mktemp("resources") / "portal.yaml"
    text = RESOURCES.read_text(encoding="utf-8")
    resources.write_text(text.replace("  portal:\n", f"  portal:\n    cookies: {{domain: '{domain}'}}\n", 1))
    answers = []
    for by_views in (False, True):
        folder = tmp_path_factory.mktemp("portal")
        store = f"sqlite:///{folder}/portal.sqlite3"
        peer = start(resources, folder=str(folder), PORTAL_DATABASE_URL=store, **environ)
        host = urlsplit(environ["PORTAL_URL"]).netloc
        reply = peer.app.test_client().post("/oauth2/token/", data=peer.password_form, headers={"Host": host})
        asked = send(
            peer,
            "POST",
            LAB,
            ASK,
            headers={"Authorization": f"Bearer {reply.get_json()['access_token']}", "Host": host},
        )
        if by_views:
            rush(peer)._answer = lambda _environ: None  # type: ignore[method-assign]
        url = urlsplit(asked.get_json()["url"])
        answers.append(seen(peer, peer.app.test_client().get(url.path, query_string=url.query, headers={"Host": host})))
    assert answers[0] == answers[1] and answers[0][0] == 303 and "HttpOnly" in str(answers[0][4])
    assert ("Domain" in str(answers[0][4])) == bool(domain)


TELLING = (
    {"Cookie": "a=b"},
    {"Sec-Fetch-Dest": "iframe"},
    {"Sec-Purpose": "prefetch"},
    {"Purpose": "prefetch"},
    {"X-Moz": "prefetch"},
    {"X-Purpose": "preview"},
    {"Host": "evil.example.test"},
)


def test_a_browser_that_tells_more_is_left_to_the_views(direct: Peer) -> None:
    path, query = activation(direct)
    told = handed_on(direct)
    for number, headers in enumerate(TELLING, 1):
        direct.app.test_client(use_cookies=False).get(path, query_string=query, headers=headers)
        assert told == [path] * number, headers
