"""Every size looks right in each theme: large catalogs, and a workshop's page on a phone."""

import pytest
from exhibition import ORIGIN, THEMES, answering
from gallery import LARGE
from playwright.sync_api import Browser

# A phone, a desk at 200 %, a desk.
WIDTHS = (320, 640, 1280)
CROWDED = """() => {
  const boxes = [...document.querySelectorAll(".cards > li")].slice(0, 20).map((each) => each.getBoundingClientRect());
  const over = boxes.some((one, at) => at && one.top < boxes[at - 1].bottom - 1 && one.left < boxes[at - 1].right - 1);
  return over || document.documentElement.scrollWidth > innerWidth;
}"""
# What is not drawn while it is out of sight does not count for what comes after it.
COUNTED = """() => [...document.querySelectorAll(".cards > li, .cards > li *")].filter((each) =>
  getComputedStyle(each).counterIncrement !== "none").map((each) => each.localName)"""

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("theme", THEMES)
def test_a_large_catalog_keeps_its_order_at_any_width(theme: str, chromium: Browser) -> None:
    context = chromium.new_context(java_script_enabled=False)
    context.route("**/*", answering(theme))
    page = context.new_page()
    crowded = []
    for name in LARGE:
        page.goto(f"{ORIGIN}/{name}")
        assert page.locator(".card .start button").count() > 50
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            if page.evaluate(CROWDED):
                crowded.append((name, width))
    context.close()
    assert crowded == []


@pytest.mark.parametrize("theme", THEMES)
def test_a_workshop_can_be_started_on_a_phone_before_all_is_told(theme: str, chromium: Browser) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False)
    context.route("**/*", answering(theme))
    page = context.new_page()
    page.goto(f"{ORIGIN}/workshop")
    narrow = [page.locator(each).bounding_box() for each in (".workshop h1", ".ticket .button", ".prose", ".share")]
    page.set_viewport_size({"width": 1280, "height": 800})
    wide = [page.locator(each).bounding_box() for each in (".workshop-head", ".ticket")]
    context.close()
    assert all(narrow)
    assert all(wide)
    tops = [box["y"] for box in narrow if box]
    assert tops == sorted(tops)
    assert tops[1] < 844
    head, ticket = (box for box in wide if box)
    assert ticket["y"] == pytest.approx(head["y"], abs=1)
    assert ticket["x"] > head["x"]


def test_the_numbers_of_cards_go_on_where_cards_are_out_of_sight(chromium: Browser) -> None:
    context = chromium.new_context(java_script_enabled=False)
    context.route("**/*", answering("workbench"))
    page = context.new_page()
    page.goto(f"{ORIGIN}/index-forty")
    counted = page.evaluate(COUNTED)
    context.close()
    assert counted == ["li"] * 40
