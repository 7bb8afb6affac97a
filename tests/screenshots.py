"""Takes a picture of every page of the freshly started example: `python tests/screenshots.py FOLDER`."""

import shutil
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from browsing import launched
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from programs import House, until
from tutorial import begun
from visits import create_url

ROOT = Path(__file__).resolve().parents[1]
WIDE = {"width": 1280, "height": 860}
PHONE = {"width": 390, "height": 844}
LOOKS = {
    "": {"viewport": WIDE},
    "-dark": {"viewport": WIDE, "color_scheme": "dark"},
    "-phone": {"viewport": PHONE, "is_mobile": True, "has_touch": True},
}
WORKSHOP = "git-history"
CODES = ("session-deleted", "workshop-invalid", "session-unavailable", "session-invalid", "startup-timeout")
CUT = ("session-", "banner-", "index-200-")
Visit = Callable[[Page, House], None]


def opens(path: str) -> Visit:
    """Return a visit that opens one page of the site."""

    def visit(page: Page, house: House) -> None:
        page.goto(house.site + path)

    return visit


def session(page: Page, house: House) -> None:
    """Start the workshop through its link, and stay."""
    page.goto(create_url(house, WORKSHOP))


def sessions(page: Page, house: House) -> None:
    """Start the workshop from the index, and look at the list of one's own sessions."""
    page.goto(f"{house.site}/start/{WORKSHOP}/")
    page.locator("main form button").click()
    page.goto(f"{house.site}/sessions/")


def finished(page: Page, house: House) -> None:
    """Open the page of those who came without an index to go back to."""
    page.goto(f"{house.portal}/workshops/finished/")


def portal(page: Page, house: House) -> None:
    """Open the portal's own plain catalog."""
    page.goto(f"{house.portal}/workshops/catalog/")


PAGES: dict[str, Visit] = {
    "index": opens("/"),
    "workshop": opens(f"/workshop/{WORKSHOP}/"),
    "ask": opens(f"/start/{WORKSHOP}/"),
    "embed": opens(f"/embed/{WORKSHOP}/"),
    "close-tab": opens("/close-tab/"),
    "sessions": sessions,
    "session": session,
    "finished": finished,
    "portal": portal,
    "error": opens("/nowhere/"),
}
BANNERS: dict[str, Visit] = {f"banner-{code}": opens(f"/?notification={code}") for code in CODES}
SLOW_PAGES: dict[str, Visit] = {"starting": session}


def lone(page: Page, house: House) -> None:
    """Open the index once its portal is gone: what is shown is what was known last."""
    page.goto(house.site)
    house.stop("portal")
    until(lambda: page.goto(house.site) and page.locator(".stale").count(), every=0.5)


LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
EXAMPLE = (ROOT / "config" / "site.yaml").read_text(encoding="utf-8")
SITES: dict[str, str] = {
    "timetable": EXAMPLE.replace("theme: workbench", "theme: timetable").replace("  accent:", "  # accent:"),
    "parlour": EXAMPLE.replace("theme: workbench", "theme: parlour").replace("  accent:", "  # accent:"),
    "long-words": f"""
brand: {{name: {LONG[:40]}, language: de}}
catalog:
  title: {LONG}
  workshops:
    git-history: {{title: {LONG}, description: Rechtsschutzversicherungsgesellschaften und {LONG} von innen.}}
""",
    "right-to-left": """
brand: {name: ورشة, tagline: دروس عملية قصيرة على حاسوبك, language: ar}
catalog:
  title: تعلّم بالتجربة
  intro: اختر ورشة واتبع خطواتها ثم عد إلى هنا.
  workshops:
    git-history: {title: تاريخ المستودع, description: من غيّر هذا السطر؟ ولماذا؟}
    http-exchange: {title: محادثة المتصفح والخادم}
""",
}
WORDS = """
catalog:
  title: Learn something before lunch
  intro: Choose a workshop, follow it step by step on your own computer, and come back here when you are done.
"""
SUBJECTS = ("Containers", "Git", "Kubernetes", "SQL", "Python", "Networking", "Observability", "HTTP")


