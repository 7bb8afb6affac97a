"""The portal's pages in the visitor's language: which one it is, and that a page is in it throughout."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from passerby import Browser, Portal
from peer import Peer

from portal_backend.content.labels import with_labels
from portal_backend.contract.languages import Language, locale_of
from portal_backend.pages.languages import offered

THREE = "brand: {language: en, languages: [en, de, ar]}"
GERMAN = {"Accept_Language": "de-AT, de;q=0.9, en;q=0.5"}
ARABIC = {"Accept_Language": "ar"}


@pytest.fixture
def beside(portal: Portal, tmp_path: Path) -> Callable[..., Peer]:
    """Start a portal whose folder has a site's file, too, and own words by language."""

    def begin(site: str, spec: dict[str, object] | None = None, **texts: str) -> Peer:
        folder = tmp_path / "owner"
        (folder / "texts").mkdir(parents=True)
        (folder / "site.yaml").write_text(site, encoding="utf-8")
        for code, text in texts.items():
            (folder / "texts" / f"{code}.yaml").write_text(text, encoding="utf-8")
        return portal(spec, WORKSHOP_INDEX_CONFIG=str(folder))

    return begin


def spoken(browser: Browser) -> tuple[str, str]:
    """Return the language and the direction the page says it has."""
    html = browser.page.html
    assert html
    return str(html["lang"]), str(html["dir"])


@pytest.mark.parametrize(
    ("site", "headers", "language"),
    [
        (THREE, {}, ("en", "ltr")),
        (THREE, GERMAN, ("de", "ltr")),
        (THREE, ARABIC, ("ar", "rtl")),
        (THREE, {"Accept_Language": "fr"}, ("en", "ltr")),
        ("brand: {language: de}", {}, ("de", "ltr")),
        ("brand: {language: de}", ARABIC, ("de", "ltr")),
        ("brand: {name: A}", GERMAN, ("en", "ltr")),
        ("brand: [", GERMAN, ("de", "ltr")),
    ],
)
def test_a_page_is_in_the_language_that_was_chosen_or_is_preferred(
    beside: Callable[..., Peer], site: str, headers: dict[str, str], language: tuple[str, str]
) -> None:
    browser = Browser(beside(site))
    answer = browser.get("/workshops/finished/", **headers)
    assert spoken(browser) == language
    assert {"Accept-Language", "Cookie"} <= set(answer.vary)


@pytest.mark.parametrize(("kept", "language"), [("de", "de"), ("fr", "ar"), ("", "ar"), ("<de>", "ar")])
def test_what_was_chosen_on_a_site_of_the_same_host_holds_here(
    beside: Callable[..., Peer], kept: str, language: str
) -> None:
    browser = Browser(beside(THREE))
    browser.client.set_cookie("language", kept)
    browser.get("/workshops/finished/", **ARABIC)
    assert spoken(browser)[0] == language


PAGES = {
    "/workshops/catalog/": ("Workbench", "Sofort bereit"),
    "/workshops/finished/": ("Das war’s", "Sie können diese Seite schließen."),
    "/accounts/login/": ("Anmelden", "Benutzername"),
    "/accounts/logout/": ("Abmelden?", "Dieser Browser vergisst"),
    "/accounts/register/closed/": ("Keine Registrierung", "von ihrer Übersicht"),
    "/workshops/environment/plenty/": ("Title of plenty starten?", "Sie bekommen eine eigene Sitzung"),
    "/workshops/session/plenty-s1/activate/": ("Dieser Link geht nicht", "Dem Link fehlt sein Schlüssel."),
    "/nowhere/": ("Hier ist nichts", "Prüfen Sie sie oder gehen Sie zu den Workshops."),
    "/oauth2/authorize/": ("Diese Anfrage kommt nicht aus einer Sitzung", "Sie nennt keine laufende Sitzung"),
}


@pytest.mark.parametrize(("path", "words"), PAGES.items(), ids=PAGES)
def test_each_page_is_in_one_language_throughout(
    beside: Callable[..., Peer], path: str, words: tuple[str, str]
) -> None:
    browser = Browser(beside(THREE))
    browser.get(path, **GERMAN)
    heading, more = words
    assert (spoken(browser), browser.heading()) == (("de", "ltr"), heading)
    assert more in browser.words()


def test_a_portal_with_a_code_asks_for_it(beside: Callable[..., Peer]) -> None:
    browser = Browser(beside(THREE, {"password": "sesame"}))
    browser.get("/workshops/access/", **GERMAN)
    assert browser.heading() == "Zugangscode"
    browser.fill("Öffnen", password="wrong")
    assert browser.page.select_one("[role=alert]") is not None


