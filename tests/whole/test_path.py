"""The whole path in a browser: index, start, session page, finish, banner; and resuming."""

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from programs import House
from visits import TITLES, banners, finish, in_session, press_start, session_name, start

pytestmark = [pytest.mark.browser, pytest.mark.whole]


def test_a_visitor_starts_works_and_finishes(house: House, either_page: Page) -> None:
    page = either_page
    start(page, house, "plenty")
    assert in_session(page, house)
    assert "token=" not in page.url
    expect(page.get_by_role("heading", name="First steps")).to_be_visible()
    page.get_by_role("link", name="Second thoughts").first.click()
    expect(page.get_by_role("heading", name="Second thoughts")).to_be_visible()
    assert "taken over" not in page.title()
    finish(page)
    assert page.url == f"{house.site}/"
    assert banners(page) == ["words of session-deleted"]
    page.reload()
    assert banners(page) == []


def test_a_returning_visitor_resumes_the_same_session(house: House, either_page: Page) -> None:
    page = either_page
    start(page, house, "plenty")
    first = session_name(page.url)
    page.goto(house.site)
    expect(page.get_by_role("button", name=f"Resume {TITLES['plenty']}")).to_be_visible()
    press_start(page, "plenty")
    assert session_name(page.url) == first
    finish(page)
    expect(page.get_by_role("button", name=f"Start {TITLES['plenty']}")).to_be_visible()


def test_a_double_click_of_somebody_new_makes_one_session(house: House, either_page: Page) -> None:
    robot = house.robot()

    def allocated() -> int:
        listed = robot.get(f"{house.portal}/workshops/catalog/environments/", params={"name": "plenty"}, timeout=20)
        return sum(environment["allocated"] for environment in listed.json()["environments"])

    before = allocated()
    either_page.goto(house.site)
    either_page.get_by_role("button", name=f"Start {TITLES['plenty']}").dblclick()
    either_page.wait_for_url(f"{house.portal}/workshops/session/**")
    assert in_session(either_page, house)
    assert allocated() == before + 1
    finish(either_page)


def test_two_visitors_have_sessions_of_their_own(house: House, chromium: Browser) -> None:
    names = []
    for _ in range(2):
        context = chromium.new_context()
        page = context.new_page()
        start(page, house, "plenty")
        names.append(session_name(page.url))
        context.close()
    assert names[0] != names[1]


def test_another_visitor_may_not_look_into_a_session(house: House, page: Page, chromium: Browser) -> None:
    start(page, house, "plenty")
    other = chromium.new_context()
    peek = other.new_page()
    peek.goto(page.url)
    assert peek.url == f"{house.portal}/workshops/catalog/"
    assert banners(peek) == ["That session is no longer there."]
    other.close()


def test_a_session_started_from_the_workshops_own_page(house: House, page: Page) -> None:
    page.goto(house.site)
    page.get_by_role("link", name=TITLES["plenty"]).first.click()
    assert page.url == f"{house.site}/workshop/plenty/"
    press_start(page, "plenty")
    assert in_session(page, house)


def test_the_list_of_ones_own_sessions_leads_back_in(house: House, page: Page) -> None:
    start(page, house, "plenty")
    name = session_name(page.url)
    page.goto(f"{house.site}/sessions/")
    page.get_by_role("button", name="Resume").first.click()
    assert session_name(page.url) == name


def test_the_pages_of_a_session_send_no_referrer_and_are_not_kept(house: House, visitor: BrowserContext) -> None:
    page = visitor.new_page()
    start(page, house, "plenty")
    answer = page.reload()
    assert answer
    assert answer.headers["referrer-policy"] in ("no-referrer", "same-origin")
    assert "no-store" in answer.headers["cache-control"]
