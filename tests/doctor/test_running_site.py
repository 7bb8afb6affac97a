"""The doctor at a site behind TLS and behind proxies, well and badly set up."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import trustme
from click.testing import Result
from examined import EMBEDDER, LOGIN, Examined, lines
from flask import Flask
from werkzeug.serving import make_server

from frontend.app import create_app
from frontend.settings import load

Environ = dict[str, Any]
Site = Callable[..., dict[str, dict[str, Any]]]


class Proxy:
    """Speaks TLS in front of a site: passes requests on over plain http, and tells what it is told to."""

    def __init__(self, app: Flask, tells: Environ, drops: tuple[str, ...]) -> None:
        """Stand in front of `app`."""
        self._app, self._tells, self._drops = app, tells, drops

    def __call__(self, environ: Environ, start: Callable[..., Any]) -> Any:
        """Pass a request on, and its answer back."""

        def answer(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            return start(status, [pair for pair in headers if pair[0].lower() not in self._drops], *rest)

        return self._app.wsgi_app({**environ, "wsgi.url_scheme": "http", **self._tells}, answer)


@contextmanager
def serving(context: ssl.SSLContext) -> Iterator[Any]:
    """Give a server with a port of its own that has no application yet."""
    server = make_server("127.0.0.1", 0, Flask("not yet"), threaded=True, ssl_context=context)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


@pytest.fixture
def site(tmp_path: Path, run: Callable[..., Result], config: Callable[..., Path], academy: Examined) -> Site:
    """Return what the doctor says of a site behind a proxy, which is started with the variables given."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)

    def looked(tells: Environ | None = None, drops: tuple[str, ...] = (), **variables: str) -> dict[str, Any]:
        with serving(context) as server:
            url = f"https://localhost:{server.port}"
            folder = config(academy.url)
            known = {**LOGIN, "WORKSHOP_INDEX_CONFIG": str(folder), "WORKSHOP_INDEX_INSTANCE": str(tmp_path / "site")}
            app = create_app(load({**known, "SITE_URL": url, **variables}))
            server.app = Proxy(app, tells or {}, drops)
            given = {**known, "SITE_URL": url, "REQUESTS_CA_BUNDLE": str(tmp_path / "authority.pem")}
            return lines(run("--format", "json", "--timeout", "5", **given).stdout, "Workshops")

    return looked


FORWARDED = {"HTTP_X_FORWARDED_PROTO": "https"}


def test_a_site_that_is_set_up_well(site: Site) -> None:
    found = site(FORWARDED, SITE_PROXIES="1")
    assert {check: each["verdict"] for check, each in found.items()} == {
        "connection": "ok",
        "encryption": "ok",
        "site": "ok",
        "version": "ok",
        "portals": "ok",
        "proxies": "ok",
        "hsts": "ok",
        "https cookies": "ok",
        "framing": "ok",
        "other pages": "ok",
        "cookies": "ok",
        "workshops": "skipped",
    }
    assert found["cookies"]["seen"] == f"kept in frames in pages of {EMBEDDER}"


@pytest.mark.parametrize(("tells", "proxies"), [(FORWARDED, "0"), ({}, "1")])
def test_a_scheme_that_does_not_reach_the_site(tells: Environ, proxies: str, site: Site) -> None:
    found = site(tells, SITE_PROXIES=proxies)["proxies"]
    assert found["settings"] == ["SITE_PROXIES", "proxy_set_header X-Forwarded-Proto $scheme"]
    assert "takes itself to be at http://localhost" in found["seen"]


def test_a_site_that_does_not_know_of_its_https(site: Site) -> None:
    found = site(FORWARDED, SITE_PROXIES="1", SITE_URL="http://localhost")
    failing = {check: each["settings"] for check, each in found.items() if each["verdict"] == "failed"}
    assert failing == {"hsts": ["SITE_URL"], "https cookies": ["SITE_URL"]}


def test_a_host_that_does_not_reach_the_site(site: Site) -> None:
    found = site({"HTTP_HOST": "upstream"}, SITE_PROXIES="1")
    assert found["site"]["settings"] == ["SITE_URL", "proxy_set_header Host $host"]
    assert found["cookies"]["verdict"] == "skipped"


def test_headers_that_a_proxy_takes_away(site: Site) -> None:
    found = site(FORWARDED, ("content-security-policy", "x-frame-options", "set-cookie"), SITE_PROXIES="1")
    assert found["other pages"]["settings"] == ["Content-Security-Policy"]
    assert found["framing"]["verdict"] == "warning"
    assert found["https cookies"]["verdict"] == "skipped"


def test_a_login_that_the_site_was_not_started_with(site: Site) -> None:
    found = site(FORWARDED, SITE_PROXIES="1", ACADEMY_ROBOT_PASSWORD="not-the-password")
    assert found["portals"]["settings"] == ["WORKSHOP_INDEX_INSTANCE"]
    assert "it gets no catalog of academy" in found["portals"]["seen"]
