"""The OAuth2 endpoints, as the RFCs' lists of failures and as the field's clients use them."""

import base64
from typing import Any

import pytest
from peer import Peer, Starter

from portal_backend.contract.wire import CATALOG_ENVIRONMENTS, REVOKE_TOKEN, TOKEN, TOKEN_LIFETIME_SECONDS

PAIR = {"access_token", "expires_in", "token_type", "scope", "refresh_token"}


def ask(peer: Peer, drop: tuple[str, ...] = (), **changes: str) -> Any:
    """Return the answer to the robot's password grant with some fields left out or changed."""
    form = {name: value for name, value in {**peer.password_form, **changes}.items() if name not in drop}
    return peer.post(TOKEN, token=None, data=form)


@pytest.mark.parametrize("path", [TOKEN, TOKEN.rstrip("/"), "/oauth2//token/"])
@pytest.mark.parametrize("by", ["form", "basic"])
def test_the_robot_logs_in(peer: Peer, by: str, path: str) -> None:
    form, headers = peer.password_form, {}
    if by == "basic":
        form = {name: value for name, value in form.items() if not name.startswith("client_")}
        headers = peer.basic()
    reply = peer.post(path, token=None, data=form, headers=headers)
    assert reply.status == 200
    assert reply.body.keys() == PAIR
    assert (reply.body["token_type"], reply.body["scope"]) == ("Bearer", "user:info")
    assert reply.body["expires_in"] == TOKEN_LIFETIME_SECONDS == 36000
    assert peer.get(CATALOG_ENVIRONMENTS, token=reply.body["access_token"]).status == 200


def test_a_client_alone_acts_as_the_robot(peer: Peer) -> None:
    reply = peer.post(TOKEN, token=None, data={"grant_type": "client_credentials"}, headers=peer.basic())
    assert reply.status == 200
    assert reply.body.keys() == PAIR - {"refresh_token"}
    assert peer.get("/workshops/user/nobody/sessions/", token=reply.body["access_token"]).status == 200


@pytest.mark.parametrize(
    ("drop", "changes", "status", "error"),
    [
        pytest.param((), {"password": "wrong"}, 400, "invalid_grant", id="wrong password"),
        pytest.param((), {"username": "nobody"}, 400, "invalid_grant", id="unknown user"),
        pytest.param((), {"password": ""}, 400, "invalid_grant", id="empty password"),
        pytest.param((), {"password": "pässwörd 😀"}, 400, "invalid_grant", id="any text"),
        pytest.param(("password",), {}, 400, "invalid_request", id="no password"),
        pytest.param(("username",), {}, 400, "invalid_request", id="no username"),
        pytest.param(("grant_type",), {}, 400, "invalid_request", id="no grant type"),
        pytest.param((), {"grant_type": "magic"}, 400, "unsupported_grant_type", id="unknown grant"),
        pytest.param((), {"scope": "admin"}, 400, "invalid_scope", id="unknown scope"),
        pytest.param((), {"scope": "user:info admin"}, 400, "invalid_scope", id="one unknown scope of two"),
        pytest.param((), {"client_secret": "wrong"}, 401, "invalid_client", id="wrong secret"),
        pytest.param(("client_secret",), {}, 401, "invalid_client", id="no secret"),
        pytest.param((), {"client_id": "nobody"}, 401, "invalid_client", id="unknown client"),
        pytest.param(("client_id", "client_secret"), {}, 401, "invalid_client", id="no client"),
    ],
)  # fmt: skip
def test_a_login_that_is_not_right_says_why(
    peer: Peer, drop: tuple[str, ...], changes: dict[str, str], status: int, error: str
) -> None:
    reply = ask(peer, drop, **changes)
    assert (reply.status, reply.body["error"]) == (status, error)
    assert reply.headers["Pragma"] == "no-cache"


@pytest.mark.parametrize(
    "header",
    ["Basic", "Basic ", "Basic !!!", "Basic " + base64.b64encode(b"\xff\xfe:x").decode(), "Basic bm9wZTpub3Bl"],
    ids=["nothing", "blank", "not base64", "not text", "unknown client"],
)
def test_a_basic_header_that_does_not_hold_is_refused_even_beside_a_good_form(peer: Peer, header: str) -> None:
    reply = peer.post(TOKEN, token=None, data=peer.password_form, headers={"Authorization": header})
    assert (reply.status, reply.body) == (401, {"error": "invalid_client"})
    assert reply.challenges == ('Basic realm="portal"', 'Bearer error="invalid_client"')


@pytest.mark.parametrize("path", [TOKEN, REVOKE_TOKEN])
def test_parameters_in_the_address_are_refused(peer: Peer, path: str) -> None:
    reply = peer.post(path, "grant_type=password&token=x", token=None, data=peer.password_form)
    assert (reply.status, reply.body["error"]) == (400, "invalid_request")


def test_a_repeated_parameter_is_refused(peer: Peer) -> None:
    form = {**peer.password_form, "username": [peer.credentials.robot.name, "other"]}
    reply = peer.post(TOKEN, token=None, data=form)
    assert (reply.status, reply.body["error"]) == (400, "invalid_request")


