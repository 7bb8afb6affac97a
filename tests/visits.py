"""What a visitor does on the pages, in words, for tests with a browser and tests with plain requests."""

import re
from urllib.parse import quote

import requests
from bs4 import BeautifulSoup
from playwright.sync_api import Page
from programs import House

TITLES = {
    "plenty": "Plenty of seats",
    "one-seat": "One seat",
    "brief": "Brief",
    "hurried": "Hurried",
    "twenty": "Twenty seats",
}


def start(page: Page, house: House, workshop: str) -> None:
    """Open the index and start (or resume) a workshop from its card."""
    page.goto(house.site)
    press_start(page, workshop)


def press_start(page: Page, workshop: str) -> None:
    """Press the button of a workshop's card on the index that is open, and wait until all is there of where it leads.

    A click returns as soon as the next page begins: its style sheets are missing then, and so are its colours.
    """
    with page.expect_navigation(wait_until="load"):
        page.get_by_role("button", name=re.compile(f"^(Start|Resume) {TITLES[workshop]}$")).click()


def finish(page: Page) -> None:
    """End the session whose page is open, and wait for the page this leads to."""
    with page.expect_navigation():
        page.get_by_role("button", name="Finish").first.click()


def banners(page: Page) -> list[str]:
    """Return the titles of the banners on the page that is open, once all of it is there."""
    page.wait_for_load_state()
    return page.locator(".banner-title").all_text_contents()


def in_session(page: Page, house: House) -> bool:
    """Whether the page that is open is a session's."""
    return page.url.startswith(f"{house.portal}/workshops/session/")


def session_name(url: str) -> str:
    """Return the session a page address belongs to."""
    found = re.search(r"/session/([^/]+)/", url)
    assert found, url
    return found[1]


def create_url(house: House, workshop: str, index_url: str | None = None) -> str:
    """Return the anonymous link to a workshop, leading back to the index of the house unless said otherwise."""
    back = quote(index_url or f"{house.site}/", safe="")
    return f"{house.portal}/workshops/environment/{workshop}/create/?index_url={back}"


class Visitor:
    """Somebody without a browser window: the same forms, by plain requests."""

    def __init__(self, house: House) -> None:
        """Begin without cookies."""
        self.house = house
        self.http = requests.Session()

    def index(self) -> BeautifulSoup:
        """Return the index as this visitor sees it."""
        answer = self.http.get(self.house.site, timeout=20)
        assert answer.status_code == 200, answer.text
        return BeautifulSoup(answer.text, "html.parser")

    def label(self, workshop: str) -> str:
        """Return what the workshop's button says: Start or Resume."""
        button = self.index().select_one(f'form[action*="/start/{workshop}/"] button')
        assert button
        return button.get_text().split()[0]

    def start(self, workshop: str) -> requests.Response:
        """Press the workshop's button and return the page it leads to."""
        form = self.index().select_one(f'form[action*="/start/{workshop}/"]')
        assert form, f"no way to start {workshop}"
        fields = {str(field["name"]): str(field["value"]) for field in form.select("input[name]")}
        address = requests.compat.urljoin(self.house.site, str(form["action"]))
        return self.http.post(address, data=fields, headers={"Origin": self.house.site}, timeout=20)
