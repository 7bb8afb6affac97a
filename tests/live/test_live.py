"""`serve --live`: pages load anew after a change and show what is wrong; no program without it has any of this."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
import requests
from bs4 import BeautifulSoup
from playwright.sync_api import Page, expect
from programs import House, own_environment, until

from frontend import serve
from frontend.preflight import CannotServe
from portal_backend.contract.live_pages import LivePages, State, panel_html, read_state

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.whole


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the example to edit."""
    return Path(shutil.copytree(ROOT / "config", tmp_path_factory.mktemp("owner") / "config"))


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory, config: Path) -> Iterator[House]:
    """The programs of `serve --live` over that copy."""
    started = House(tmp_path_factory.mktemp("live"), live=True, WORKSHOP_INDEX_CONFIG=config)
    try:
        yield started.start("portal", "web", "watcher")
    finally:
        started.stop()


def version(address: str) -> str:
    """Return the version the pages of a program wait to see change."""
    return str(requests.get(f"{address}/live/state", timeout=10).json()["version"])


def edited(live: House, file: Path, text: str, shows: str) -> BeautifulSoup:
    """Write a file of the owner's, and return the index once it shows what comes of that."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return index_showing(live, shows)


def index_showing(live: House, text: str) -> BeautifulSoup:
    """Return the index once that text is part of it."""

    def shown() -> BeautifulSoup | None:
        page = index(live)
        return page if text in page.text else None

    return cast("BeautifulSoup", until(shown, 30))


def index(live: House) -> BeautifulSoup:
    """Return the index as a browser without scripts has it."""
    return BeautifulSoup(requests.get(f"{live.site}/", timeout=20).text, "html.parser")


def test_a_mistake_is_shown_while_the_last_good_site_stays(live: House, config: Path) -> None:
    file = config / "site.yaml"
    good = file.read_text(encoding="utf-8")
    page = edited(live, file, good.replace("  name: Workbench", "  nam: Workbench"), "nam is not a key of brand")
    panel = page.select_one("details.live")
    assert panel is not None and panel.has_attr("open")
    assert f"{file}:7:3" in panel.text and "did you mean name?" in panel.text
    assert page.title is not None and "Workbench" in page.title.text
    edited(live, file, good.replace("  name: Workbench", "  name: Turnbench"), "Turnbench")
    until(lambda: index(live).select_one("details.live:not([open])"), 30)
    edited(live, file, good, "Workbench")


def test_a_template_counts_at_once_unless_it_is_broken(live: House, config: Path) -> None:
    file = config / "theme" / "base.html"
    whole = '{% extends "builtin/base.html" %}{% block footer %}<footer>Own words</footer>{% endblock %}'
    edited(live, file, whole, "Own words")
    page = edited(
        live, file, whole.replace("Own words", "Broken").replace("endblock", "endblok"), "Encountered unknown tag"
    )
    footer = page.select_one("footer")
    assert footer is not None and footer.text == "Own words"
    file.unlink()
    until(lambda: "Own words" not in index(live).text, 30)


def test_the_portals_pages_load_anew_with_a_workshops_pages(live: House, config: Path) -> None:
    before = version(live.portal)
    page = config / "workshops" / "git-history" / "workshop" / "content" / "06-summary.md"
    page.write_text(page.read_text(encoding="utf-8") + "\nOne more line.\n", encoding="utf-8")
    until(lambda: version(live.portal) != before, 30)
    text = requests.get(f"{live.portal}/workshops/catalog/", timeout=20).text
    assert 'data-live-version="' in text and "Come back with" not in text


def test_the_colours_of_the_portals_pages_are_not_kept(live: House) -> None:
    answer = requests.get(f"{live.site}/brand.css", timeout=20)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")


def test_each_banner_can_be_seen_from_the_panel(live: House) -> None:
    links = [link["href"] for link in index(live).select(".live-links a")]
    assert len(links) == 5
    for link in links:
        page = BeautifulSoup(requests.get(f"{live.site}{link}", timeout=20).text, "html.parser")
        assert page.select_one(".banners") is not None, link


@pytest.mark.browser
def test_an_open_page_loads_anew_by_itself(live: House, config: Path, page: Page) -> None:
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text) if message.type == "error" else None)
    page.goto(f"{live.site}/")
    file = config / "site.yaml"
    good = file.read_text(encoding="utf-8")
    file.write_text(good.replace("  tagline: Short", "  tagline: Very short"), encoding="utf-8")
    expect(page.get_by_text("Very short workshops")).to_be_visible(timeout=30_000)
    file.write_text(good, encoding="utf-8")
    assert told == [], "the strict policy holds"


def test_what_came_through_a_proxy_is_left_alone(live: House) -> None:
    through = {"X-Forwarded-For": "192.0.2.1"}
    assert requests.get(f"{live.site}/live/state", headers=through, timeout=20).status_code == 404
    assert "data-live-version" not in requests.get(f"{live.site}/", headers=through, timeout=20).text


def test_production_has_nothing_of_it(house: House) -> None:
    for address in (house.site, house.portal):
        for path in ("state", "live.js", "live.css"):
            assert requests.get(f"{address}/live/{path}", timeout=20).status_code == 404
    assert "data-live-version" not in requests.get(f"{house.site}/", timeout=20).text
    code = (
        "import sys, frontend.app, portal_backend.app; print([m for m in sys.modules if 'live' in m and "
        "m.startswith(('frontend', 'portal_backend'))])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert said.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "chosen",
    [
        {"SITE_HOST": "0.0.0.0"},
        {"SITE_URL": "https://labs.example.com"},
        {"PORTAL_HOST": "0.0.0.0"},
        {"PORTAL_URL": "https://portal.example.com"},
    ],
)
def test_it_is_for_this_machine_alone(tmp_path: Path, chosen: dict[str, str]) -> None:
    environ = own_environment(WORKSHOP_INDEX_INSTANCE=tmp_path / "instance", **chosen)
    with pytest.raises(CannotServe, match="for this machine alone"):
        serve.check(serve.plan({}, environ, live=True))
    factory = "frontend.live.app" if next(iter(chosen)).startswith("SITE") else "portal_backend.live"
    code = f"from {factory} import create_live_app; create_live_app()"
    said = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=False)
    assert "is for this machine alone" in said.stderr and said.returncode


def test_what_is_shown_is_escaped() -> None:
    problem: dict[str, Any] = {"file": "<a>", "line": 1, "column": 2, "severity": "warning", "rule": "site"}
    text = panel_html(State("1", ({**problem, "message": "<b>", "hint": "<c>", "text": "<d>"},)), ways_back=False)
    assert not any(tag in text for tag in ("<a>", "<b>", "<c>", "<d>"))
    assert "1 warning" in text and " open>" not in text


def test_a_state_that_cannot_be_read_is_no_state(tmp_path: Path) -> None:
    file = tmp_path / "live.json"
    assert read_state(file) == State()
    file.write_text("[")
    assert read_state(file) == State()


def test_only_pages_are_changed(tmp_path: Path) -> None:
    begun: list[Any] = []

    def app(environ: dict[str, Any], start: Any) -> list[bytes]:
        kind = environ["PATH_INFO"].strip("/")
        start("200 OK", [("Content-Type", f"text/{kind}"), ("ETag", '"x"'), ("Content-Length", "8")])
        return [b"<p>Hi</p>"]

    pages = LivePages(lambda: app, tmp_path / "live.json")
    plain = b"".join(pages({"PATH_INFO": "/css", "REQUEST_METHOD": "GET"}, lambda *begin: begun.append(begin)))
    page = b"".join(pages({"PATH_INFO": "/html", "REQUEST_METHOD": "GET"}, lambda *begin: begun.append(begin)))
    assert plain == b"<p>Hi</p>" and ("ETag", '"x"') in begun[0][1]
    assert page.startswith(b"<p>Hi</p><details") and dict(begun[1][1])["Content-Length"] == str(len(page))
    assert "ETag" not in dict(begun[1][1])