def test_a_session_speaks_around_what_its_author_wrote(beside: Callable[..., Peer]) -> None:
    browser = Browser(beside(THREE))
    browser.get(browser.get("/workshops/environment/plenty/create/", **GERMAN).location, **GERMAN)
    assert browser.heading() == "First steps"
    assert browser.buttons()[0] == "Abschließen"
    assert browser.page.select_one(".clock-words").get_text() == "Noch 1 Stunde"
    assert browser.page.select_one(".turn-next .turn-label").get_text() == "Weiter"
    assert browser.page.select_one(".prose")["lang"] == "en"
    browser.get(str(browser.page.select_one(".turn-next")["href"]), **GERMAN)
    assert browser.page.select_one(".action-label").get_text() == "In einem Terminal ausführen"
    browser.get(str(browser.page.select_one(".turn-next")["href"]), **ARABIC)
    assert spoken(browser) == ("ar", "rtl")
    assert browser.page.select_one(".turn-end button").get_text() == "إنهاء"


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        ({}, "Gone. Take another."),
        (GERMAN, "Diese Seite gibt es nicht mehr. Wählen Sie einen anderen Schritt."),
        (ARABIC, "لم تعد هذه الصفحة موجودة. اختر خطوة أخرى."),
    ],
)
def test_a_page_that_went_away_under_a_session_says_so(
    beside: Callable[..., Peer], monkeypatch: pytest.MonkeyPatch, headers: dict[str, str], words: str
) -> None:
    browser = Browser(beside(THREE, en='"This page is no longer there. Choose another step.": Gone. Take another.'))
    address = browser.get("/workshops/environment/plenty/create/", **headers).location
    monkeypatch.setattr("portal_backend.content.rendering.read_page", lambda *_: None)
    browser.get(address, **headers)
    told = browser.page.select_one(".session-text > p")
    assert (told.get_text(strip=True), told.get("lang")) == (words, None)


def test_what_waits_is_told_whole(beside: Callable[..., Peer]) -> None:
    peer = beside(THREE)
    browser = Browser(peer)
    banner = browser.get("/workshops/catalog/?notification=session-invalid", **GERMAN)
    browser.get(banner.location, **GERMAN)
    assert browser.banners() == ["Diese Sitzung gibt es nicht mehr."]


def test_programs_are_answered_in_english_whatever_they_prefer(beside: Callable[..., Peer]) -> None:
    peer = beside(THREE)
    client = peer.app.test_client()
    answer = client.get("/nowhere/", headers={"Accept": "application/json", "Accept-Language": "de"})
    assert (answer.status_code, answer.json) == (404, {"error": "Not Found", "reason": "not-found"})


def test_the_owners_words_stand_on_the_portal_too(beside: Callable[..., Peer], tmp_path: Path) -> None:
    browser = Browser(beside(THREE, en="That was it: Well done <b>"))
    browser.get("/workshops/finished/")
    assert browser.heading() == "Well done <b>"
    file = tmp_path / "owner" / "texts" / "en.yaml"
    file.write_text("That was it: See you", encoding="utf-8")
    browser.get("/workshops/finished/")
    assert browser.heading() == "See you"


def test_an_edit_of_the_site_counts_at_once(beside: Callable[..., Peer], tmp_path: Path) -> None:
    browser = Browser(beside(THREE))
    said = []
    file = tmp_path / "owner" / "site.yaml"
    for moment, text in enumerate((THREE, "brand: {language: ar}", "brand: [", None), start=1):
        file.unlink() if text is None else file.write_text(text, encoding="utf-8")
        if text is not None:
            os.utime(file, (moment, moment))
        browser.get("/workshops/finished/", **GERMAN)
        said.append(spoken(browser)[0])
    assert said == ["de", "ar", "ar", "de"]


@pytest.mark.parametrize(
    ("site", "codes"),
    [
        (None, (("en",), "en")),
        ([], (("en",), "en")),
        ({"brand": None}, (("en",), "en")),
        ({"brand": {"language": "PT-br", "languages": ["de", "xx", 3, "de"]}}, (("de", "pt-br"), "pt-br")),
        ({"brand": {"language": ["de"], "languages": "de"}}, (("en",), "en")),
    ],
)
def test_what_is_no_language_is_skipped(site: object, codes: object) -> None:
    assert offered(site) == codes


@pytest.mark.parametrize(
    ("page", "told"),
    [
        (
            '<figcaption class="action-label">Copy</figcaption>',
            '<figcaption class="action-label">Kopieren</figcaption>',
        ),
        (
            '<figcaption class="action-label">Editor: fly</figcaption>',
            '<figcaption class="action-label">Editor: fly</figcaption>',
        ),
        (
            '<figcaption class="action-label">Files: a&lt;b</figcaption>',
            '<figcaption class="action-label">Dateien: a&lt;b</figcaption>',
        ),
        ("<summary>More</summary>", "<summary>Mehr</summary>"),
        ("<summary>More of it</summary>", "<summary>More of it</summary>"),
        ('<p class="note-title"><strong>Warning</strong></p>', '<p class="note-title"><strong>Achtung</strong></p>'),
        ('<input type="checkbox" aria-label="Done">', '<input type="checkbox" aria-label="Erledigt">'),
        ("<p>Copy</p><strong>More</strong>", "<p>Copy</p><strong>More</strong>"),
    ],
)
def test_labels_in_instructions_are_told_and_an_authors_own_stay(page: str, told: str) -> None:
    german = Language(locale_of("de"))
    assert with_labels(page, lambda said: said.told(german)) == told
