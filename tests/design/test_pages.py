"""Looks at every page in Chromium: axe-core in both colour schemes, narrow and zoomed, with and without scripts."""

from collections.abc import Iterator
from typing import Literal

import html5lib
import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
from exhibition import ORIGIN, THEMES, answering
from gallery import PAGES, TEMPLATES, rendered
from playwright.sync_api import Browser, BrowserContext, Page, expect

from portal_backend.contract.stylesheet import DEFAULT_THEME

# The narrowest phone, a tablet, a desk, and a desk at 200 %, which is half as many CSS pixels.
WIDTHS = (320, 640, 768, 1280, 1920)

# Pages that show what another page shows, more often.
MORE_OF_THE_SAME = ("index-10", "index-forty")
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")

# What axe-core judges by style; everything else is the same page in every theme and scheme.
OF_STYLE = (
    "color-contrast",
    "link-in-text-block",
    "scrollable-region-focusable",
    "target-size",
    "css-orientation-lock",
)

pytestmark = pytest.mark.browser


def show(page: Page, theme: str, name: str) -> None:
    """Open a page of the gallery in one theme, and wait until its scripts are done."""
    page.unroute_all()
    page.route("**/*", answering(theme))
    page.goto(f"{ORIGIN}/{name}")
    page.locator("html[data-ready]").wait_for()


def complaints(page: Page, scheme: Literal["light", "dark"], **options: object) -> list[tuple[str, list[str]]]:
    """Return what axe-core finds on the page that is open, in a colour scheme: each rule, with the places."""
    page.emulate_media(color_scheme=scheme)
    found = Axe().run(page, options=options).response["violations"]
    return [(each["id"], [node["target"] for node in each["nodes"]]) for each in found]


def opened(context: BrowserContext, name: str) -> Page:
    """Return the page of the gallery in a tab."""
    page = context.new_page()
    page.goto(f"{ORIGIN}/{name}")
    return page