def copied(folder: Path, site: str) -> Path:
    """Return a copy of the example's folder in which the site says something else."""
    config = folder / "config"
    shutil.copytree(ROOT / "config", config)
    (config / "site.yaml").write_text(site, encoding="utf-8")
    return config


def crowded(folder: Path, number: int) -> Path:
    """Return a copy of the example's folder with so many workshops more."""
    config = copied(folder, WORDS.lstrip())
    offered = (config / "portal.yaml").read_text(encoding="utf-8").rstrip() + "\n"
    for at in range(number):
        subject, part = SUBJECTS[at % len(SUBJECTS)], at // len(SUBJECTS) + 1
        level = ("beginner", "intermediate", "advanced")[at % 3]
        (config / "workshops" / f"many-{at}.yaml").write_text(
            "apiVersion: training.educates.dev/v1beta1\nkind: Workshop\n"
            f"metadata: {{name: many-{at}}}\n"
            f"spec: {{title: '{subject}, part {part}', description: 'Step {part} of {subject}, at your own computer.', "
            f"difficulty: {level}, duration: {15 + at % 5 * 15}m, tags: [{subject.lower()}, hands-on]}}\n",
            encoding="utf-8",
        )
        offered += f"  - name: many-{at}\n    capacity: {at % 6 + 1}\n    reserved: 0\n"
    (config / "portal.yaml").write_text(offered, encoding="utf-8")
    return config


@contextmanager
def example(**chosen: object) -> Iterator[House]:
    """The example, freshly started."""
    with tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder), WEB_CONCURRENCY=1, **chosen)
        try:
            yield house.start("portal", "web")
        finally:
            house.stop()


def lighten(file: Path) -> None:
    """Keep a picture in the few colours it needs, which halves its size."""
    with Image.open(file) as picture:
        picture.convert("RGB").quantize(256, kmeans=1, dither=Image.Dither.NONE).save(file, optimize=True)


def take(
    browser: Browser, house: House, pages: dict[str, Visit], folder: Path, looks: Collection[str] = tuple(LOOKS)
) -> None:
    """Take each page in each look, each time as a new visitor; of a very long page its beginning."""
    for name, visit in pages.items():
        for suffix in looks:
            context = browser.new_context(reduced_motion="reduce", **LOOKS[suffix])
            page = context.new_page()
            visit(page, house)
            page.wait_for_load_state("networkidle")
            file = folder / f"{name}{suffix}.png"
            page.screenshot(path=file, full_page=not f"{name}-".startswith(CUT))
            context.close()
            lighten(file)


def take_site(browser: Browser, name: str, site: str, folder: Path) -> None:
    """Take the index in every look, a workshop and a session of the example with another site.yaml."""
    with tempfile.TemporaryDirectory() as made, example(WORKSHOP_INDEX_CONFIG=copied(Path(made), site)) as house:
        take(browser, house, {f"index-{name}": opens("/")}, folder)
        pages = {f"workshop-{name}": opens(f"/workshop/{WORKSHOP}/"), f"session-{name}": session}
        take(browser, house, pages, folder, looks=[""])


def take_tutorial(browser: Browser, folder: Path) -> None:
    """Take the pictures of the tutorial while it is gone through."""

    def look(page: Page, name: str) -> None:
        page.wait_for_load_state("networkidle")
        page.screenshot(path=folder / f"{name}.png")
        lighten(folder / f"{name}.png")

    with tempfile.TemporaryDirectory() as made, begun(Path(made), browser, look) as walk:
        for section in walk.sections()[1:]:
            walk.do(section)


def main(folder: Path) -> None:
    """Take every picture."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, launched(playwright) as browser:
        take_tutorial(browser, folder)
        with example() as house:
            take(browser, house, PAGES, folder)
            take(browser, house, BANNERS, folder, looks=[""])
        with example(PORTAL_START_DELAY=60) as house:
            take(browser, house, SLOW_PAGES, folder)
        with example() as house:
            take(browser, house, {"portal-down": lone}, folder, looks=[""])
        for name, site in SITES.items():
            take_site(browser, name, site, folder)
        with tempfile.TemporaryDirectory() as made, example(WORKSHOP_INDEX_CONFIG=crowded(Path(made), 197)) as house:
            take(browser, house, {"index-200": opens("/")}, folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
