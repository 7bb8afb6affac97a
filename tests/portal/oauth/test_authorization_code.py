"""The authorization code grant: how a session learns whose browser is in front of it, and who gets nothing by it."""

import base64
import hashlib
import json
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from peer import Peer, Reply
from programs import own_environment
from werkzeug.test import TestResponse

from portal_backend.cli import portal
from portal_backend.contract.wire import AUTHORIZE, CATALOG_ENVIRONMENTS, REVOKE_TOKEN, TOKEN, session_path
from portal_backend.credentials import secret_key, session_client, session_secrets

VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
PKCE = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
ENDPOINTS = ("schedule", "config", "authorize", "event", "extend", "terminate")


class Lab:
    """A session of ann's, her browser, and the program that runs in the session."""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        given = peer.allocate("lab-overtime", "ann")
        self.name = str(given["name"])
        self.ann = peer.app.test_client()
        assert self.ann.get(given["url"]).status_code == 303
        self.back = f"{peer.settings.url}/workshops/session/{self.name}/oauth_callback"
        self.client = session_client(peer.settings, self.name)

    def authorize(self, browser: FlaskClient, **changes: Any) -> TestResponse:
        """Open the authorization address, some parameters changed or (None) left out."""
        asked = {"response_type": "code", "client_id": self.name, "redirect_uri": self.back, "state": "x y&z"}
        kept = {name: value for name, value in {**asked, **changes}.items() if value is not None}
        return browser.get(f"{AUTHORIZE}?{urlencode(kept, doseq=True)}", headers={"Accept": "text/html"})

    def code(self, browser: FlaskClient | None = None, **changes: Any) -> str:
        """Return the code a browser is sent back with."""
        address = self.authorize(browser or self.ann, **changes).headers["Location"]
        assert address.startswith(f"{self.back}?"), address
        return parse_qs(urlsplit(address).query)["code"][0]

    def exchange(self, code: str, **changes: str) -> Reply:
        """Exchange a code for tokens, some fields changed or (empty) left out."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.back,
            "client_id": self.client.name,
            "client_secret": self.client.secret,
        }
        kept = {name: value for name, value in {**form, **changes}.items() if value}
        return self.peer.post(TOKEN, token=None, data=kept)

    def call(self, action: str, token: str, session: str = "") -> int:
        """Return the status of one of the session's endpoints."""
        more: dict[str, Any] = {"json": {"event": {"name": "Workshop/View"}}} if action == "event" else {}
        method = "POST" if action == "event" else "GET"
        return self.peer.send(method, session_path(session or self.name, action), token=token, **more).status


@pytest.fixture
def lab(peer: Peer) -> Lab:
    """A session and its owner's browser."""
    return Lab(peer)


def other_browser(peer: Peer) -> FlaskClient:
    """Return the browser of somebody with another session."""
    browser = peer.app.test_client()
    assert browser.get(peer.allocate("lab-noexp", "bob")["url"]).status_code == 303
    return browser


def admin_browser(peer: Peer) -> FlaskClient:
    """Return the browser of the administrator."""
    browser = peer.app.test_client()
    with browser.session_transaction() as cookie:
        cookie["admin"] = peer.credentials.admin.name
    return browser


def test_the_owners_browser_comes_back_with_a_code_and_its_state(lab: Lab) -> None:
    response = lab.authorize(lab.ann)
    assert response.status_code == 303
    back = parse_qs(urlsplit(response.headers["Location"]).query)
    assert response.headers["Location"].partition("?")[0] == lab.back
    assert back.keys() == {"code", "state"} and back["state"] == ["x y&z"]
    assert (response.headers["Cache-Control"], response.headers["Referrer-Policy"]) == ("no-store", "no-referrer")


def test_where_a_session_is_worked_in_is_where_its_client_is(lab: Lab) -> None:
    assert lab.peer.get(session_path(lab.name, "config")).body["url"] + "/oauth_callback" == lab.back