@pytest.fixture(scope="module", params=SCHEMES)
def schemed(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[BrowserContext]:
    """A visitor who prefers one colour scheme."""
    context = chromium.new_context(color_scheme=request.param, viewport={"width": 1280, "height": 800})
    context.route("**/*", answering(DEFAULT_THEME))
    yield context
    context.close()


@pytest.fixture(scope="module")
def scriptless(chromium: Browser) -> Iterator[BrowserContext]:
    """A visitor whose browser runs no scripts."""
    context = chromium.new_context(java_script_enabled=False)
    context.route("**/*", answering(DEFAULT_THEME))
    yield context
    context.close()


@pytest.fixture(scope="module", params=THEMES)
def themed(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Page]:
    """A tab of a visitor of a site in one theme, without scripts."""
    context = chromium.new_context(java_script_enabled=False)
    context.route("**/*", answering(request.param))
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def looked_at(chromium: Browser) -> Iterator[Page]:
    """A tab with room for axe's script beside the policy."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, bypass_csp=True)
    yield context.new_page()
    context.close()


def test_the_gallery_shows_every_page() -> None:
    written = {
        path.relative_to(TEMPLATES).as_posix() for top in ("site", "portal") for path in (TEMPLATES / top).glob("*")
    }
    assert {template for template, _ in PAGES.values()} == written


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_sound_html(name: str) -> None:
    text = rendered(name)
    html5lib.HTMLParser(strict=True).parse(text)
    soup = BeautifulSoup(text, "html.parser")
    ids = [element["id"] for element in soup.select("[id]")]
    assert len(ids) == len(set(ids))
    assert len(soup.select("h1")) == 1
    assert len(soup.select("main")) == 1
    assert all(form.select_one("[name=csrf_token]") for form in soup.select("form[method=post]"))


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(looked_at: Page, name: str) -> None:
    show(looked_at, DEFAULT_THEME, name)
    assert complaints(looked_at, "light") == []
    assert complaints(looked_at, "dark", runOnly=list(OF_STYLE)) == []


@pytest.mark.parametrize("theme", [theme for theme in THEMES if theme != DEFAULT_THEME])
@pytest.mark.parametrize("name", [name for name in PAGES if name not in MORE_OF_THE_SAME])
def test_axe_finds_nothing_that_another_theme_spoils(looked_at: Page, theme: str, name: str) -> None:
    show(looked_at, theme, name)
    for scheme in SCHEMES:
        assert complaints(looked_at, scheme, runOnly=list(OF_STYLE)) == []


@pytest.mark.parametrize("name", PAGES)
def test_nothing_sticks_out_at_any_width(themed: Page, name: str) -> None:
    themed.goto(f"{ORIGIN}/{name}")
    wide = {}
    for width in WIDTHS:
        themed.set_viewport_size({"width": width, "height": 800})
        if (needed := themed.evaluate("document.documentElement.scrollWidth")) > width:
            wide[width] = needed
    assert wide == {}


@pytest.mark.parametrize("name", ["index-banners", "index-forty", "session", "starting", "login"])
def test_a_page_keeps_to_the_policy_and_to_few_requests(schemed: BrowserContext, name: str) -> None:
    page = schemed.new_page()
    complaints: list[str] = []
    requests: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(f"{ORIGIN}/{name}")
    page.wait_for_load_state("networkidle")
    page.close()
    assert complaints == []
    assert len(set(requests)) <= 5


def test_words_take_the_place_of_scripts(scriptless: BrowserContext) -> None:
    page = opened(scriptless, "session")
    assert page.locator(".session-bar .clock-words").inner_text() == "42 minutes left"
    assert page.locator(".code-copy").count() == 0
    page.close()
    page = opened(scriptless, "starting")
    assert page.locator("meta[http-equiv=refresh]").get_attribute("content") == "60"
    page.close()


def test_a_code_block_is_copied_by_its_button(schemed: BrowserContext) -> None:
    schemed.grant_permissions(["clipboard-read", "clipboard-write"], origin=ORIGIN)
    page = opened(schemed, "session")
    page.locator(".code-copy").nth(1).click()
    page.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == "git log --oneline"
    page.close()


def test_a_banner_is_closed_at_once_and_the_site_is_told(schemed: BrowserContext) -> None:
    page = opened(schemed, "index-banners")
    page.locator("html[data-ready]").wait_for()
    page.route("**/close/", lambda route: route.fulfill(status=303, headers={"Location": f"{ORIGIN}/index"}))
    assert page.locator(".banner-close").count() == 2
    with page.expect_request("**/b/close/") as told:
        page.locator("[data-banner=b] .banner-close").click()
    assert told.value.method == "POST"
    assert "a-token" in (told.value.post_data or "")
    expect(page.locator(".banner")).to_have_count(3)
    assert page.locator(":focus").get_attribute("id") == "main"
    page.close()


def test_a_search_follows_what_is_typed_and_chosen(schemed: BrowserContext) -> None:
    page = opened(schemed, "index-10")
    page.locator("html[data-ready]").wait_for()
    shown = page.locator(".cards > li:visible")
    expect(page.locator(".search-go")).to_be_hidden()
    page.get_by_role("searchbox").press_sequentially("CAFE")
    expect(shown).to_have_count(1)
    expect(page.get_by_role("status").filter(has_text="1 workshop")).to_be_visible()
    assert page.url == f"{ORIGIN}/?q=CAFE"
    page.get_by_label("Difficulty").select_option("advanced")
    expect(shown).to_have_count(0)
    expect(page.locator("[data-none]")).to_contain_text("No workshop matches")
    page.get_by_role("searchbox").fill("")
    expect(shown).to_have_count(3)
    expect(page.locator(".section:visible")).to_have_count(3)
    assert page.url == f"{ORIGIN}/?difficulty=advanced"
    page.close()


def test_a_search_asks_for_what_the_page_does_not_have(schemed: BrowserContext) -> None:
    page = opened(schemed, "index-1000")
    page.locator("html[data-ready]").wait_for()
    page.route("**/?*", lambda route: route.fulfill(body=rendered("index-found"), content_type="text/html"))
    page.get_by_role("searchbox").fill("cafe")
    expect(page.locator(".cards > li")).to_have_count(8)
    expect(page.locator("[data-found]")).to_have_text("8 workshops")
    expect(page.locator("[data-reset]")).to_be_visible()
    page.close()


def test_an_address_to_pass_on_is_copied_by_its_button(schemed: BrowserContext) -> None:
    schemed.grant_permissions(["clipboard-read", "clipboard-write"], origin=ORIGIN)
    page = opened(schemed, "workshop-asks")
    page.locator(".share-url button").nth(1).click()
    page.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == "https://workshops.example.com/start/lab/"
    page.close()


def test_the_countdown_replaces_the_words_as_time_passes(schemed: BrowserContext) -> None:
    page = schemed.new_page()
    page.clock.install(time="2099-12-31T22:30:30Z")
    page.goto(f"{ORIGIN}/session")
    expect(page.locator(".clock-ends")).not_to_contain_text("UTC")
    words = page.locator(".session-bar .clock-words")
    expect(words).to_have_text("1 hour 29 minutes left")
    page.clock.fast_forward("30:00")
    expect(words).to_have_text("59 minutes left")
    page.clock.fast_forward("01:00:00")
    expect(words).to_have_text("Time is up")
    page.close()


def test_the_first_tab_stop_skips_to_the_content(schemed: BrowserContext) -> None:
    page = opened(schemed, "index")
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Skip to content"
    page.keyboard.press("Enter")
    assert page.locator(":focus").get_attribute("id") == "main"
    page.close()


def test_steps_fold_on_a_phone_and_stand_beside_the_text_on_a_desk(schemed: BrowserContext) -> None:
    page = opened(schemed, "session")
    page.set_viewport_size({"width": 1280, "height": 800})
    assert page.locator(".session-side").is_visible()
    assert not page.locator(".steps-fold").is_visible()
    page.set_viewport_size({"width": 390, "height": 800})
    assert not page.locator(".session-side").is_visible()
    page.locator(".steps-fold summary").click()
    assert page.locator(".steps-fold [aria-current=page]").is_visible()
    page.close()


def test_printed_instructions_are_the_text_alone(schemed: BrowserContext) -> None:
    page = opened(schemed, "session")
    page.locator("html[data-ready]").wait_for()
    page.emulate_media(media="print")
    for hidden in (".session-side", ".session-bar .actions", ".turn", ".code-copy >> nth=0"):
        assert not page.locator(hidden).is_visible(), hidden
    block = page.locator(".action pre")
    assert block.evaluate("pre => getComputedStyle(pre).color") == "rgb(0, 0, 0)"
    assert block.evaluate("pre => pre.getBoundingClientRect().width > innerWidth / 2")
    page.close()
