"""Which language somebody gets, how they choose another one, and that everybody who reads one shares its page."""

from collections.abc import Callable
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from werkzeug.test import TestResponse

from frontend.public_pages import CACHE_CONTROL

THREE = """
brand: {name: The School, language: en, languages: [en, de, ar]}
catalog: {title: Learn it by doing it}
"""
Get = Callable[..., TestResponse]


@pytest.fixture
def offered(make_site: Callable[..., Flask]) -> Flask:
    """A site in three languages, whose portal nobody runs."""
    return make_site(THREE, PORTAL_URL="http://127.0.0.1:9")


def page_of(answer: TestResponse) -> BeautifulSoup:
    """Return the page, parsed."""
    return BeautifulSoup(answer.text, "html.parser")


def language_of(answer: TestResponse) -> tuple[str, str]:
    """Return the language and the direction that a page says it has."""
    html = page_of(answer).select_one("html")
    assert html
    return str(html["lang"]), str(html["dir"])


@pytest.mark.parametrize(
    ("preferred", "language"),
    [
        ("", ("en", "ltr")),
        ("de", ("de", "ltr")),
        ("de-AT,de;q=0.9,en;q=0.5", ("de", "ltr")),
        ("ar-EG", ("ar", "rtl")),
        ("fr,ja;q=0.8", ("en", "ltr")),
        ("en;q=0.2, ar;q=0.7", ("ar", "rtl")),
        ("*", ("en", "ltr")),
        (";;q=,,=\0", ("en", "ltr")),
    ],
)
def test_a_browser_gets_the_language_it_prefers(offered: Flask, preferred: str, language: tuple[str, str]) -> None:
    answer = offered.test_client().get("/sessions/", headers={"Accept-Language": preferred})
    assert language_of(answer) == language


def test_a_page_is_in_one_language_throughout(offered: Flask) -> None:
    soup = page_of(offered.test_client().get("/sessions/", headers={"Accept-Language": "de"}))
    assert [tag.text for tag in soup.select("h1, .skip-link")] == ["Zum Inhalt springen", "Ihre Sitzungen"]
    assert "Sie haben keine Sitzung offen." in soup.text
    assert "Deutsch" in [tag.text for tag in soup.select('.languages [aria-current="true"]')]


def test_the_owners_texts_stay_as_written_and_are_marked_as_theirs(offered: Flask) -> None:
    heading = page_of(offered.test_client().get("/", headers={"Accept-Language": "ar"})).select_one("h1")
    assert heading
    assert (heading.text, heading["lang"], heading["dir"]) == ("Learn it by doing it", "en", "auto")
    own = page_of(offered.test_client().get("/")).select_one("h1")
    assert own
    assert "lang" not in own.attrs


def test_a_choice_is_remembered_and_leaves_the_address(offered: Flask) -> None:
    client = offered.test_client()
    chosen = client.get("/?q=git&language=de", headers={"Accept-Language": "ar"})
    assert (chosen.status_code, chosen.headers["Location"]) == (303, "/?q=git")
    cookie = chosen.headers["Set-Cookie"]
    assert cookie.startswith("language=de; ")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert language_of(client.get("/", headers={"Accept-Language": "ar"})) == ("de", "ltr")
    assert language_of(client.get("/no-such-page/", headers={"Accept-Language": "ar"})) == ("de", "ltr")


@pytest.mark.parametrize("path", ["/?language=fr", "/?language=", "/?language=../de", "//evil.example/?language=de"])
def test_a_choice_that_is_not_offered_changes_nothing(offered: Flask, path: str) -> None:
    answer = offered.test_client().get(path, headers={"Accept-Language": "ar"})
    assert "language=" not in answer.headers.get("Set-Cookie", "")
    assert "evil.example" not in answer.headers.get("Location", "").replace("//localhost/evil.example", "")


@pytest.mark.parametrize("kept", ["fr", "", "<de>", "de; x=1"])
def test_a_cookie_of_another_making_is_not_minded(offered: Flask, kept: str) -> None:
    answer = offered.test_client(use_cookies=False).get("/sessions/", headers={"Cookie": f"language={kept}"})
    assert language_of(answer) == ("de" if kept.startswith("de;") else "en", "ltr")


def test_in_a_frame_the_choice_holds_without_a_cookie(offered: Flask) -> None:
    client = offered.test_client(use_cookies=False)
    answer = client.get("/?language=ar", headers={"Sec-Fetch-Dest": "iframe"})
    assert (answer.status_code, language_of(answer)) == (200, ("ar", "rtl"))
    assert answer.headers["Cache-Control"] == "no-store"


def test_every_language_is_called_by_its_own_name_and_leads_to_this_page(offered: Flask) -> None:
    links = page_of(offered.test_client().get("/sessions/?a=1")).select(".languages a")
    assert [(link.text, link["lang"], link["href"]) for link in links] == [
        ("English", "en", "/sessions/?a=1&language=en"),
        ("Deutsch", "de", "/sessions/?a=1&language=de"),
        ("العربية", "ar", "/sessions/?a=1&language=ar"),
    ]


def test_one_language_needs_no_choice(make_site: Callable[..., Flask]) -> None:
    site = make_site("brand: {language: ar}", PORTAL_URL="http://127.0.0.1:9")
    answer = site.test_client().get("/", headers={"Accept-Language": "de"})
    assert language_of(answer) == ("ar", "rtl")
    assert page_of(answer).select(".languages") == []


def test_who_reads_one_language_shares_its_page(offered: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    render = offered.jinja_env.get_template("site/catalog.html").root_render_func
    monkeypatch.setattr(
        offered.jinja_env.get_template("site/catalog.html"),
        "root_render_func",
        lambda context: (made.append(""), render(context))[1],
    )
    asked = [
        {"Accept-Language": "de"},
        {"Accept-Language": "de-CH, de;q=0.9"},
        {"Accept-Language": "ar", "Cookie": "language=de"},
    ]
    answers = [offered.test_client(use_cookies=False).get("/", headers=headers) for headers in asked]
    assert {language_of(answer) for answer in answers} == {("de", "ltr")}
    assert {answer.headers["Cache-Control"] for answer in answers} == {CACHE_CONTROL}
    assert len(made) == 1
    assert language_of(offered.test_client().get("/")) == ("en", "ltr")


def test_an_edit_changes_what_is_offered_at_once(offered: Flask, tmp_path: Path) -> None:
    client = offered.test_client()
    client.get("/?language=de")
    assert language_of(client.get("/")) == ("de", "ltr")
    (tmp_path / "config" / "site.yaml").write_text("brand: {language: ar, languages: [en]}", encoding="utf-8")
    assert language_of(client.get("/")) == ("ar", "rtl")