@pytest.mark.parametrize("by", ["form", "basic"])
def test_the_code_is_exchanged_for_the_owners_tokens(lab: Lab, by: str) -> None:
    code = lab.code()
    if by == "form":
        reply = lab.exchange(code)
    else:
        basic = base64.b64encode(f"{lab.client.name}:{lab.client.secret}".encode()).decode()
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": lab.back}
        reply = lab.peer.post(TOKEN, token=None, data=form, headers={"Authorization": f"Basic {basic}"})
    assert reply.status == 200, reply.body
    assert reply.body.keys() == {"access_token", "refresh_token", "expires_in", "token_type", "scope"}
    told = lab.peer.get(session_path(lab.name, "authorize"), token=reply.body["access_token"])
    assert told.body == {"owner": "ann", "user": "ann", "staff": False}


def test_the_owners_token_works_at_every_endpoint_of_the_session(lab: Lab) -> None:
    token = lab.exchange(lab.code()).body["access_token"]
    assert {action: lab.call(action, token) for action in ENDPOINTS} == dict.fromkeys(ENDPOINTS, 200)


def test_the_administrators_browser_gets_a_staff_token_for_this_session_only(lab: Lab) -> None:
    elsewhere = lab.peer.allocate("lab-noexp", "bob")["name"]
    token = lab.exchange(lab.code(admin_browser(lab.peer))).body["access_token"]
    told = lab.peer.get(session_path(lab.name, "authorize"), token=token).body
    assert told == {"owner": "ann", "user": lab.peer.credentials.admin.name, "staff": True}
    assert lab.call("schedule", token, elsewhere) == 403
    assert lab.peer.get("/workshops/user/ann/sessions/", token=token).status == 403


def test_a_staff_token_of_the_password_grant_works_for_every_session(lab: Lab) -> None:
    token = lab.peer.log_in_as_admin()["access_token"]
    assert {action: lab.call(action, token) for action in ENDPOINTS} == dict.fromkeys(ENDPOINTS, 200)


def test_another_users_token_opens_nothing_not_even_their_own_session(lab: Lab) -> None:
    browser = other_browser(lab.peer)
    token = lab.exchange(lab.code(browser)).body["access_token"]
    own = lab.peer.get("/workshops/user/bob/sessions/").body["sessions"][0]["name"]
    assert {lab.call(action, token) for action in ENDPOINTS} == {403}
    assert {lab.call(action, token, own) for action in ENDPOINTS} == {403}
    assert lab.peer.get(CATALOG_ENVIRONMENTS, token=token).status == 200
    assert lab.peer.get("/workshops/environment/lab-basic/request/", token=token).status == 403


def test_a_browser_that_is_nobodys_is_asked_to_log_in(lab: Lab) -> None:
    response = lab.authorize(lab.peer.app.test_client())
    assert response.headers["Location"].startswith("/accounts/login/?next=/oauth2/authorize/")


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"client_id": "peer-portal-w03-s999"}, id="unknown session"),
        pytest.param({"client_id": None}, id="no client"),
        pytest.param({"client_id": "no such client ä"}, id="no client at all"),
        pytest.param({"redirect_uri": None}, id="no way back"),
        pytest.param({"redirect_uri": "https://evil.example/oauth_callback"}, id="another way back"),
        pytest.param({"redirect_uri": "{}/"}, id="one slash more"),
        pytest.param({"redirect_uri": "{}?x=1"}, id="a query more"),
        pytest.param({"state": ["a", "b"]}, id="a parameter twice"),
    ],
)
def test_a_request_that_is_not_from_the_session_goes_nowhere(lab: Lab, changes: dict[str, Any]) -> None:
    filled = {name: value.format(lab.back) if isinstance(value, str) else value for name, value in changes.items()}
    response = lab.authorize(lab.ann, **filled)
    assert response.status_code == 400
    assert "Location" not in response.headers


