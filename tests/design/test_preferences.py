"""What people set for themselves: fewer movements, colours of their own, a voice that reads the page out."""

import pytest
from exhibition import ORIGIN, THEMES, answering
from playwright.sync_api import Browser, Page, expect

from portal_backend.contract.stylesheet import DEFAULT_THEME

pytestmark = pytest.mark.browser
SHOWN = ("index-banners", "index-10", "workshop-asks", "session", "starting", "sessions", "embed-back")

# What moves, or would when somebody points at it.
MOVING = """() => {
  const timed = (style) => style.transitionDuration.split(",").some((each) => parseFloat(each) > 0);
  const moves = (style) => style.animationName !== "none" || timed(style) || style.scrollBehavior === "smooth";
  const found = [];
  for (const each of document.querySelectorAll("*"))
    for (const part of [null, "::before", "::after"])
      if (moves(getComputedStyle(each, part))) found.push(`${each.className || each.localName}${part ?? ""}`);
  return [...new Set(found)];
}"""
# Where colours are the visitor's own, only a border tells where something begins.
BORDERLESS = """() => {
  const edged = (style) => ["Top", "Bottom", "Left", "Right"].some((side) =>
    parseFloat(style[`border${side}Width`]) > 0 && style[`border${side}Style`] !== "none" &&
    style[`border${side}Color`] !== "rgba(0, 0, 0, 0)" && style[`border${side}Color`] !== style.backgroundColor);
  const bounded = ".button, .banner, .stale, .ticket, .own, .clock-expiring .clock-words, select, input:not([type])";
  return [...document.querySelectorAll(bounded)]
    .filter((each) => each.checkVisibility() && !edged(getComputedStyle(each)))
    .map((each) => each.className || each.localName);
}"""


def show(page: Page, name: str) -> None:
    """Open a page of the gallery, and wait until its scripts are done."""
    page.goto(f"{ORIGIN}/{name}")
    page.locator("html[data-ready]").wait_for()


def found(page: Page, script: str) -> dict[str, list[str]]:
    """Return what a script finds on each page that is shown, when it finds something."""
    told: dict[str, list[str]] = {}
    for name in SHOWN:
        show(page, name)
        told[name] = page.evaluate(script)
    return {name: each for name, each in told.items() if each}


@pytest.mark.parametrize("theme", THEMES)
def test_nothing_moves_for_who_wants_less_motion(theme: str, chromium: Browser) -> None:
    context = chromium.new_context(reduced_motion="reduce")
    context.route("**/*", answering(theme))
    page = context.new_page()
    still = found(page, MOVING)
    show(page, "starting")
    page.emulate_media(reduced_motion="no-preference")
    moving = page.evaluate(MOVING)
    context.close()
    assert still == {}
    assert {"html", "waiting::after"} <= set(moving)


@pytest.mark.parametrize("theme", THEMES)
def test_everything_has_an_edge_in_colours_of_ones_own(theme: str, chromium: Browser) -> None:
    context = chromium.new_context(forced_colors="active")
    context.route("**/*", answering(theme))
    borderless = found(context.new_page(), BORDERLESS)
    context.close()
    assert borderless == {}


# What a screen reader is told, in this order; the lines between are left out.
TOLD = {
    "index-banners": """
- link "Skip to content"
- banner:
  - link "Workbench Hands-on workshops by the platform team"
  - navigation "Main"
- status:
  - paragraph: Your session has ended
- status:
  - paragraph: Maintenance on Friday
  - button "Close this message"
- alert:
  - paragraph: The workshop did not start in time
- main:
  - heading "Learn it by doing it" [level=1]
  - status: This list is from 5 minutes ago.
  - region "Start here":
    - heading "Start here" [level=2]
    - list:
      - listitem:
        - article:
          - heading "Containers from first principles" [level=3]:
            - link "Containers from first principles"
          - term: Duration
          - definition: 45 minutes
          - text: Ready at once
          - button "Start Containers from first principles"
      - listitem:
        - article:
          - list "Tags"
          - text: 12 seats free
          - button "Resume Git, the second hour"
      - listitem:
        - article:
          - text: Full
- contentinfo:
  - navigation "Footer"
""",
    "index-10": """
- banner:
  - paragraph:
    - link "Ada Byron"
  - button "Sign out"
- main:
  - navigation "Sections":
    - list:
      - listitem:
        - link "Begin here 3 workshops"
  - region "Your sessions":
    - list:
      - listitem:
        - button "Go back Git, the second hour"
        - button "More time Git, the second hour"
        - button "End Git, the second hour"
  - search:
    - searchbox "Search workshops"
    - combobox "Tag"
    - combobox "Difficulty"
    - paragraph:
      - status: 10 workshops
""",
    "workshop-asks": """
- main:
  - article:
    - heading "The lab" [level=1]
    - complementary "Start this workshop":
      - text: 10 seats free
      - combobox "Your team (optional)"
      - paragraph: Its colour marks your cluster.
      - textbox "Your name"
      - button "Start The lab"
    - region "What you need"
    - region "Share":
      - term: This page
      - definition:
        - paragraph:
          - button "Copy"
""",
    "session": """
- banner:
  - paragraph:
    - link "All workshops"
  - button "More time"
  - button "Finish"
- main:
  - navigation "Steps":
    - list:
      - listitem:
        - link "Containers from first principles"
  - article:
    - heading "Make a history worth breaking" [level=1]
    - figure "Run in a terminal"
    - list:
      - listitem:
        - checkbox "Done" [checked] [disabled]
    - navigation "Previous and next step":
      - link "Previous Before you begin"
      - link "Next Restore one file"
""",
    "starting": """
- main:
  - heading "Starting" [level=1]
  - timer: About 20 seconds.
  - button "Cancel"
""",
    "sessions": """
- main:
  - heading "Your sessions" [level=1]
  - list:
    - listitem:
      - heading "Git, the second hour" [level=2]
      - button "Resume Git, the second hour"
      - button "More time Git, the second hour"
      - button "End Git, the second hour"
  - button "Forget me on this computer"
""",
    "embed-back": """
- status:
  - paragraph: Your session has ended
- main:
  - heading "Git, the second hour" [level=1]
  - button "Start Git, the second hour"
""",
}


@pytest.mark.browser
def test_a_screen_reader_is_told_what_everything_is_called(page: Page) -> None:
    page.route("**/*", answering(DEFAULT_THEME))
    for name, told in TOLD.items():
        show(page, name)
        expect(page.locator("body")).to_match_aria_snapshot(told)
    show(page, "session")
    expect(page.get_by_role("link", name="Git, the second hour").first).to_have_attribute("aria-current", "page")
