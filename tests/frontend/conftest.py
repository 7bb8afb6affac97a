"""The site in process: over the real portal in a thread, or over a wire that misbehaves."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import responses
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from programs import UNHURRIED
from werkzeug.serving import BaseWSGIServer, make_server
from werkzeug.test import TestResponse

from frontend.app import create_app
from frontend.settings import load
from portal_backend.app import create_app as create_portal
from portal_backend.settings import load as load_portal

PORTAL_CONFIG = Path(__file__).resolve().parents[1] / "whole" / "config"
SITE_YAML = """
brand: {name: The School, accent: "#0b5a49", header_links: [{label: Help, url: /help}]}
announcements: [{id: hello, text: Welcome all}]
"""
MakeSite = Callable[..., Flask]


class Visitor:
    """A browser without scripts: keeps cookies, sends the forms it is shown, and looks at every answer's headers."""

    def __init__(self, client: FlaskClient) -> None:
        """Begin without cookies."""
        self.client = client

    def get(self, path: str, status: int = 200, **changes: object) -> TestResponse:
        """Return the answer to a GET, which must have this status and the headers every answer has."""
        return self._seen(self.client.get(path, **changes), status)  # type: ignore[arg-type]

    def post(self, path: str, status: int = 303, **changes: object) -> TestResponse:
        """Return the answer to a POST with nothing but what is given."""
        return self._seen(self.client.post(path, **changes), status)  # type: ignore[arg-type]

    def page(self, path: str, status: int = 200) -> BeautifulSoup:
        """Return a page, parsed; it must have one title, one h1, and no id twice."""
        soup = BeautifulSoup(self.get(path, status).text, "html.parser")
        ids = [str(tag["id"]) for tag in soup.select("[id]")]
        assert len(soup.select("h1")) == 1
        assert soup.title
        assert len(ids) == len(set(ids))
        assert not soup.select("[style], script:not([src]), style")
        return soup

    def press(self, path: str, action: str, status: int = 303) -> TestResponse:
        """Send the form on the page at `path` that leads to `action`."""
        form = self.page(path).select_one(f'form[action="{action}"]')
        assert form, f"{path} has no form that leads to {action}"
        fields = {str(field["name"]): str(field["value"]) for field in form.select("input[name]")}
        return self.post(action, status, data=fields, headers={"Sec-Fetch-Site": "same-origin"})

    def banners(self, path: str = "/") -> list[str]:
        """Return the titles of the banners at `path`."""
        return [tag.text for tag in self.page(path).select(".banner-title")]

    def label(self, workshop: str) -> str:
        """Return what the workshop's button says: Start or Resume."""
        button = self.page("/").select_one(f'form[action="/start/{workshop}/"] button')
        assert button, workshop
        return button.get_text().split()[0]

    @staticmethod
    def _seen(answer: TestResponse, status: int) -> TestResponse:
        assert answer.status_code == status, answer.text
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"]
        return answer


@pytest.fixture(scope="module")
def portal_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[BaseWSGIServer, Path]]:
    """The real portal on a port of its own, and its instance folder."""
    instance = tmp_path_factory.mktemp("portal")
    server = make_server("127.0.0.1", 0, Flask("not yet"), threaded=True)
    environ = {
        "WORKSHOP_INDEX_INSTANCE": str(instance),
        "WORKSHOP_INDEX_CONFIG": str(PORTAL_CONFIG),
        "PORTAL_PORT": str(server.port),
        "SITE_URL": "http://localhost",
    }
    server.app = create_portal(load_portal(environ))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server, instance
    server.shutdown()
    thread.join(10)
    server.server_close()


@pytest.fixture
def make_site(tmp_path: Path) -> MakeSite:
    """A site made from variables, and the text of its site.yaml (None: without one)."""

    def make(site_yaml: str | None = SITE_YAML, **variables: str) -> Flask:
        config = tmp_path / "config"
        config.mkdir(exist_ok=True)
        if site_yaml is not None:
            (config / "site.yaml").write_text(site_yaml, encoding="utf-8")
        chosen = {"WORKSHOP_INDEX_INSTANCE": str(tmp_path / "instance"), "WORKSHOP_INDEX_CONFIG": str(config)}
        app = create_app(load({**chosen, "SITE_URL": "http://localhost", **UNHURRIED, **variables}))
        app.testing = False
        return app

    return make


@pytest.fixture
def site(make_site: MakeSite, portal_server: tuple[BaseWSGIServer, Path]) -> Flask:
    """A site over the real portal."""
    server, instance = portal_server
    return make_site(PORTAL_URL=f"http://127.0.0.1:{server.port}", WORKSHOP_INDEX_INSTANCE=str(instance))


@pytest.fixture
def new_visitor(site: Flask) -> Callable[[], Visitor]:
    """Somebody new in front of the site over the real portal."""
    return lambda: Visitor(site.test_client())


@pytest.fixture
def visitor(new_visitor: Callable[[], Visitor]) -> Visitor:
    """One visitor of the site over the real portal."""
    return new_visitor()


@pytest.fixture
def seen() -> Callable[[Flask], Visitor]:
    """Somebody new in front of any site."""
    return lambda app: Visitor(app.test_client())


@pytest.fixture
def alone(make_site: MakeSite) -> Visitor:
    """A visitor of a site whose portal nobody runs."""
    return Visitor(make_site(PORTAL_URL="http://127.0.0.1:9").test_client())


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    """Everything the site says to portals, and what they answer."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as portal:
        yield portal
