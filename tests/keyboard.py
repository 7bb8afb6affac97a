"""Somebody without a mouse: goes from stop to stop with the Tab key, and sees at each where they are."""

from playwright.sync_api import Locator, Page

MOST_STOPS = 60
# What is focused is in sight, nothing lies over it, and it or the card it stands for has a ring around it.
SEEN = """() => {
  const at = document.activeElement;
  const box = at.getBoundingClientRect();
  const hit = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  const ringed = (each) => {
    const style = getComputedStyle(each);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  };
  const named = `${at.localName} "${(at.textContent.trim() || at.name || "").replace(/\\s+/g, " ")}"`;
  if (at === document.body) return "";
  if (!box.width || !hit || !(at.contains(hit) || hit.contains(at))) return `${named} is out of sight`;
  return ringed(at) || (at.closest(".card") && ringed(at.closest(".card"))) ? named : `${named} has no ring`;
}"""


class Keyboard:
    """The keys of one page; every stop is looked at, and those that cannot be seen are collected."""

    def __init__(self, page: Page) -> None:
        """Begin where the page is."""
        page.emulate_media(reduced_motion="reduce")  # so that what is focused is in sight at once
        self.page = page
        self.unseen: list[str] = []

    def press(self, *keys: str) -> None:
        """Press keys one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def to(self, role: str, name: str) -> Locator:
        """Go on to the control with this role and name, as a screen reader tells it; fails when Tab never does."""
        target = self.page.get_by_role(role, name=name, exact=True)  # type: ignore[arg-type]
        stops: list[str] = []
        for _ in range(MOST_STOPS):
            self.page.keyboard.press("Tab")
            stop = self.page.evaluate(SEEN)
            stops.append(stop)
            if stop.endswith(("is out of sight", "has no ring")):
                self.unseen.append(f"{self.page.url}: {stop}")
            if any(each.evaluate("each => each === document.activeElement") for each in target.all()):
                return target
        raise AssertionError(f"Tab never comes to the {role} “{name}”, only to {stops}")

    def follow(self, role: str, name: str) -> None:
        """Go to a link or button, press Enter, and wait until the page it leads to is all there."""
        self.to(role, name)
        with self.page.expect_navigation(wait_until="load"):
            self.press("Enter")
        self.ready()

    def ready(self) -> None:
        """Wait until the scripts of the page that is open have done their part."""
        self.page.locator("html[data-ready]").wait_for()
