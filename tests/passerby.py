"""Somebody at a browser, in process: keeps cookies, presses buttons, and checks what holds for every page."""

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import html5lib
from bs4 import BeautifulSoup, Tag
from peer import Peer
from werkzeug.test import TestResponse

Portal = Callable[..., Peer]
INDEX = "https://hub.example.test/labs?lang=de#top"
PERSON = "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0"
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}


class Browser:
    """One browser; `page` is what it shows now."""

    def __init__(self, peer: Peer) -> None:
        """Open a browser that has never been anywhere."""
        self.peer, self.client = peer, peer.app.test_client()
        self.page = BeautifulSoup("", "html5lib")
        self.address = "/"

    def get(self, address: str, method: str = "GET", **headers: str) -> TestResponse:
        """Go to an address."""
        return self._send(method, address, {}, headers)

    def press(self, label: str, **headers: str) -> TestResponse:
        """Press the first button whose words begin with `label`, with its form's own fields."""
        form = self.form(label)
        fields = {str(field["name"]): str(field.get("value", "")) for field in form.select("input[name]")}
        return self._send(str(form["method"]).upper(), str(form["action"]), fields, {**SAME_ORIGIN, **headers})

    def fill(self, label: str, **values: str) -> TestResponse:
        """Fill the form of the button `label` and send it."""
        form = self.form(label)
        fields = {str(field["name"]): str(field.get("value", "")) for field in form.select("input[name]")}
        return self._send("POST", str(form["action"]), {**fields, **values}, SAME_ORIGIN)

    def form(self, label: str) -> Tag:
        """Return the form of a button on the page."""
        found = next((b for b in self.page.find_all("button") if b.get_text(" ", strip=True).startswith(label)), None)
        assert found is not None, f"no button {label!r} among {self.buttons()}"
        form = found.find_parent("form")
        assert form is not None
        return form

    def buttons(self) -> list[str]:
        """Return what the buttons of the page say."""
        return [button.get_text(" ", strip=True) for button in self.page.find_all("button")]

    def heading(self) -> str:
        """Return the page's one heading of the first level."""
        return self.page.h1.get_text(strip=True) if self.page.h1 else ""

    def words(self) -> str:
        """Return what the main part of the page says."""
        return self.page.main.get_text(" ", strip=True) if self.page.main else ""

    def banners(self) -> list[str]:
        """Return the titles of the banners."""
        return [banner.get_text(strip=True) for banner in self.page.select(".banner-title")]

    def _send(self, method: str, address: str, form: Mapping[str, str], headers: Mapping[str, str]) -> TestResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent: dict[str, Any] = {"data": form} if method == "POST" else {}
        response = self.client.open(
            address, method=method, headers={"User-Agent": PERSON, "Accept": "text/html", **named}, **sent
        )
        if response.mimetype == "text/html" and method != "HEAD" and response.status_code // 100 != 3:
            self.page = checked(response)
            self.address = address
        return response


def checked(response: TestResponse) -> BeautifulSoup:
    """Return the page after checking what holds for each of them."""
    text = response.get_data(as_text=True)
    assert response.status_code != 500, text
    policy = response.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy and "unsafe" not in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "noindex" in response.headers["X-Robots-Tag"]
    assert response.headers["Cache-Control"] == "no-store"
    parser = html5lib.HTMLParser(strict=True)
    parser.parse(text)
    page = BeautifulSoup(text, "html5lib")
    assert len(page.find_all("h1")) == 1
    ids = [tag["id"] for tag in page.find_all(id=True)]
    assert len(ids) == len(set(ids)), ids
    for tag in page.find_all(True):
        assert not [name for name in tag.attrs if name == "style" or re.match("on[a-z]+", name)], tag
        assert tag.name != "style" and (tag.name != "script" or tag.get("src")), tag
    for form in page.find_all("form"):
        assert form["method"] == "post" and form.select_one("input[name=csrf_token]")["value"], form
        assert str(form["action"]).startswith("/")
    return page


def gone(response: TestResponse) -> tuple[str, str | None]:
    """Return where a redirect leads, without its notification, and that notification."""
    assert response.status_code == 303, response.get_data(as_text=True)[:400]
    assert response.headers["Cache-Control"] == "no-store"
    parts = urlsplit(response.headers["Location"])
    pairs = [pair for pair in parts.query.split("&") if pair]
    code = next((pair.partition("=")[2] for pair in pairs if pair.startswith("notification=")), None)
    kept = "&".join(pair for pair in pairs if not pair.startswith("notification="))
    return parts._replace(query=kept).geturl(), code
