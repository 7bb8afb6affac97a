"""The portal client against recorded answers of a real portal, and against everything that can go wrong."""

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
import responses
from responses import matchers

from frontend.portal_client import (
    Asking,
    Login,
    PortalClient,
    PortalError,
    PortalMisconfigured,
    PortalRefused,
    PortalUnreachable,
    UnknownEnvironment,
    UnknownSession,
)
from frontend.site.answers import listing_of, sessions_of

API = "http://portal.test:8080"
PUBLIC = "https://labs.example.com"
TOKEN = f"{API}/oauth2/token/"
CATALOG = f"{API}/workshops/catalog/environments/"
REQUEST = f"{API}/workshops/environment/e-w01/request/"
INDEX = "https://index.example.com/"
LOGIN = Login("robot", "password", "client", "secret")
PATH = "/workshops/session/e-w01-s001/activate/?token=t"
GIVEN = {"name": "e-w01-s001", "user": "u1", "url": PATH, "workshop": "lab"}


@pytest.fixture
def portal() -> Iterator[responses.RequestsMock]:
    """The portal's side of the wire."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as wire:
        yield wire


def client(login: Callable[[], Login] = lambda: LOGIN) -> PortalClient:
    """Return a client without a token."""
    return PortalClient("main", PUBLIC, API, login)


def logged_in(portal: responses.RequestsMock, *tokens: str, **changes: Any) -> PortalClient:
    """Return a client whose logins give `tokens` one after the other."""
    for token in tokens or ("token-1",):
        answer = {"access_token": token, "token_type": "Bearer", "expires_in": 36000, "refresh_token": "r"} | changes
        portal.post(TOKEN, json=answer)
    return client()


def logins(portal: responses.RequestsMock) -> int:
    """Return how often a token was asked for."""
    return sum(call.request.url == TOKEN for call in portal.calls)


def bearer(token: str) -> Callable[..., Any]:
    """Match a call made with this token."""
    return matchers.header_matcher({"Authorization": f"Bearer {token}"})


@pytest.fixture(scope="module")
def recorded() -> dict[str, dict[str, Any]]:
    """The recorded exchanges of a real portal by their id."""
    default = Path(__file__).resolve().parents[3] / "shared" / "contract" / "transcript.json"
    path = Path(os.environ.get("WORKSHOP_INDEX_CONTRACT") or default)
    if not path.is_file():
        pytest.skip(f"no recorded answers at {path}: name the file in WORKSHOP_INDEX_CONTRACT")
    return {entry["id"]: entry for entry in json.loads(path.read_text(encoding="utf-8"))}


def replay(portal: responses.RequestsMock, entry: dict[str, Any]) -> None:
    """Let the portal answer as it was recorded."""
    request, answer = entry["request"], entry["response"]
    body = answer["body"] if isinstance(answer["body"], str) else json.dumps(answer["body"])
    kind = answer["headers"].get("Content-Type", "text/html")
    portal.add(request["method"], API + request["path"], body=body, status=answer["status"], content_type=kind)


def test_a_login_in_a_netrc_does_not_take_the_tokens_place(
    portal: responses.RequestsMock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("default login somebody password theirs\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    portal.get(CATALOG, json={"environments": []}, match=[bearer("token-1")])
    assert logged_in(portal).environments() == {"environments": []}


def test_the_login_is_a_password_grant_with_the_client_by_basic(portal: responses.RequestsMock) -> None:
    logged = logged_in(portal)
    portal.get(CATALOG, json={"environments": []}, match=[bearer("token-1")])
    logged.environments()
    sent = portal.calls[0].request
    assert sent.headers["Authorization"] == "Basic Y2xpZW50OnNlY3JldA=="
    assert sorted(str(sent.body).split("&")) == ["grant_type=password", "password=password", "username=robot"]


def test_a_token_is_used_again(portal: responses.RequestsMock) -> None:
    logged = logged_in(portal)
    portal.get(CATALOG, json={"environments": []})
    for _ in range(3):
        logged.environments()
    assert logins(portal) == 1


def test_a_token_about_to_expire_is_renewed(portal: responses.RequestsMock) -> None:
    logged = logged_in(portal, "token-1", "token-2", expires_in=60)
    portal.get(CATALOG, json={"environments": []}, match=[bearer("token-1")])
    portal.get(CATALOG, json={"environments": []}, match=[bearer("token-2")])
    logged.environments()
    logged.environments()
    assert logins(portal) == 2


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_token_costs_one_login(portal: responses.RequestsMock, status: int) -> None:
    logged = logged_in(portal, "token-1", "token-2")
    portal.get(CATALOG, status=status, match=[bearer("token-1")])
    portal.get(CATALOG, json={"environments": []}, match=[bearer("token-2")])
    assert logged.environments() == {"environments": []}
    assert logins(portal) == 2


@pytest.mark.parametrize("status", [401, 403])
def test_a_token_refused_twice_is_a_fault_of_the_set_up(portal: responses.RequestsMock, status: int) -> None:
    logged = logged_in(portal, "token-1", "token-2")
    portal.get(CATALOG, status=status)
    with pytest.raises(PortalMisconfigured, match=str(status)):
        logged.environments()
    assert logins(portal) == 2


def test_of_many_threads_with_a_dead_token_one_logs_in(portal: responses.RequestsMock) -> None:
    logged = logged_in(portal, "token-1", "token-2", "token-3", "token-4")
    portal.get(CATALOG, json={"environments": []}, match=[bearer("token-1")])
    logged.environments()
    portal.remove("GET", CATALOG)
    portal.get(CATALOG, status=401, match=[bearer("token-1")])
    portal.get(CATALOG, json={"environments": []}, match=[bearer("token-2")])
    threads = [threading.Thread(target=logged.environments) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert logins(portal) == 2


def test_changed_credentials_count_at_the_next_login(portal: responses.RequestsMock) -> None:
    given = iter([LOGIN, Login("robot", "newer", "client", "newer-secret")])
    changed = client(lambda: next(given))
    portal.post(TOKEN, json={"error": "invalid_grant"}, status=400)
    portal.post(TOKEN, json={"access_token": "t", "token_type": "Bearer", "expires_in": 36000})
    portal.get(CATALOG, json={"environments": []})
    with pytest.raises(PortalMisconfigured):
        changed.environments()
    assert changed.environments() == {"environments": []}
    assert "newer" in str(portal.calls[1].request.body)


LOGIN_FAULTS: dict[str, tuple[dict[str, Any], type[PortalError]]] = {
    "wrong password": ({"json": {"error": "invalid_grant"}, "status": 400}, PortalMisconfigured),
    "wrong client": ({"json": {"error": "invalid_client"}, "status": 401}, PortalMisconfigured),
    "a page": ({"body": "<html>hello</html>", "content_type": "text/html"}, PortalMisconfigured),
    "no token in it": ({"json": {"token_type": "Bearer"}}, PortalMisconfigured),
    "a list": ({"json": ["x"]}, PortalMisconfigured),
    "a lifetime that is none": ({"json": {"access_token": "t", "expires_in": [1]}}, PortalMisconfigured),
    "a redirect": ({"status": 302, "headers": {"Location": "https://login.example.com/"}}, PortalMisconfigured),
    "a refusal in words": ({"body": "Forbidden", "status": 403}, PortalMisconfigured),
    "a fault": ({"body": "oops", "status": 500}, PortalUnreachable),
    "a gateway": ({"body": "<html>", "status": 502}, PortalUnreachable),
    "no connection": ({"body": requests.ConnectionError()}, PortalUnreachable),
    "no answer in time": ({"body": requests.ReadTimeout()}, PortalUnreachable),
}


@pytest.mark.parametrize(("answer", "error"), LOGIN_FAULTS.values(), ids=LOGIN_FAULTS)
def test_a_login_that_fails_says_whose_fault_it_is(
    portal: responses.RequestsMock, answer: dict[str, Any], error: type[PortalError]
) -> None:
    portal.post(TOKEN, **answer)
    with pytest.raises(error) as told:
        client().environments()
    assert all(secret not in str(told.value) for secret in (LOGIN.password, LOGIN.client_secret))


FAULTS: dict[str, tuple[dict[str, Any], type[PortalError]]] = {
    "a page": ({"body": "<html>hello</html>", "content_type": "text/html"}, PortalMisconfigured),
    "broken JSON": ({"body": '{"environments": ['}, PortalMisconfigured),
    "a list": ({"json": []}, PortalMisconfigured),
    "nothing": ({"body": ""}, PortalMisconfigured),
    "bytes": ({"body": b"\xff\xfe\x00"}, PortalMisconfigured),
    "a redirect": ({"status": 302, "headers": {"Location": "https://login.example.com/"}}, PortalMisconfigured),
    "a bad request": ({"json": {"error": "bad"}, "status": 400}, PortalMisconfigured),
    "a fault": ({"body": "<h1>Server Error</h1>", "status": 500}, PortalUnreachable),
    "a gateway": ({"body": "<html>", "status": 504}, PortalUnreachable),
    "a gateway that has nobody": ({"body": "no available server", "status": 503}, PortalUnreachable),
    "no such page": ({"body": "<h1>Not Found</h1>", "status": 404}, UnknownSession),
    "full": ({"json": {"error": "No session available"}, "status": 503}, PortalRefused),
    "too often": ({"body": "slow down", "status": 429}, PortalRefused),
    "no connection": ({"body": requests.ConnectionError()}, PortalUnreachable),
    "no connection in time": ({"body": requests.ConnectTimeout()}, PortalUnreachable),
    "no answer in time": ({"body": requests.ReadTimeout()}, PortalUnreachable),
    "half an answer": ({"body": requests.exceptions.ChunkedEncodingError()}, PortalUnreachable),
    "no certificate": ({"body": requests.exceptions.SSLError()}, PortalUnreachable),
}


@pytest.mark.parametrize(("answer", "error"), FAULTS.values(), ids=FAULTS)
def test_an_answer_that_is_none_becomes_a_typed_error(
    portal: responses.RequestsMock, answer: dict[str, Any], error: type[PortalError]
) -> None:
    logged = logged_in(portal, "token-1", "token-2")
    portal.get(f"{API}/workshops/user/someone%40example.com/sessions/", **answer)
    with pytest.raises(error) as told:
        logged.user_sessions("someone@example.com")
    assert "token-1" not in str(told.value)


@pytest.mark.parametrize(
    ("answer", "headers", "reason", "retry_after"),
    [
        ({"error": "No session available"}, {}, "no-session", 0),
        ({"error": "x", "reason": "workshop-full", "retry_after": 30}, {}, "workshop-full", 30),
        ({"error": "x", "reason": "portal-full"}, {"Retry-After": "12"}, "portal-full", 12),
        ({"error": "x"}, {"Retry-After": "Sun, 01 Mar 2026 12:00:00 GMT"}, "no-session", 0),
        ({"error": "x", "retry_after": 10**6}, {}, "no-session", 3600),
        ({"error": "x", "retry_after": -5}, {}, "no-session", 0),
        ({"error": "x", "retry_after": "soon"}, {}, "no-session", 0),
    ],
)
def test_a_refusal_says_why_and_for_how_long(
    portal: responses.RequestsMock, answer: dict[str, Any], headers: dict[str, str], reason: str, retry_after: int
) -> None:
    logged = logged_in(portal)
    portal.get(REQUEST, json=answer, status=503, headers=headers)
    with pytest.raises(PortalRefused) as told:
        logged.request_session("e-w01", Asking(INDEX))
    assert (told.value.reason, told.value.retry_after) == (reason, retry_after)


def test_a_connection_that_broke_is_tried_once_more(portal: responses.RequestsMock) -> None:
    logged = logged_in(portal)
    portal.get(CATALOG, body=requests.ConnectionError("connection closed"))
    portal.get(CATALOG, json={"environments": []})
    assert logged.environments() == {"environments": []}


def test_a_portal_that_does_not_answer_is_not_asked_twice(portal: responses.RequestsMock) -> None:
    logged = logged_in(portal)
    portal.get(CATALOG, body=requests.ReadTimeout())
    with pytest.raises(PortalUnreachable):
        logged.environments()
    assert sum(call.request.url == CATALOG for call in portal.calls) == 1


@pytest.mark.parametrize(
    "refused",
    [{"body": "Environment does not exist"}, {"json": {"error": "Environment does not exist", "reason": "x"}}],
    ids=["a real portal", "the bundled portal"],
)
def test_an_unknown_environment_costs_no_login(portal: responses.RequestsMock, refused: dict[str, Any]) -> None:
    logged = logged_in(portal)
    portal.get(REQUEST, status=403, **refused)
    with pytest.raises(UnknownEnvironment):
        logged.request_session("e-w01", Asking(INDEX))
    assert logins(portal) == 1


@pytest.mark.parametrize(("user", "query"), [(None, {}), ("u@example.com", {"user": "u@example.com"})])
def test_a_request_names_the_way_back_and_the_user_when_known(
    portal: responses.RequestsMock, user: str | None, query: dict[str, str]
) -> None:
    logged = logged_in(portal)
    portal.get(REQUEST, json=GIVEN, match=[matchers.query_param_matcher({"index_url": INDEX} | query)])
    given = logged.request_session("e-w01", Asking(INDEX, user))
    assert (given.session, given.user, given.workshop) == ("e-w01-s001", "u1", "lab")


@pytest.mark.parametrize(
    ("url", "goes_to"),
    [
        ("/workshops/session/s/activate/?token=t", f"{PUBLIC}/workshops/session/s/activate/?token=t"),
        ("https://other.example.com/x?token=t", "https://other.example.com/x?token=t"),
    ],
    ids=["a path", "an address"],
)
def test_the_browser_goes_to_the_public_address(portal: responses.RequestsMock, url: str, goes_to: str) -> None:
    logged = logged_in(portal)
    portal.get(REQUEST, json=GIVEN | {"url": url})
    assert logged.request_session("e-w01", Asking(INDEX)).url == goes_to


@pytest.mark.parametrize(
    "changes",
    [{"url": "javascript:alert(1)"}, {"url": ""}, {"url": None}, {"user": ""}, {"user": 5}, {"name": None}],
    ids=["an address that acts", "no address", "null address", "no user", "a number for a user", "no name"],
)
def test_an_allocation_that_cannot_be_used_is_refused(portal: responses.RequestsMock, changes: dict[str, Any]) -> None:
    logged = logged_in(portal)
    portal.get(REQUEST, json=GIVEN | changes)
    with pytest.raises(PortalMisconfigured):
        logged.request_session("e-w01", Asking(INDEX))


def test_a_real_portals_catalog_is_understood(
    portal: responses.RequestsMock, recorded: dict[str, dict[str, Any]]
) -> None:
    entry = recorded["cat-env-sessions-true"]
    logged = logged_in(portal)
    replay(portal, entry)
    found = listing_of("main", logged.environments(), datetime(2026, 3, 1, tzinfo=UTC))
    assert [item.environment for item in found.offers] == [e["name"] for e in entry["response"]["body"]["environments"]]
    assert all(item.title and item.capacity is not None for item in found.offers)


def test_a_real_portals_allocation_is_understood(
    portal: responses.RequestsMock, recorded: dict[str, dict[str, Any]]
) -> None:
    logged = logged_in(portal)
    replay(portal, recorded["req-get-ok"])
    given = logged.request_session("peer-portal-w01", Asking(INDEX))
    assert given.url.startswith(f"{PUBLIC}/workshops/session/peer-portal-w01-s001/activate/?token=")
    assert given.user == "eb6eeedc-02ae-4138-9f4a-2a08641a27d9"


def test_a_real_portals_sessions_are_understood(
    portal: responses.RequestsMock, recorded: dict[str, dict[str, Any]]
) -> None:
    logged = logged_in(portal)
    replay(portal, recorded["user-uuid"])
    (session,) = sessions_of("main", logged.user_sessions("eb6eeedc-02ae-4138-9f4a-2a08641a27d9"))
    assert (session.name, session.workshop) == ("peer-portal-w01-s001", "lab-basic")
    assert session.expires is not None


REAL_REFUSALS: dict[str, tuple[Callable[[PortalClient], object], type[PortalError]]] = {
    "req-session-mismatch": (lambda c: c.request_session("peer-portal-w01", Asking(INDEX)), PortalRefused),
    "req-workshop-name": (lambda c: c.request_session("lab-basic", Asking(INDEX)), UnknownEnvironment),
    "req-no-index": (lambda c: c.request_session("peer-portal-w01", Asking(INDEX)), PortalMisconfigured),
    "cat-env-bad-token": (lambda c: c.environments(), PortalMisconfigured),
    "extend-unknown": (lambda c: c.extend("nope"), UnknownSession),
    "term-again": (lambda c: c.terminate("peer-portal-w05-s005"), UnknownSession),
}


@pytest.mark.parametrize("name", REAL_REFUSALS)
def test_a_real_portals_refusals_are_understood(
    name: str, portal: responses.RequestsMock, recorded: dict[str, dict[str, Any]]
) -> None:
    ask, error = REAL_REFUSALS[name]
    logged = logged_in(portal, "token-1", "token-2")
    replay(portal, recorded[name])
    with pytest.raises(error):
        ask(logged)


@pytest.mark.parametrize(("name", "extended"), [("ext-second", False), ("ovt-extend", False), ("ext-pending", False)])
def test_a_real_portals_extension_is_understood(
    name: str, extended: bool, portal: responses.RequestsMock, recorded: dict[str, dict[str, Any]]
) -> None:
    logged = logged_in(portal)
    replay(portal, recorded[name])
    session = recorded[name]["request"]["path"].split("/")[3]
    assert logged.extend(session) is extended


def test_every_call_has_a_time_limit(portal: responses.RequestsMock) -> None:
    logged = logged_in(portal)
    portal.get(CATALOG, json={"environments": []})
    logged.environments()
    limits = [call.request.req_kwargs["timeout"] for call in portal.calls]  # type: ignore[attr-defined]
    assert len(limits) == 2
    assert all(connect < 5 and read < 10 for connect, read in limits)


def test_a_portal_nobody_runs_is_unreachable_at_once() -> None:
    gone = PortalClient("main", "http://127.0.0.1:9", "http://127.0.0.1:9", lambda: LOGIN)
    began = time.monotonic()
    with pytest.raises(PortalUnreachable):
        gone.environments()
    assert time.monotonic() - began < 5
