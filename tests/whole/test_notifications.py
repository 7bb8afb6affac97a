"""Each notification by its real cause: one banner, once, and nothing of the address echoed."""

from collections.abc import Callable
from urllib.parse import quote

import pytest
import requests
from playwright.sync_api import Browser, Page
from programs import House, until
from visits import TITLES, banners, create_url, finish, in_session, press_start, start

pytestmark = [pytest.mark.browser, pytest.mark.whole]


def once(page: Page, house: House, code: str) -> None:
    """Hold that the index is open and shows this one banner now and not again."""
    assert page.url == f"{house.site}/"
    assert banners(page) == [f"words of {code}"]
    page.reload()
    assert banners(page) == []


def test_finishing_says_session_deleted(house: House, either_page: Page) -> None:
    start(either_page, house, "plenty")
    finish(either_page)
    once(either_page, house, "session-deleted")


@pytest.mark.parametrize("name", ["no-such-workshop", "nobody-wrote-it"])
def test_a_wrong_name_says_workshop_invalid(name: str, house: House, either_page: Page) -> None:
    either_page.goto(create_url(house, name))
    once(either_page, house, "workshop-invalid")


def offered(page: Page, house: House, workshop: str) -> bool:
    """Whether the index, which knows of a seat that got free after a moment, offers a workshop to start."""
    page.goto(house.site)
    return page.get_by_role("button", name=f"Start {TITLES[workshop]}").count() > 0


def test_a_full_workshop_says_session_unavailable(house: House, either_page: Page, chromium: Browser) -> None:
    until(lambda: offered(either_page, house, "one-seat"))
    first = chromium.new_context()
    try:
        holder = first.new_page()
        start(holder, house, "one-seat")
        assert in_session(holder, house)
        press_start(either_page, "one-seat")
        once(either_page, house, "session-unavailable")
        either_page.goto(create_url(house, "one-seat"))
        once(either_page, house, "session-unavailable")
        finish(holder)
    finally:
        first.close()


def test_a_refresh_after_expiry_says_session_invalid(house: House, either_page: Page) -> None:
    start(either_page, house, "brief")
    address = either_page.url

    def sent_away() -> bool:
        either_page.goto(address)
        return not in_session(either_page, house)

    until(sent_away, within=20, every=0.5)
    once(either_page, house, "session-invalid")


@pytest.mark.parametrize("way", ["index", "link"])
def test_a_slow_start_says_startup_timeout(way: str, slow_house: House, either_page: Page) -> None:
    if way == "index":
        start(either_page, slow_house, "hurried")
    else:
        either_page.goto(create_url(slow_house, "hurried"))
    assert in_session(either_page, slow_house)
    either_page.wait_for_url(f"{slow_house.site}/", timeout=30_000)
    once(either_page, slow_house, "startup-timeout")


MARK = "tell-tale"


@pytest.mark.parametrize(
    "value",
    ["", MARK, f"session-deleted{MARK}", f"<script>{MARK}</script>", f"{MARK}\r\nSet-Cookie: a=b", "SESSION-DELETED"],
    ids=["empty", "unknown", "known and more", "a script", "a header", "other letters"],
)
def test_an_unknown_notification_shows_nothing_and_echoes_nothing(value: str, house: House) -> None:
    visitor = requests.Session()
    answer = visitor.get(f"{house.site}/?notification={quote(value)}", timeout=20)
    again = visitor.get(f"{house.site}/", timeout=20)
    assert answer.status_code == 200
    for page in (*answer.history, answer, again):
        assert MARK not in page.text
        assert MARK not in str(page.headers)
        assert "banner-title" not in page.text


def test_an_anonymous_link_on_a_foreign_page_ends_on_a_session_page(
    house: House, either_page: Page, foreign_page: Callable[[str], str]
) -> None:
    page = either_page
    page.goto(foreign_page(create_url(house, "plenty")))
    page.get_by_role("link", name="Try it").click()
    assert in_session(page, house)
    first = page.url
    page.goto(foreign_page(create_url(house, "plenty")))
    page.get_by_role("link", name="Try it").click()
    assert page.url == first
    finish(page)
    once(page, house, "session-deleted")


def test_an_anonymous_link_leads_back_to_its_own_index(
    house: House, page: Page, foreign_page: Callable[[str], str]
) -> None:
    elsewhere = foreign_page("")
    page.goto(create_url(house, "plenty", f"{elsewhere}?theme=dark#top"))
    finish(page)
    assert page.url == f"{elsewhere}?theme=dark&notification=session-deleted#top"
