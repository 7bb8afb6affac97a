"""The owner's own words on real pages: plain text, in the visitor's language, counting from the next page view on."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient

TWO = "brand: {name: The School, language: en, languages: [en, de, fr]}"


@pytest.fixture
def client(make_site: Callable[..., Flask]) -> FlaskClient:
    """A browser without cookies at a site in three languages, one of which does not come with the product."""
    return make_site(TWO, PORTAL_URL="http://127.0.0.1:9").test_client(use_cookies=False)


@pytest.fixture
def say_in(tmp_path: Path) -> Callable[[str, str], None]:
    """Write the owner's words for a language."""

    def write(code: str, text: str) -> None:
        folder = tmp_path / "config" / "texts"
        folder.mkdir(exist_ok=True)
        (folder / f"{code}.yaml").write_text(text, encoding="utf-8")

    return write


def page(client: FlaskClient, language: str, path: str = "/sessions/") -> BeautifulSoup:
    """Return a page in a language."""
    return BeautifulSoup(client.get(path, headers={"Accept-Language": language}).text, "html.parser")


def test_words_stand_in_their_language_from_the_next_page_on(
    client: FlaskClient, say_in: Callable[[str, str], None]
) -> None:
    def heading(language: str) -> str:
        found = page(client, language).select_one("h1")
        return found.text if found else ""

    assert (heading("en"), heading("de")) == ("Your sessions", "Ihre Sitzungen")
    say_in("de", "Your sessions: Deine Werkbänke")
    assert (heading("en"), heading("de")) == ("Your sessions", "Deine Werkbänke")
    say_in("de", "Your sessions: Was du offen hast")
    assert heading("de") == "Was du offen hast"
    say_in("de", "Your sessions: {")
    assert heading("de") == "Was du offen hast"


def test_a_page_for_everybody_is_made_anew_with_them(client: FlaskClient, say_in: Callable[[str, str], None]) -> None:
    before = client.get("/")
    say_in("en", "Skip to content: Straight to the workshops")
    after = client.get("/", headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert "Straight to the workshops" in after.text


def test_words_are_plain_text(client: FlaskClient, say_in: Callable[[str, str], None]) -> None:
    words = "<b>Here & “now”</b> <script>alert(1)</script>"
    say_in("en", f"Your sessions: {json.dumps(words)}")
    soup = page(client, "en")
    heading = soup.select_one("h1")
    assert heading
    assert (heading.text, heading.select("*")) == (words, [])
    assert soup.title
    assert soup.title.text.startswith(words)


def test_a_language_of_the_owners_alone_has_its_words(client: FlaskClient, say_in: Callable[[str, str], None]) -> None:
    say_in("fr", "Your sessions: Vos séances")
    soup = page(client, "fr")
    assert soup.html
    assert soup.html["lang"] == "fr"
    assert [tag.text for tag in soup.select("h1, .skip-link")] == ["Skip to content", "Vos séances"]


def test_a_page_looks_once_whether_there_are_other_words(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[object] = []
    plain = os.scandir

    def noted(folder: Path) -> Any:
        looks.append(folder)
        return plain(folder)

    monkeypatch.setattr("portal_backend.contract.own_texts.os.scandir", noted)
    assert "Ihre Sitzungen" in client.get("/sessions/", headers={"Accept-Language": "de"}).text
    assert len(looks) == 1
