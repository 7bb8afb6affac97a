"""The whole path of a visitor by keyboard alone, over the running programs, in Chromium."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from keyboard import Keyboard
from playwright.sync_api import Page, expect
from programs import House
from visits import TITLES, banners, in_session

pytestmark = [pytest.mark.browser, pytest.mark.whole]
CONFIG = Path(__file__).parent / "config"
SITE = """
brand:
  name: The school
  languages: [en, de]
  header_links: [{label: Help, url: "https://www.example.com/help"}]
  footer_links: [{label: Imprint, url: "https://www.example.com/imprint"}]
announcements: [{id: friday, text: Closed on Friday}]
catalog:
  search: always
  filters: [difficulty]
  workshops:
    plenty:
      parameters:
      - {name: TEAM, label: Your team, choices: [Red, Blue], required: true}
      - {name: NAME, label: Your name}
"""
DIFFICULT = "\n---\n".join(
    f"""apiVersion: training.educates.dev/v1beta1
kind: Workshop
metadata: {{name: {name}}}
spec: {{title: {title}, description: About {name}, difficulty: {level}}}"""
    for name, title, level in [("slope", "A slope", "beginner"), ("cliff", "A cliff", "advanced")]
)


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The programs with something to press of every kind, and sessions so short that all can have more time."""
    folder = tmp_path_factory.mktemp("keyed")
    config = folder / "config"
    shutil.copytree(CONFIG, config)
    with (config / "workshops" / "plenty" / "resources" / "workshop.yaml").open("a") as workshop:
        workshop.write("  request: {parameters: [{name: TEAM}, {name: NAME}]}\n")
    (config / "site.yaml").write_text(SITE)
    (config / "workshops" / "difficult.yaml").write_text(DIFFICULT)
    portal = (config / "portal.yaml").read_text()
    portal = portal.replace("expires: 30m", "expires: 4m\n        deadline: 60m")
    (config / "portal.yaml").write_text(portal.rstrip() + "\n  - name: slope\n  - name: cliff\n")
    started = House(folder, WORKSHOP_INDEX_CONFIG=config)
    try:
        yield started.start("portal", "web")
    finally:
        started.stop()


def test_everything_a_visitor_does_is_done_by_keyboard(keyed: House, page: Page) -> None:
    keys = Keyboard(page)
    page.goto(keyed.site)
    keys.ready()
    look_for_a_workshop(keys)
    start_with_answers(keys)
    work_in_the_session(keys, keyed)
    go_back_and_end_it(keys, keyed)
    tidy_up(keys, keyed)
    assert keys.unseen == []


def look_for_a_workshop(keys: Keyboard) -> None:
    """Pass by the head of the page, filter, search, and open what was found."""
    cards = keys.page.locator(".cards > li:visible")
    keys.to("link", "Skip to content")
    keys.press("Enter")
    expect(keys.page.locator("main")).to_be_focused()
    keys.to("searchbox", "Search workshops")
    keys.to("combobox", "Difficulty")
    keys.press("ArrowDown")
    expect(cards).to_have_count(1)
    keys.press("ArrowUp")
    keys.press("Shift+Tab")
    expect(keys.page.get_by_role("searchbox")).to_be_focused()
    keys.page.keyboard.type("plenty")
    expect(cards).to_have_count(1)
    keys.follow("link", TITLES["plenty"])


def start_with_answers(keys: Keyboard) -> None:
    """Fill in what the workshop asks, and start."""
    keys.to("combobox", "Your team")
    keys.press("ArrowDown", "ArrowDown")
    keys.to("textbox", "Your name (optional)")
    keys.page.keyboard.type("Ada")
    keys.follow("button", f"Start {TITLES['plenty']}")


def minutes_left(page: Page) -> int:
    """Return what the clock of the session's page says."""
    return int(page.locator(".session-bar .clock-words").inner_text().split()[0])


def work_in_the_session(keys: Keyboard, house: House) -> None:
    """Ask for more time, and read on."""
    assert in_session(keys.page, house)
    before = minutes_left(keys.page)
    keys.follow("button", "More time")
    assert minutes_left(keys.page) > before
    keys.follow("link", "Next Second thoughts")
    expect(keys.page.get_by_role("heading", name="Second thoughts")).to_be_visible()
    keys.follow("link", "All workshops")


def go_back_and_end_it(keys: Keyboard, house: House) -> None:
    """Go in and out of the session by the list of one's own, have more time there too, and end it."""
    keys.follow("link", "Your sessions")
    assert keys.page.url == f"{house.site}/sessions/"
    keys.follow("button", f"Resume {TITLES['plenty']}")
    assert in_session(keys.page, house)
    keys.follow("link", "All workshops")
    keys.follow("link", "Your sessions")
    keys.follow("button", f"End {TITLES['plenty']}")
    assert "Your session has ended" in banners(keys.page)


def tidy_up(keys: Keyboard, house: House) -> None:
    """Close the announcement, be forgotten, and read German."""
    keys.to("button", "Close this message")
    keys.press("Enter")
    expect(keys.page.get_by_text("Closed on Friday")).to_have_count(0)
    expect(keys.page.locator("main")).to_be_focused()
    keys.page.goto(f"{house.site}/sessions/")
    keys.ready()
    keys.follow("button", "Forget me on this computer")
    assert keys.page.url == f"{house.site}/"
    keys.follow("link", "Deutsch")
    expect(keys.page.locator("html")).to_have_attribute("lang", "de")
