"""A proxy in front says who it is: by its header alone, and never by anybody else's."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.serving import BaseWSGIServer

from frontend.app import StartupError
from frontend.settings import SettingsError, load
from frontend.visitors import from_any

PROXY = {"REMOTE_ADDR": "10.0.0.5"}
ELSEWHERE = {"REMOTE_ADDR": "192.0.2.7"}
SITE = """
sign_in:
  by: header
  required_for: {required}
  header: {{user: X-User, email: X-Email, sign_in_url: "/oauth2/start?rd={{page}}", sign_out_url: /oauth2/sign_out}}
"""


@pytest.fixture
def behind(make_site: Callable[..., Flask], portal_server: tuple[BaseWSGIServer, Path]) -> Callable[..., Flask]:
    """A site behind a proxy of one of two addresses."""
    server, instance = portal_server

    def make(required: str = "start", **variables: str) -> Flask:
        chosen = {"PORTAL_URL": f"http://127.0.0.1:{server.port}", "WORKSHOP_INDEX_INSTANCE": str(instance)}
        proxies = {"SITE_IDENTITY_PROXIES": "10.0.0.0/24 ::1"}
        return make_site(SITE.format(required=required), **chosen, **proxies, **variables)

    return make


def name(visitor: Any, path: str = "/", peer: dict[str, str] = PROXY, **headers: str) -> str | None:
    """Return whom a page says is signed in, None for nobody."""
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    page = visitor.get(path, environ_overrides=peer, headers=named).text
    _, _, account = page.partition('<p class="account-name">')
    return account.partition("<bdi>")[2].partition("</bdi>")[0] or None


@pytest.mark.parametrize(
    ("peer", "headers", "known"),
    [
        (PROXY, {"X_User": "ada"}, "ada"),
        ({"REMOTE_ADDR": "::1"}, {"X_User": "ada"}, "ada"),
        ({"REMOTE_ADDR": "::ffff:10.0.0.5"}, {"X_User": "ada"}, "ada"),
        (PROXY, {}, None),
        (PROXY, {"X_User": ""}, None),
        (PROXY, {"X_User": "ada,mallory"}, None),
        (PROXY, {"X_Forwarded_User": "ada"}, None),
        (ELSEWHERE, {"X_User": "ada"}, None),
        (ELSEWHERE, {"X_User": "ada", "X_Forwarded_For": "10.0.0.5"}, None),
        ({"REMOTE_ADDR": ""}, {"X_User": "ada"}, None),
        ({"REMOTE_ADDR": "unix:"}, {"X_User": "ada"}, None),
    ],
)
def test_only_the_proxys_word_counts(
    peer: dict[str, str], headers: dict[str, str], known: str | None, behind: Callable[..., Flask], seen: Any
) -> None:
    assert name(seen(behind()), peer=peer, **headers) == known


def test_forwarded_addresses_make_nobody_a_proxy(behind: Callable[..., Flask], seen: Any) -> None:
    visitor = seen(behind(SITE_PROXIES="1"))
    assert name(visitor, peer=ELSEWHERE, X_User="ada", X_Forwarded_For="10.0.0.5") is None
    assert name(visitor, peer=PROXY, X_User="ada", X_Forwarded_For="192.0.2.7") == "ada"


def test_nobodys_page_is_ever_shared(behind: Callable[..., Flask], seen: Any) -> None:
    app = behind()
    for peer, headers in ((PROXY, {"X-User": "ada"}), (PROXY, {}), (PROXY, {"X-User": "grace"}), (ELSEWHERE, {})):
        answer = app.test_client(use_cookies=False).get("/", environ_overrides=peer, headers=headers)
        assert answer.headers["Cache-Control"] == "no-store"
        assert ("ada" in answer.text) == (headers.get("X-User") == "ada")


def test_another_person_on_the_same_browser_has_nothing_of_the_first(behind: Callable[..., Flask], seen: Any) -> None:
    visitor = seen(behind())
    ada, grace = {"X-User": "ada", "X-Email": "a@b.example"}, {"X-User": "grace"}
    same = {"Sec-Fetch-Site": "same-origin"}
    visitor.get("/", environ_overrides=PROXY, headers=ada)
    started = visitor.post("/start/plenty/", environ_overrides=PROXY, headers={**ada, **same})
    assert "/workshops/session/" in started.headers["Location"]
    assert "Plenty of seats" in visitor.get("/sessions/", environ_overrides=PROXY, headers=ada).text
    visitor.get("/?notification=session-deleted", 303, environ_overrides=PROXY, headers=ada)
    for path in ("/", "/sessions/"):
        page = visitor.get(path, environ_overrides=PROXY, headers=grace).text
        assert "Resume" not in page
        assert "Your session has ended" not in page
    assert "Plenty" not in visitor.get("/sessions/", environ_overrides=PROXY, headers=grace).text
    assert "Plenty of seats" in visitor.get("/sessions/", environ_overrides=PROXY, headers=ada).text


@pytest.mark.parametrize(("required", "status"), [("start", 200), ("catalog", 303)])
def test_a_stranger_sees_the_catalog_where_the_owner_lets_them(
    required: str, status: int, behind: Callable[..., Flask], seen: Any
) -> None:
    visitor = seen(behind(required))
    assert ("Plenty of seats" in visitor.get("/", status, environ_overrides=PROXY).text) == (status == 200)
    page = visitor.page("/sign-in/?page=/workshop/plenty/")
    assert page.select_one("main .actions a")["href"] == "/oauth2/start?rd=%2Fworkshop%2Fplenty%2F"
    visitor.get("/sign-in/go/?page=/", 303)
    visitor.get("/sign-in/back/?state=a&code=b", 400)


def test_a_header_without_a_proxy_to_trust_stops_the_start(make_site: Callable[..., Flask]) -> None:
    with pytest.raises(StartupError, match="SITE_IDENTITY_PROXIES names no proxy"):
        make_site("sign_in: {by: header}")


@pytest.mark.parametrize("text", ["somewhere", "10.0.0.300", "10.0.0.1/8", "10.0.0.1,10.0.0.2"])
def test_proxies_that_are_no_addresses_stop_the_start(text: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="SITE_IDENTITY_PROXIES holds"):
        load({"WORKSHOP_INDEX_INSTANCE": str(tmp_path), "SITE_IDENTITY_PROXIES": text})


@pytest.mark.parametrize(("peer", "trusted"), [("127.0.0.1", True), ("127.0.0.2", False), ("", False), ("::1", False)])
def test_an_address_is_one_of_the_networks(peer: str, trusted: bool, tmp_path: Path) -> None:
    networks = load({"WORKSHOP_INDEX_INSTANCE": str(tmp_path), "SITE_IDENTITY_PROXIES": "127.0.0.1"}).identity_proxies
    assert from_any(networks, peer) == trusted
