"""What is not told: no token, code or person in a log, nothing to other origins, no default password."""

import io
import logging
import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
from gunicorn.config import Config
from passerby import Browser, Portal, gone
from peer import INDEX, Peer

from portal_backend import audit
from portal_backend.contract import serving
from portal_backend.contract.access_log import WithoutQueries
from portal_backend.contract.wire import CATALOG_ENVIRONMENTS, TOKEN

REQUEST = "/workshops/environment/plenty/request/"
PERSON = {
    "user": "ann@example.test",
    "email": "ann@example.test",
    "first_name": "Ann-Kathrin",
    "last_name": "Meerbusch",
}
SECRETS = re.compile(r"[?&=]|ann@|token-1234|Meerbusch|s3cret")


ENVIRON: dict[str, Any] = {
    "REQUEST_METHOD": "GET",
    "RAW_URI": "/workshops/session/lab-w01-s001/activate/?token=token-1234&user=ann@example.test",
    "PATH_INFO": "/workshops/session/lab-w01-s001/activate/",
    "QUERY_STRING": "token=token-1234&user=ann@example.test",
    "SERVER_PROTOCOL": "HTTP/1.1",
    "HTTP_REFERER": "https://site.example.test/?email=ann@example.test",
    "HTTP_COOKIE": "workshop-portal=s3cret",
    "REMOTE_ADDR": "127.0.0.1",
}


class TestAccessLog:
    """The access log of an operator who turns it on."""

    @pytest.mark.parametrize(
        "form",
        [
            '%(h)s %(t)s "%(r)s" %(s)s %(b)s "%(f)s" "%(a)s"',
            "%(m)s %(U)s %(q)s %(H)s",
            "%({raw_uri}e)s %({query_string}e)s %({http_referer}e)s %({http_cookie}e)s",
            "%({referer}i)s %({cookie}i)s %({authorization}i)s %({location}o)s %({set-cookie}o)s",
        ],
    )
    def test_it_shows_no_query(self, form: str, caplog: pytest.LogCaptureFixture) -> None:
        config = Config()
        config.set("accesslog", "-")
        config.set("access_log_format", form)
        log, written = WithoutQueries(config), io.StringIO()
        log.access_log.handlers = [logging.StreamHandler(written)]
        response = SimpleNamespace(
            status="303 See Other", sent=0, headers=[("Location", "/x?token=token-1234"), ("Set-Cookie", "a=s3cret")]
        )
        sent = [
            ("REFERER", ENVIRON["HTTP_REFERER"]),
            ("COOKIE", "a=s3cret"),
            ("AUTHORIZATION", "Bearer token-1234"),
        ]
        log.access(response, SimpleNamespace(headers=sent), ENVIRON, timedelta(0))
        assert written.getvalue().strip()
        assert not SECRETS.search(written.getvalue())

    @pytest.mark.parametrize("address", ["/go/token-1234.x/", "/go/token-1234", "/go/token-1234/?a=b"])
    def test_of_a_signed_link_it_shows_the_beginning(self, address: str) -> None:
        config = Config()
        config.set("accesslog", "-")
        config.set("access_log_format", '%(m)s %(U)s %(q)s "%(r)s" %({path_info}e)s')
        log, written = WithoutQueries(config), io.StringIO()
        log.access_log.handlers = [logging.StreamHandler(written)]
        response = SimpleNamespace(status="200 OK", sent=0, headers=[])
        environ = {**ENVIRON, "RAW_URI": address, "PATH_INFO": address.partition("?")[0]}
        log.access(response, SimpleNamespace(headers=[]), environ, timedelta(0))
        assert "/go/…/" in written.getvalue()
        assert not SECRETS.search(written.getvalue())

    def test_it_is_off_and_the_programs_use_it(self) -> None:
        assert serving.accesslog is None
        assert serving.logger_class == f"{WithoutQueries.__module__}.{WithoutQueries.__qualname__}"


def test_people_may_be_named_in_the_body_instead_of_the_address(
    portal: Portal, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    peer = portal(PORTAL_UNKNOWN_USERS="adopt")
    body = {**PERSON, "index_url": INDEX, "timeout": 120, "parameters": []}
    reply = peer.post(REQUEST, json=body)
    assert (reply.status, reply.body["user"]) == (200, PERSON["user"])
    with peer.app.extensions["portal"].store.reading() as connection:
        stored = connection.exec_driver_sql("SELECT id, email, first_name, last_name FROM users").all()
    assert [tuple(row) for row in stored] == [tuple(PERSON.values())]
    assert not [line for line in caplog.messages if "Meerbusch" in line or "ann@" in line or "activate/?" in line]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"email": "nobody"}, "invalid-email"),
        ({"user": "x" * 151}, "invalid-user"),
        ({"timeout": "soon"}, "invalid-timeout"),
        ({"timeout": True}, "malformed-body"),
        ({"user": {"id": 1}}, "malformed-body"),
        ({"user": "a\u0000b"}, "malformed-body"),
        ({"first_name": "a\nb"}, "malformed-body"),
        ({"index_url": "javascript:alert(1)"}, "invalid-index-url"),
    ],
)
def test_what_is_named_in_the_body_is_checked_the_same(peer: Peer, body: dict[str, Any], reason: str) -> None:
    reply = peer.post("/workshops/environment/lab-basic/request/", json=body)
    assert (reply.status, reply.body["reason"]) == (400, reason)


