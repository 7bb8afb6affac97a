"""The application as a whole: how it starts and does not, health, errors in one shape, headers, proxies."""

import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import request
from peer import RESOURCES, Peer, Starter, start_portal
from werkzeug.exceptions import HTTPException

from portal_backend.app import create_app
from portal_backend.contract.wire import CATALOG_ENVIRONMENTS, TOKEN
from portal_backend.headers import page_policy
from portal_backend.reading import StartupError
from portal_backend.settings import load
from portal_backend.store.engine import open_store


def test_it_starts_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKSHOP_INDEX_INSTANCE", str(tmp_path / "instance"))
    monkeypatch.setenv("WORKSHOP_INDEX_CONFIG", str(RESOURCES.parents[3] / "config"))
    app = create_app()
    assert app.test_client().get("/readyz").json == {"status": "ok", "parts": {"store": "ok", "configuration": "ok"}}
    app.extensions["portal"].store.close()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("kind: Workshop\napiVersion: training.educates.dev/v1beta1\n", "portal.yaml:"),
        ("kind: [\n", "portal.yaml:2:"),
        ("", "TrainingPortal"),
        (None, "portal.yaml"),
    ],
    ids=["no portal", "no YAML", "empty", "no file"],
)
def test_a_broken_configuration_is_one_error_with_every_place(tmp_path: Path, text: str | None, told: str) -> None:
    file = tmp_path / "portal.yaml"
    if text is not None:
        file.write_text(text)
    with pytest.raises(StartupError, match="configuration cannot be used") as refused:
        start_portal(tmp_path, file)
    assert told in str(refused.value)
    assert not (tmp_path / "instance").exists()


@pytest.mark.parametrize(
    "url", ["sqlite:////nowhere/at/all.sqlite3", "sqlite://", "postgresql+psycopg://127.0.0.1:1/x"]
)
def test_a_store_that_cannot_be_opened_says_so(tmp_path: Path, url: str) -> None:
    with pytest.raises(StartupError, match=r"store cannot be opened .*PORTAL_DATABASE_URL"):
        start_portal(tmp_path, PORTAL_DATABASE_URL=url)


def test_a_restart_keeps_sessions_and_tokens(start: Starter) -> None:
    peer = start()
    pair, given = peer.log_in(), peer.allocate()
    again = start()
    again.token = pair["access_token"]
    assert again.allocate()["name"] == given["name"]
    assert again.get(CATALOG_ENVIRONMENTS).body["portal"]["generation"] == 1


def with_store(peer: Peer, folder: Path) -> Path:
    """Give the portal a store that does not wait long, and return its file."""
    file = folder / "instance" / "portal.sqlite3"
    context = peer.app.extensions["portal"]
    context.store.close()
    peer.app.extensions["portal"] = replace(context, store=open_store(f"sqlite:///{file}", wait=0.05))
    return file