def test_the_robots_client_has_no_browsers(lab: Lab) -> None:
    assert lab.authorize(lab.ann, client_id=lab.peer.credentials.robot_client.name).status_code == 400


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        pytest.param({"response_type": "token"}, "unsupported_response_type", id="implicit"),
        pytest.param({"response_type": 'wéird"'}, "unsupported_response_type", id="nonsense"),
        pytest.param({"response_type": None}, "unsupported_response_type", id="none"),
        pytest.param({"scope": "admin"}, "invalid_scope", id="another scope"),
        pytest.param({"code_challenge": CHALLENGE}, "invalid_request", id="plain by default"),
        pytest.param({"code_challenge": CHALLENGE, "code_challenge_method": "plain"}, "invalid_request", id="plain"),
        pytest.param({"code_challenge_method": "S256"}, "invalid_request", id="no challenge"),
        pytest.param({"code_challenge": "short", "code_challenge_method": "S256"}, "invalid_request", id="short"),
    ],
)
def test_what_the_session_may_not_ask_it_is_told(lab: Lab, changes: dict[str, Any], error: str) -> None:
    response = lab.authorize(lab.ann, **changes)
    assert response.status_code == 303
    told = parse_qs(urlsplit(response.headers["Location"]).query)
    assert response.headers["Location"].startswith(f"{lab.back}?")
    assert (told["error"], told["state"], "code" in told) == ([error], ["x y&z"], False)


@pytest.mark.parametrize("headers", [{"Sec-Purpose": "prefetch"}, {"Purpose": "prefetch"}])
def test_fetching_ahead_gives_no_code(lab: Lab, headers: dict[str, str]) -> None:
    asked = {"response_type": "code", "client_id": lab.name, "redirect_uri": lab.back}
    assert lab.ann.get(AUTHORIZE, query_string=asked, headers=headers).status_code == 503
    assert "Location" not in lab.ann.head(AUTHORIZE, query_string=asked).headers


def test_a_code_works_once_and_takes_back_what_it_gave_when_it_comes_again(lab: Lab) -> None:
    code = lab.code()
    given = lab.exchange(code).body
    again = lab.exchange(code)
    assert (again.status, again.body["error"]) == (400, "invalid_grant")
    assert lab.call("schedule", given["access_token"]) == 401


def test_a_code_that_comes_again_takes_back_refreshed_tokens_too(lab: Lab) -> None:
    code = lab.code()
    given, others = lab.exchange(code).body, lab.exchange(lab.code()).body
    newer = lab.exchange(code="", grant_type="refresh_token", redirect_uri="", refresh_token=given["refresh_token"])
    assert newer.status == 200
    assert lab.exchange(code).status == 400
    assert lab.call("schedule", newer.body["access_token"]) == 401
    assert lab.call("schedule", others["access_token"]) == 200


@pytest.mark.parametrize(("seconds", "status"), [(59, 200), (60, 400)])
def test_a_code_works_for_a_minute(lab: Lab, seconds: int, status: int) -> None:
    code = lab.code()
    lab.peer.clock.forward(seconds=seconds)
    assert lab.exchange(code).status == status


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        pytest.param({"code": "unknown"}, 400, "invalid_grant", id="unknown code"),
        pytest.param({"code": ""}, 400, "invalid_request", id="no code"),
        pytest.param({"redirect_uri": ""}, 400, "invalid_request", id="no way back"),
        pytest.param({"redirect_uri": "https://evil.example/"}, 400, "invalid_grant", id="another way back"),
        pytest.param({"client_secret": "wrong"}, 401, "invalid_client", id="wrong secret"),
        pytest.param({"client_secret": ""}, 401, "invalid_client", id="no secret"),
        pytest.param({"client_id": "nobody"}, 401, "invalid_client", id="unknown client"),
        pytest.param({"code_verifier": VERIFIER}, 400, "invalid_grant", id="a verifier nobody asked for"),
        pytest.param({"scope": "admin"}, 200, None, id="a scope has no say here"),
    ],
)
def test_a_code_is_exchanged_by_its_own_client_only(
    lab: Lab, changes: dict[str, str], status: int, error: str | None
) -> None:
    reply = lab.exchange(**{"code": lab.code(), **changes})
    assert (reply.status, reply.body.get("error")) == (status, error)


