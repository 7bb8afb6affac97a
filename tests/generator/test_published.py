"""A published site behind a plain static server on an origin of its own, in a browser: look, find, start, come back."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from click.testing import Result
from playwright.sync_api import Page, expect
from programs import House
from visits import finish, in_session

from frontend.site.notifications import known_code
from portal_backend.contract.wire import Notification

Run = Callable[..., Result]
SITE = "portals: [{{name: main, url: '{portal}', anonymous: true}}]\ncatalog: {{search: always}}\n"
pytestmark = [pytest.mark.browser, pytest.mark.whole]


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder as any static host would; gives the origin."""
    folder.mkdir(parents=True, exist_ok=True)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


@pytest.fixture
def published(run: Run, house: House, tmp_path: Path) -> Iterator[str]:
    """The address of a site built from the running portal, below a path of its host."""
    config = tmp_path / "config"
    config.mkdir()
    wordings = "".join(f"  {code.value}: {{title: words of {code.value}}}\n" for code in Notification)
    site = SITE.format(portal=house.portal) + f"notifications:\n{wordings}"
    (config / "site.yaml").write_text(site, encoding="utf-8")
    with served(tmp_path / "host") as origin:
        url, out = f"{origin}/team/labs/", tmp_path / "host" / "team" / "labs"
        instance = house.folder / "instance"
        run("build", "--base-url", url, "--out", out, "--check-links", WORKSHOP_INDEX_INSTANCE=instance)
        yield url


def banners(page: Page) -> list[str]:
    """Return the titles of the banners that can be seen."""
    return [each.inner_text() for each in page.locator(".banner-title").all() if each.is_visible()]


def scripted(page: Page) -> bool:
    """Whether the browser runs scripts, by what it makes of the index that is open."""
    return page.locator("noscript a").count() == 0


def test_a_visitor_starts_works_and_comes_back(published: str, house: House, either_page: Page) -> None:
    page = either_page
    page.goto(published)
    page.get_by_role("link", name="Start Plenty of seats").click()
    page.wait_for_url(f"{house.portal}/workshops/session/**")
    assert in_session(page, house)
    finish(page)
    assert page.url.startswith(published)
    if scripted(page):
        expect(page.get_by_text("words of session-deleted")).to_be_visible()
        expect(page).to_have_url(published)
        page.reload()
        assert banners(page) == []
        return
    page.get_by_role("link", name="Back from a session?").click()
    assert page.url == f"{published}back/"
    assert banners(page) == [f"words of {code.value}" for code in Notification]


@pytest.mark.parametrize("code", list(Notification))
def test_each_code_has_its_banner_with_and_without_scripts(published: str, either_page: Page, code: str) -> None:
    page = either_page
    page.goto(f"{published}back/{code}/")
    assert banners(page) == [f"words of {code}"]
    page.goto(f"{published}?notification={code}&other=1")
    if scripted(page):
        expect(page.get_by_text(f"words of {code}")).to_be_visible()
        assert banners(page) == [f"words of {code}"]
        expect(page).to_have_url(f"{published}?other=1")
        page.goto(f"{published}back/?notification={code}")
        expect(page.get_by_text(f"words of {code}")).to_be_visible()
        assert banners(page) == [f"words of {code}"]


@pytest.mark.parametrize("text", ["<b>no</b>", "session-deleted x", "constructor", ""])
def test_nothing_of_the_address_is_shown(published: str, page: Page, text: str) -> None:
    assert known_code(text) is None
    page.goto(f"{published}?notification={text}")
    page.locator("html[data-ready]").wait_for()
    assert banners(page) == []
    assert not text or text not in page.content().replace("&lt;", "<")


def test_a_search_needs_no_server(published: str, page: Page) -> None:
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    page.goto(f"{published}?q=second+visitor")
    expect(page.locator(".cards > li:visible")).to_have_count(1)
    expect(page.get_by_role("searchbox")).to_have_value("second visitor")
    page.get_by_role("searchbox").fill("brief")
    expect(page.locator(".card-title:visible")).to_have_text(["Brief"])
    assert page.url == f"{published}?q=brief"
    assert refused == []


def test_without_scripts_everything_is_there_and_no_dead_form(published: str, house: House, either_page: Page) -> None:
    either_page.goto(published)
    expect(either_page.locator(".cards > li:visible")).to_have_count(5)
    expect(either_page.get_by_role("searchbox")).to_be_visible(visible=scripted(either_page))
    assert "seats free" not in either_page.content()
    either_page.get_by_role("link", name="Plenty of seats", exact=True).first.click()
    assert either_page.url == f"{published}workshop/plenty/"
    expect(either_page.get_by_role("link", name="Start Plenty of seats")).to_be_visible()
