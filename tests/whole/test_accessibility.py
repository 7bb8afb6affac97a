"""axe-core finds nothing to complain about on any page, in light and dark."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from keyboard import Keyboard
from playwright.sync_api import Browser, Page, expect
from programs import House
from visits import create_url, press_start, start

pytestmark = [pytest.mark.browser, pytest.mark.whole]


@pytest.fixture(params=["light", "dark"])
def seen(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Page]:
    """A page in the colour scheme asked for; the policy is set aside so that axe's script may run."""
    context = chromium.new_context(color_scheme=request.param, bypass_csp=True, reduced_motion="reduce")
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


def violations(page: Page) -> list[str]:
    """Return what axe-core finds on the page that is open, once it is all there: rule and first place."""
    page.wait_for_load_state("load")
    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found]


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/?notification=session-unavailable",
        "/workshop/plenty/",
        "/sessions/",
        "/start/plenty/",
        "/embed/plenty/",
        "/close-tab/",
        "/nowhere/",
    ],
)
def test_the_sites_pages(path: str, house: House, seen: Page) -> None:
    seen.goto(house.site + path)
    assert violations(seen) == []


def test_the_session_page(house: House, seen: Page) -> None:
    start(seen, house, "plenty")
    assert violations(seen) == []
    seen.goto(f"{house.site}/sessions/")
    assert violations(seen) == []


def test_the_starting_page(slow_house: House, seen: Page) -> None:
    seen.goto(slow_house.site)
    press_start(seen, "plenty")
    # The page turns into the session's once that is there: not while it is looked at.
    seen.route("**", lambda route: route.abort("aborted"))
    assert violations(seen) == []


@pytest.mark.parametrize("path", ["/", "/workshops/catalog/", "/workshops/finished/"])
def test_the_portals_own_pages(path: str, house: House, seen: Page) -> None:
    seen.goto(house.portal + path)
    assert violations(seen) == []


def test_an_anonymous_link_that_asks_first(house: House, seen: Page) -> None:
    seen.goto(create_url(house, "plenty"))
    assert violations(seen) == []


def test_a_start_that_takes_long_is_cancelled_by_keyboard(slow_house: House, page: Page) -> None:
    keys = Keyboard(page)
    page.goto(f"{slow_house.site}/start/plenty/")
    keys.ready()
    expect(page.get_by_role("button", name="Start")).to_be_focused()
    with page.expect_navigation(url=f"{slow_house.portal}/**", wait_until="load"):
        keys.press("Enter")
    keys.to("button", "Cancel")
    waited = page.get_by_role("timer")
    before = waited.inner_text()
    expect(waited).not_to_have_text(before)
    with page.expect_navigation(url=f"{slow_house.site}/", wait_until="load"):
        keys.press("Enter")
    assert page.locator(".banner").count() == 1
    assert keys.unseen == []
