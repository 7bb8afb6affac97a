"""The largest catalogs look right in each theme: nothing sticks out at any width, and every row keeps its button."""

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
