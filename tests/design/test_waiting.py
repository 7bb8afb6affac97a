"""The page that waits for a session looks by itself whether it is there, and leaves the keyboard where it is."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from gallery import rendered
from playwright.sync_api import Page, Route, expect

from portal_backend.contract.scripts import SCRIPT, bundle

STATIC = Path(__file__).resolve().parents[2] / "static"
ADDRESS = "http://127.0.0.1:1/session/"
pytestmark = pytest.mark.browser


def test_it_tells_how_long_it_took_and_becomes_the_session(page: Page) -> None:
    waiting = rendered("starting").replace('data-seconds="60"', 'data-seconds="0.05"')
    now = {"text": waiting}
    asked: list[str | None] = []

    def answer(route: Route) -> None:
        path = urlsplit(route.request.url).path
        if path == "/session/":
            asked.append(route.request.headers.get("purpose"))
            if not now["text"]:
                return route.abort()
            return route.fulfill(body=now["text"], content_type="text/html")
        if path == f"/static/{SCRIPT}":
            return route.fulfill(body=bundle([STATIC]), content_type="text/javascript")
        return route.fulfill(status=404)

    page.route("**/*", answer)
    page.goto(ADDRESS)
    page.get_by_role("button", name="Cancel").focus()
    now["text"] = ""
    with page.expect_request(ADDRESS), page.expect_request(ADDRESS):
        pass
    now["text"] = waiting.replace("About 20 seconds", "About 10 seconds")
    expect(page.get_by_role("timer")).to_have_text("About 10 seconds.")
    expect(page.get_by_role("button", name="Cancel")).to_be_focused()
    now["text"] = rendered("session")
    expect(page.get_by_role("timer")).to_have_count(0)
    first, *looks, last = asked
    assert (first, last) == (None, None)
    assert set(looks) == {"prefetch"}