def test_json_in_place_of_a_form_is_no_grant(peer: Peer) -> None:
    reply = peer.post(TOKEN, token=None, json=peer.password_form, headers=peer.basic())
    assert (reply.status, reply.body["error"]) == (400, "unsupported_grant_type")


def test_the_token_endpoint_is_only_posted_to(peer: Peer) -> None:
    assert peer.get(TOKEN, token=None).status == 405


def test_refreshing_gives_a_new_pair_and_kills_the_old_one(peer: Peer) -> None:
    old = peer.log_in()
    form = {"grant_type": "refresh_token", "refresh_token": old["refresh_token"], **peer.client_form}
    new = peer.post(TOKEN, token=None, data=form)
    assert new.status == 200
    assert new.body.keys() == PAIR
    assert peer.get(CATALOG_ENVIRONMENTS, token=new.body["access_token"]).status == 200
    assert peer.get(CATALOG_ENVIRONMENTS, token=old["access_token"]).status == 401
    again = peer.post(TOKEN, token=None, data=form)
    assert (again.status, again.body["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize(
    ("form", "error"),
    [
        pytest.param({"refresh_token": "bogus"}, "invalid_grant", id="unknown token"),
        pytest.param({"refresh_token": ""}, "invalid_request", id="empty token"),
        pytest.param({}, "invalid_request", id="no token"),
        pytest.param({"refresh_token": "bogus", "scope": "admin"}, "invalid_scope", id="unknown scope"),
    ],
)
def test_refreshing_without_a_good_token_is_refused(peer: Peer, form: dict[str, str], error: str) -> None:
    reply = peer.post(TOKEN, token=None, data={"grant_type": "refresh_token", **form, **peer.client_form})
    assert (reply.status, reply.body["error"]) == (400, error)


def test_an_access_token_lasts_ten_hours_and_its_refresh_token_longer(peer: Peer) -> None:
    pair = peer.log_in()
    peer.clock.forward(seconds=TOKEN_LIFETIME_SECONDS - 1)
    assert peer.get(CATALOG_ENVIRONMENTS).status == 200
    peer.clock.forward(seconds=1)
    assert peer.get(CATALOG_ENVIRONMENTS).status == 401
    form = {"grant_type": "refresh_token", "refresh_token": pair["refresh_token"], **peer.client_form}
    assert peer.post(TOKEN, token=None, data=form).status == 200


@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
@pytest.mark.parametrize("by", ["form", "basic", "form beside a bearer header"])
def test_revoking_either_token_kills_both(peer: Peer, which: str, by: str) -> None:
    pair = peer.log_in()
    form = {"token": pair[which], "token_type_hint": "anything"}
    headers = peer.basic() if by == "basic" else {}
    token = pair["access_token"] if "bearer" in by else None
    data = form if by == "basic" else {**form, **peer.client_form}
    reply = peer.post(REVOKE_TOKEN, token=token, data=data, headers=headers)
    assert (reply.status, reply.body) == (200, None)
    assert peer.get(CATALOG_ENVIRONMENTS).status == 401
    refresh = {"grant_type": "refresh_token", "refresh_token": pair["refresh_token"], **peer.client_form}
    assert peer.post(TOKEN, token=None, data=refresh).body["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        pytest.param({"token": "unknown"}, 200, id="an unknown token is as good as revoked"),
        pytest.param({}, 400, id="no token"),
        pytest.param({"token": "x", "client_secret": "wrong"}, 401, id="wrong secret"),
        pytest.param({"token": "x", "client_secret": ""}, 401, id="no secret"),
    ],
)
def test_revoking_answers_what_the_rfc_says(peer: Peer, changes: dict[str, str], status: int) -> None:
    assert peer.post(REVOKE_TOKEN, token=None, data={**peer.client_form, **changes}).status == status


def test_configured_secrets_work_with_any_characters(start: Starter) -> None:
    secret = "100%25 & more + é:/"
    peer = start(PORTAL_ROBOT_PASSWORD=secret, PORTAL_ROBOT_CLIENT_ID="front end", PORTAL_ROBOT_CLIENT_SECRET=secret)
    assert peer.log_in()["access_token"]
    form = {"grant_type": "client_credentials"}
    assert peer.post(TOKEN, token=None, data=form, headers=peer.basic()).status == 200


def test_no_token_is_stored_in_plain(peer: Peer) -> None:
    pair = peer.log_in()
    stored = b"".join(path.read_bytes() for path in peer.settings.instance.glob("portal.sqlite3*"))
    assert not [token for token in (pair["access_token"], pair["refresh_token"]) if token.encode() in stored]


def test_an_older_secret_counts_while_clients_are_told_the_new_one(start: Starter) -> None:
    older = {"PORTAL_ROBOT_PASSWORD_FALLBACKS": "first second", "PORTAL_ROBOT_CLIENT_SECRET_FALLBACKS": "once"}
    peer = start(**older)
    form = peer.password_form
    for changed in ({}, {"password": "first"}, {"password": "second", "client_secret": "once"}):
        assert peer.post(TOKEN, token=None, data=form | changed).status == 200, changed
    for changed in ({"password": "once"}, {"client_secret": "first"}, {"username": "educates", "password": "first"}):
        assert peer.post(TOKEN, token=None, data=form | changed).status in (400, 401), changed
    assert start().post(TOKEN, token=None, data=form | {"password": "first"}).status == 400
