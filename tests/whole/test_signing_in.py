"""Signing in with a browser, at a real OpenID Connect provider, over both programs: start, come back, sign out."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect
from programs import House
from provider import CLIENT_ID, SECRET, Provider, running
from visits import finish, in_session, session_name

pytestmark = [pytest.mark.browser, pytest.mark.whole]
WHOLE = Path(__file__).parent / "config"
SITE = """
brand: {{name: The School, accent: "#0b5a49"}}
sign_in:
  by: oidc
  oidc: {{issuer: "{issuer}", client_id: {client}, name: your Example account}}
"""


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, Provider]]:
    """Both programs and a provider; the portal takes the ids it is told."""
    folder = tmp_path_factory.mktemp("school")
    provider = Provider(folder / "provider.log")
    config = folder / "config"
    config.mkdir()
    for path in WHOLE.iterdir():
        if path.name != "site.yaml":
            (config / path.name).symlink_to(path)
    (config / "site.yaml").write_text(SITE.format(issuer=provider.url, client=CLIENT_ID))
    house = House(folder, WORKSHOP_INDEX_CONFIG=config, SITE_OIDC_CLIENT_SECRET=SECRET, PORTAL_UNKNOWN_USERS="adopt")
    try:
        provider.start(house.site)
        yield house.start("portal", "web"), provider
    finally:
        house.stop()
        provider.stop()


@pytest.fixture
def computer(chromium: Browser, either_page: Page) -> Page:
    """A browser with or without scripts that fetches nothing from afar, as the provider's pages name a font there."""
    either_page.context.route(re.compile(r"^https?://(?!127\.0\.0\.1)"), lambda route: route.abort())
    return either_page


def sign_in(page: Page, name: str) -> None:
    """Fill in the provider's pages."""
    page.get_by_placeholder("Enter any login").fill(name)
    page.get_by_placeholder("and password").fill("any")
    page.get_by_role("button", name="Sign-in").click()
    page.get_by_role("button", name="Continue").click()


def test_a_person_signs_in_starts_comes_back_and_signs_out(
    school: tuple[House, Provider], computer: Page, chromium: Browser
) -> None:
    house, provider = school
    page = computer
    page.goto(house.site)
    page.get_by_role("button", name="Start Plenty of seats").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page.get_by_text("To start a workshop, sign in with your Example account first.")).to_be_visible()
    page.locator("main").get_by_role("link", name="Sign in").click()
    assert page.url.startswith(provider.url)
    sign_in(page, "ada")
    assert page.url == f"{house.site}/start/plenty/"
    page.locator("main form button").click()
    assert in_session(page, house)
    session = session_name(page.url)

    page.goto(house.site)
    expect(page.locator(".account")).to_contain_text("Signed in as Ada Byron")
    page.get_by_role("link", name="Ada Byron").click()
    expect(page.locator("h1")).to_have_text("Your sessions")

    other = chromium.new_context()
    another_computer_has_the_same_session(other, house, session)
    other.close()

    page.goto(house.site)
    page.get_by_role("button", name="Sign out").click()
    assert page.url.startswith(f"{provider.url}/session/end")
    page.get_by_role("button", name="Yes, sign me out").click()
    page.wait_for_url(f"{house.site}/signed-out/**")
    expect(page.locator("h1")).to_have_text("You are signed out")

    page.get_by_role("link", name="Sign in again").click()
    sign_in(page, "grace")
    expect(page.locator(".account")).to_contain_text("Grace Byron")
    page.goto(f"{house.site}/sessions/")
    expect(page.get_by_text("You have no session open.")).to_be_visible()


def another_computer_has_the_same_session(context: BrowserContext, house: House, session: str) -> None:
    """Sign in elsewhere, and resume and finish what was started here."""
    context.route(re.compile(r"^https?://(?!127\.0\.0\.1)"), lambda route: route.abort())
    page = context.new_page()
    page.goto(house.site)
    page.get_by_role("link", name="Sign in").click()
    sign_in(page, "ada")
    page.get_by_role("button", name="Resume Plenty of seats").click()
    assert session_name(page.url) == session
    finish(page)
    assert page.url.startswith(house.site)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_pages_of_signing_in(
    scheme: str, school: tuple[House, Provider], chromium: Browser
) -> None:
    house, _ = school
    context = chromium.new_context(color_scheme=scheme, bypass_csp=True, reduced_motion="reduce")  # type: ignore[arg-type]
    page = context.new_page()
    for path in ("/sign-in/?page=/start/plenty/", "/sign-in/back/?state=none", "/signed-out/"):
        page.goto(house.site + path)
        page.wait_for_load_state()
        found = Axe().run(page).response["violations"]
        assert [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found] == []
    context.close()


def test_a_provider_that_is_away_leaves_the_site_up(tmp_path: Path, chromium: Browser) -> None:
    with running(tmp_path / "provider.log") as provider:
        away = provider.url
    config = tmp_path / "config"
    config.mkdir()
    for path in WHOLE.iterdir():
        if path.name != "site.yaml":
            (config / path.name).symlink_to(path)
    (config / "site.yaml").write_text(SITE.format(issuer=away, client=CLIENT_ID))
    house = House(tmp_path, WORKSHOP_INDEX_CONFIG=config, WEB_CONCURRENCY=1)
    context = chromium.new_context()
    page = context.new_page()
    try:
        house.start("portal", "web")
        page.goto(house.site)
        page.get_by_role("link", name="Sign in").click()
        expect(page.get_by_role("alert")).to_contain_text("Your Example account does not answer")
        page.get_by_role("link", name="All workshops").click()
        expect(page.get_by_text("Plenty of seats").first).to_be_visible()
    finally:
        context.close()
        house.stop()