def test_a_code_is_of_no_use_to_other_clients(lab: Lab) -> None:
    code = lab.code()
    robot = lab.peer.credentials.robot_client
    as_robot = lab.exchange(code, client_id=robot.name, client_secret=robot.secret)
    assert (as_robot.status, as_robot.body["error"]) == (400, "unauthorized_client")
    elsewhere = session_client(lab.peer.settings, lab.peer.allocate("lab-noexp", "bob")["name"])
    assert lab.exchange(code, client_id=elsewhere.name, client_secret=elsewhere.secret).status == 400
    assert lab.exchange(code).status == 200


@pytest.mark.parametrize(
    ("verifier", "status"),
    [(VERIFIER, 200), ("w" * 43, 400), ("", 400), (CHALLENGE, 400), ("ü", 400)],
    ids=["right", "wrong", "none", "the challenge itself", "any text"],
)
def test_a_challenge_wants_its_verifier(lab: Lab, verifier: str, status: int) -> None:
    assert lab.exchange(lab.code(**PKCE), code_verifier=verifier).status == status


def test_a_session_that_is_over_has_no_client(lab: Lab) -> None:
    code, given = lab.code(), lab.exchange(lab.code()).body
    assert lab.peer.get(session_path(lab.name, "terminate")).status == 200
    assert lab.exchange(code).status == 401
    assert lab.exchange("", grant_type="refresh_token", refresh_token=given["refresh_token"]).status == 401
    assert lab.call("schedule", given["access_token"]) == 404


@pytest.mark.parametrize("grant", ["password", "client_credentials"])
def test_a_sessions_client_has_no_other_grants(lab: Lab, grant: str) -> None:
    robot = lab.peer.credentials.robot
    reply = lab.exchange("", grant_type=grant, username=robot.name, password=robot.secret)
    assert (reply.status, reply.body["error"]) == (400, "unauthorized_client")


def test_a_sessions_client_gives_its_tokens_back(lab: Lab) -> None:
    token = lab.exchange(lab.code()).body["access_token"]
    form = {"token": token, "client_id": lab.client.name, "client_secret": lab.client.secret}
    assert lab.peer.post(REVOKE_TOKEN, token=None, data=form).status == 200
    assert lab.call("schedule", token) == 401


def test_neither_codes_nor_secrets_are_stored(lab: Lab) -> None:
    code = lab.code()
    with lab.peer.app.extensions["portal"].store.reading() as connection:
        stored = str(connection.exec_driver_sql("SELECT * FROM codes").all())
    assert lab.name in stored
    assert code not in stored and lab.client.secret not in stored


def test_whoever_runs_the_portal_is_told_a_sessions_client(lab: Lab) -> None:
    chosen = lab.peer.settings
    environ = own_environment(WORKSHOP_INDEX_INSTANCE=chosen.instance, PORTAL_DATABASE_URL=chosen.database_url)
    told = CliRunner().invoke(portal, ["session-client", lab.name], env=environ)
    wanted = {"client_id": lab.name, "client_secret": lab.client.secret, "redirect_uri": lab.back}
    assert json.loads(told.stdout) == wanted
    unknown = CliRunner().invoke(portal, ["session-client", "nope"], env=environ)
    assert (unknown.exit_code, "no session called nope" in unknown.output) == (1, True)


def test_the_client_of_an_older_cookie_key_still_counts(lab: Lab) -> None:
    rotated = replace(lab.peer.settings, secret_key="n" * 40, secret_key_fallbacks=(secret_key(lab.peer.settings),))
    newest, older = session_secrets(rotated, lab.name)
    assert older == lab.client.secret != newest


def test_each_session_has_a_secret_of_its_own(lab: Lab) -> None:
    other = session_client(lab.peer.settings, lab.peer.allocate("lab-noexp", "bob")["name"])
    assert other.secret != lab.client.secret
    assert len(lab.client.secret) == 64