def test_a_store_that_is_kept_busy_is_told_and_gone_again(peer: Peer, tmp_path: Path) -> None:
    other = sqlite3.connect(with_store(peer, tmp_path), isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        reply = peer.get("/workshops/environment/lab-basic/request/")
        assert (reply.status, reply.body["reason"]) == (503, "service-unavailable")
        assert peer.post(TOKEN, token=None, data=peer.password_form).status == 503
        assert peer.get("/readyz").status == 200
        other.execute("ROLLBACK")
        assert peer.get("/workshops/environment/lab-basic/request/").status == 200
    finally:
        other.close()


def test_readiness_tells_which_part_is_missing(peer: Peer, tmp_path: Path) -> None:
    file = with_store(peer, tmp_path)
    with sqlite3.connect(file) as other:
        other.execute("DELETE FROM portal")
    other.close()
    reply = peer.app.test_client().get("/readyz")
    assert (reply.status_code, reply.json) == (
        503,
        {"status": "unavailable", "parts": {"store": "ok", "configuration": "missing"}},
    )
    assert peer.get(CATALOG_ENVIRONMENTS).status == 503
    assert peer.get("/healthz").status == 200


@pytest.mark.parametrize(
    ("method", "path", "accept", "status", "kind"),
    [
        ("GET", "/nope", "*/*", 404, "application/json"),
        ("GET", "/nope", "text/html,*/*;q=0.8", 404, "text/html"),
        ("GET", "/oauth2/nope", "text/html", 404, "application/json"),
        ("DELETE", CATALOG_ENVIRONMENTS, "*/*", 405, "application/json"),
        ("GET", "/workshops/user/a/sessions/", "text/html", 401, "application/json"),
        ("GET", "/nope%00", "*/*", 400, "application/json"),
        ("GET", "/workshops/session/a%0Ab/", "text/html", 400, "text/html"),
        ("GET", "/?a=%00", "text/html", 400, "text/html"),
    ],
)
def test_errors_come_as_data_or_as_a_page(
    peer: Peer, method: str, path: str, accept: str, status: int, kind: str
) -> None:
    reply = peer.app.test_client().open(path, method=method, headers={"Accept": accept})
    assert (reply.status_code, reply.mimetype) == (status, kind)
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    if kind == "application/json":
        assert {"error", "reason"} <= set(reply.json)
    if status == 405:
        assert "GET" in reply.headers["Allow"]


class Broken:
    """A store whose every use is a fault of the program."""

    def reading(self) -> Any:
        """Fail as a mistake in the code would."""
        raise ZeroDivisionError

    writing = reading

    def close(self) -> None:
        """Have nothing to close."""


def test_a_fault_is_logged_once_and_told_without_detail(peer: Peer, caplog: pytest.LogCaptureFixture) -> None:
    peer.app.extensions["portal"] = replace(peer.app.extensions["portal"], store=Broken())
    reply = peer.app.test_client().get(CATALOG_ENVIRONMENTS)
    assert (reply.status_code, reply.json) == (
        500,
        {"error": "Internal Server Error", "reason": "internal-server-error"},
    )
    assert [record.exc_info is not None for record in caplog.records] == [True]


def test_pages_carry_a_policy_without_anything_inline(start: Starter) -> None:
    peer = start(SITE_URL="https://www.example.com/labs", PORTAL_INDEX_ORIGINS="https://b.example")
    reply = peer.app.test_client().get("/nope", headers={"Accept": "text/html"})
    policy = reply.headers["Content-Security-Policy"]
    assert policy == page_policy(["https://b.example", "https://www.example.com"], (), "https://www.example.com/x.css")
    assert "form-action 'self' https://b.example https://www.example.com;" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


def test_a_page_may_be_framed_only_by_those_named() -> None:
    assert page_policy(frame_ancestors=["https://a.example"]).endswith("frame-ancestors https://a.example")


@pytest.mark.parametrize(
    ("url", "name", "secure"),
    [("http://127.0.0.1:8080", "workshop-portal", False), ("https://labs.example.com", "__Host-workshop-portal", True)],
)
def test_the_cookie_is_the_portals_own(start: Starter, url: str, name: str, secure: bool) -> None:
    config = start(PORTAL_URL=url).app.config
    assert (config["SESSION_COOKIE_NAME"], config["SESSION_COOKIE_SECURE"]) == (name, secure)
    assert (config["SESSION_COOKIE_HTTPONLY"], config["SESSION_COOKIE_SAMESITE"]) == (True, "Lax")


@pytest.mark.parametrize(("proxies", "seen"), [("0", "localhost"), ("1", "labs.example.com")])
def test_forwarded_headers_count_only_when_a_proxy_is_named(start: Starter, proxies: str, seen: str) -> None:
    app, hosts = start(PORTAL_PROXIES=proxies, PORTAL_HOSTS="labs.example.com").app, []

    def note(error: HTTPException) -> Any:
        hosts.append(request.host)
        return error.get_response()

    app.register_error_handler(404, note)
    app.test_client().get("/nope", headers={"X-Forwarded-Host": "labs.example.com"})
    assert hosts == [seen]


def test_settings_may_be_handed_over(tmp_path: Path) -> None:
    given = {"WORKSHOP_INDEX_INSTANCE": str(tmp_path), "PORTAL_CONFIG_FILE": str(RESOURCES)}
    settings = load({**given, "PORTAL_WORKSHOPS_DIR": str(RESOURCES), "PORTAL_SECRET_KEY": "k" * 32})
    app = create_app(settings)
    assert app.config["SECRET_KEY"] == "k" * 32
    app.extensions["portal"].store.close()