def test_the_address_has_the_last_word(peer: Peer) -> None:
    reply = peer.post("/workshops/environment/lab-basic/request/", {"user": "ann"}, json={"user": "bob"})
    assert reply.body["user"] == "ann"


@pytest.mark.parametrize(
    "value", ["a\u001b[31mb", "\u0007", "x" * 4097, "\u007f"], ids=["escape", "bell", "long", "delete"]
)
def test_parameters_hold_nothing_a_terminal_would_obey(peer: Peer, value: str) -> None:
    body = {"parameters": [{"name": "WORKSHOP_USERNAME", "value": value}]}
    reply = peer.post("/workshops/environment/lab-params/request/", json=body)
    assert (reply.status, reply.body["reason"]) == (400, "malformed-body")


def test_nothing_is_told_to_other_origins(peer: Peer) -> None:
    client = peer.app.test_client()
    for rule in peer.app.url_map.iter_rules():
        address = re.sub(r"<[^>]*>", "lab-basic", rule.rule)
        for method in ("GET", "POST", "OPTIONS"):
            headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": method}
            answer = client.open(address, method=method, headers=headers)
            assert not [name for name, _ in answer.headers if name.lower().startswith("access-control-")], address


@pytest.mark.parametrize(("grant", "told"), [("password", True), ("client_credentials", False)])
def test_the_password_grant_says_that_it_is_of_the_past(peer: Peer, grant: str, told: bool) -> None:
    reply = peer.post(TOKEN, token=None, data={**peer.password_form, "grant_type": grant})
    assert reply.status == 200
    assert ("Deprecation" in reply.headers) is told
    if told:
        assert re.fullmatch(r"@\d+", reply.headers["Deprecation"])
        assert 'rel="deprecation"' in reply.headers["Link"]


@pytest.mark.parametrize("password", ["", "admin", "educates", "password", "secret", "changeme"])
def test_there_is_no_default_password(portal: Portal, password: str) -> None:
    peer = portal()
    names = (peer.credentials.admin.name, peer.credentials.robot.name)
    for name in names:
        form = {**peer.password_form, "username": name, "password": password}
        assert peer.post(TOKEN, token=None, data=form).status == 400
    assert all(len(each.secret) >= 43 for each in (peer.credentials.admin, peer.credentials.robot))


def test_what_the_administrator_does_is_written_down(portal: Portal, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "portal_backend.audit")
    browser = Browser(portal())
    admin, name = browser.peer.credentials.admin, browser.peer.allocate("plenty")["name"]
    browser.get("/accounts/login/")
    browser.fill("Log in", username="mallory\nINFO login by='educates'", password="wrong")
    browser.fill("Log in", username=admin.name, password=admin.secret)
    browser.get(f"/workshops/session/{name}/config/")
    browser.peer.log_in_as_admin()
    browser.peer.get(f"/workshops/session/{name}/terminate/")
    browser.get("/accounts/logout/")
    browser.press("Log out")
    told = [record.getMessage() for record in caplog.records if record.name == "portal_backend.audit"]
    assert [line.partition(" from=")[0] for line in told] == [
        "login refused by=\"mallory\\nINFO login by='educates'\"",
        "login by='educates'",
        "GET api_sessions.config by='educates'",
        "GET api_sessions.terminate by='educates'",
        "logout by='educates'",
    ]
    assert told[3].endswith(f"from=127.0.0.1 to='{name}'")
    assert admin.secret not in caplog.text


def test_without_logging_set_up_the_portals_log_is_read_on_standard_error(monkeypatch: pytest.MonkeyPatch) -> None:
    root, portal = logging.getLogger(), logging.getLogger("portal_backend")
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr(portal, "handlers", [])
    monkeypatch.setattr(portal, "level", logging.NOTSET)
    audit.listen()
    audit.listen()
    assert [type(handler) for handler in portal.handlers] == [logging.StreamHandler]
    assert portal.isEnabledFor(logging.INFO)


def test_the_referrer_of_what_carries_a_token_is_nobodys(portal: Portal) -> None:
    browser = Browser(portal())
    response = browser.get(browser.peer.allocate("plenty")["url"])
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert urlsplit(gone(response)[0]).query == ""
    assert browser.peer.get(CATALOG_ENVIRONMENTS).headers["Cache-Control"] == "no-store"
