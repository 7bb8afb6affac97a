"""Badges and QR codes as other people's pages load them, over the real portal and over none."""

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest
import zxingcpp
from flask import Flask
from PIL import Image
from playwright.sync_api import Browser

SVG = "{http://www.w3.org/2000/svg}"


def drawn(answer: Any) -> ElementTree.Element:
    """Return the picture in an answer that may be shown anywhere and sets no cookie."""
    assert answer.mimetype == "image/svg+xml"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.headers["Cache-Control"].startswith("public, max-age=")
    assert "Set-Cookie" not in answer.headers
    assert "style=" not in answer.text
    return ElementTree.fromstring(answer.text)


@pytest.mark.parametrize(
    ("name", "status", "words"),
    [("plenty", 200, "Plenty of seats: free"), ("nothing", 404, "Workshop: not offered")],
)
def test_a_badge_says_whether_there_is_a_seat(site: Flask, name: str, status: int, words: str) -> None:
    answer = site.test_client().get(f"/badge/{name}.svg")
    assert answer.status_code == status
    picture = drawn(answer)
    assert picture.attrib["role"] == "img"
    title = picture.find(f"{SVG}title")
    assert title is not None
    assert (title.text, title.attrib["id"]) == (words, picture.attrib["aria-labelledby"])


def test_a_short_badge_leaves_the_title_out(site: Flask) -> None:
    picture = drawn(site.test_client().get("/badge/plenty.svg?short=1"))
    assert [text.text for text in picture.iter(f"{SVG}text")] == ["free"]
    assert picture.findtext(f"{SVG}title") == "Plenty of seats: free"


def test_without_a_portal_nobody_knows(make_site: Callable[..., Flask]) -> None:
    answer = make_site(PORTAL_URL="http://127.0.0.1:9").test_client().get("/badge/plenty.svg")
    assert answer.status_code == 200
    assert "Workshop: unknown" in ElementTree.tostring(drawn(answer), encoding="unicode")


def test_a_hidden_workshop_has_neither(make_site: Callable[..., Flask], portal_server: Any) -> None:
    server, instance = portal_server
    hides = "catalog: {workshops: {plenty: {hidden: true}}}"
    site = make_site(hides, PORTAL_URL=f"http://127.0.0.1:{server.port}", WORKSHOP_INDEX_INSTANCE=str(instance))
    assert site.test_client().get("/badge/plenty.svg").status_code == 404
    assert site.test_client().get("/qr/plenty.svg").status_code == 404


@pytest.mark.browser
def test_a_camera_reads_the_code(site: Flask, chromium: Browser, tmp_path: Any) -> None:
    answer = site.test_client().get("/qr/plenty.svg")
    drawn(answer)
    page = chromium.new_page()
    page.set_content(f"<body>{answer.text}")
    page.locator("svg").screenshot(path=tmp_path / "code.png")
    page.close()
    with Image.open(tmp_path / "code.png") as picture:
        assert [code.text for code in zxingcpp.read_barcodes(picture)] == ["http://localhost/start/plenty/"]


def test_the_workshops_page_shares_them(visitor: Any) -> None:
    page = visitor.page("/workshop/plenty/")
    assert page.select_one(".share-qr")["src"] == "/qr/plenty.svg"
    visitor.get("/qr/plenty.svg")
    pasted = {tag["id"]: tag.text for tag in page.select(".share-more code")}
    assert set(pasted) == {"paste-html", "paste-markdown", "paste-rst"}
    assert "http://localhost/badge/plenty.svg" in pasted["paste-markdown"]
