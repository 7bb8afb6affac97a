"""Renders each component with sample values, as a page would."""

from pathlib import Path
from types import SimpleNamespace as Sample

import pytest
from bs4 import BeautifulSoup, Tag
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from portal_backend.contract.languages import Language, locale_of
from portal_backend.contract.stylesheet import cover
from portal_backend.contract.telling import teach

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
HOSTILE = "<script>alert(1)</script>"

ENVIRONMENT = Environment(loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, autoescape=True)
ENVIRONMENT.globals.update(csrf_token=lambda: "a-token")
teach(ENVIRONMENT, lambda: Language(locale_of("en")), str)


def drawn(component: str, macro: str, *values: object) -> BeautifulSoup:
    """Return what the macro makes of the values, parsed."""
    module = ENVIRONMENT.get_template(f"components/{component}.html").module
    return BeautifulSoup(str(getattr(module, macro)(*values)), "html.parser")


def one(soup: BeautifulSoup | Tag, selector: str) -> Tag:
    """Return the only element that matches."""
    found = soup.select(selector)
    assert len(found) == 1, selector
    return found[0]


def card(**changes: object) -> Sample:
    """Return a card as both programs fill it, with some of it changed."""
    values = dict(
        name="lab-git",
        title="Git, the second hour",
        description="Undo with confidence.",
        url="/workshop/lab-git/",
        image_url=None,
        cover=cover("lab-git"),
        facts=(Sample(label="Duration", value="45 minutes"),),
        tags=("git",),
        availability=Sample(state="free", words="12 seats free"),
        start_url="/start/lab-git/",
        start_label="Start",
        startable=True,
        portal="lab",
        marks="",
        more="",
        start_by="form",
        badge_url="",
    )
    return Sample(**values | changes)


def notice(**changes: object) -> Sample:
    """Return a banner's content, with some of it changed."""
    values = dict(
        id="n",
        level="info",
        title="Maintenance",
        text="",
        link=None,
        dismissible=False,
        close_url="",
        others_label="",
        others=(),
    )
    return Sample(**values | changes)


@pytest.mark.parametrize(
    ("level", "role"),
    [("info", "status"), ("success", "status"), ("warning", "status"), ("error", "alert")],
)
def test_only_an_error_interrupts_a_screen_reader(level: str, role: str) -> None:
    assert one(drawn("banner", "banner", notice(level=level)), f".banner-{level}")["role"] == role


def test_a_banner_shows_its_text_and_its_next_step() -> None:
    link = Sample(url="/workshop/lab-git/", label="Start it again")
    soup = drawn("banner", "banner", notice(text="It has ended.", link=link))
    assert one(soup, ".banner-text").text == "It has ended."
    assert one(soup, "a")["href"] == "/workshop/lab-git/"


@pytest.mark.parametrize("dismissible", [True, False], ids=["can-be-closed", "stays"])
def test_a_banner_can_be_closed_only_when_its_owner_says_so(dismissible: bool) -> None:
    close_url = "/friday/close/" if dismissible else ""
    section = one(
        drawn("banner", "banner", notice(id="friday", dismissible=dismissible, close_url=close_url)), "section"
    )
    assert section.get("data-banner") == ("friday" if dismissible else None)
    assert [form["action"] for form in section.select("form[method=post]:has(button)")] == [close_url] * dismissible


@pytest.mark.parametrize("state", ["free", "ready", "full", "closed"])
def test_availability_is_said_in_words_beside_its_mark(state: str) -> None:
    soup = drawn("availability", "availability", Sample(state=state, words="In words"))
    assert one(soup, f".availability-{state}").text == "In words"
    assert one(soup, ".availability-glyph")["aria-hidden"] == "true"


def test_facts_are_terms_with_their_values() -> None:
    soup = drawn(
        "facts", "facts", (Sample(label="Duration", value="1 h"), Sample(label="Difficulty", value="Beginner"))
    )
    assert [term.text for term in soup.select("dt")] == ["Duration", "Difficulty"]
    assert [value.text for value in soup.select("dd")] == ["1 h", "Beginner"]


@pytest.mark.parametrize(("component", "macro"), [("facts", "facts"), ("tags", "tags")])
def test_nothing_to_list_leaves_no_empty_list(component: str, macro: str) -> None:
    assert drawn(component, macro, ()).text.strip() == ""
    assert drawn(component, macro, ()).find(True) is None


def test_the_clock_says_the_time_left_without_a_script() -> None:
    clock = Sample(
        words="42 minutes left", expires_iso="2030-01-01T00:00:00Z", expiring=True, ends_words="ends at 0:00"
    )
    soup = drawn("clock", "clock", clock)
    assert one(soup, "[data-words]").text == "42 minutes left"
    assert one(soup, ".clock-expiring")["data-expires"] == "2030-01-01T00:00:00Z"


def test_a_clock_without_an_end_does_not_count_down() -> None:
    soup = drawn("clock", "clock", Sample(words="No time limit", expires_iso=None, expiring=False, ends_words=""))
    assert soup.select("[data-module], .clock-ends, .clock-expiring") == []


def test_a_published_card_starts_by_a_link_and_claims_no_seat() -> None:
    untold = Sample(state="untold", words="")
    shown = drawn("card", "card", card(start_by="link", start_url="https://p.example/create/", availability=untold))
    assert one(shown, ".start a.button")["href"] == "https://p.example/create/"
    assert not shown.select("form, .availability, img")
    assert one(drawn("card", "card", card(badge_url="/badge/lab-git.svg")), ".seats-badge")["alt"]


def test_a_card_starts_its_workshop_by_a_form_with_a_token() -> None:
    form = one(drawn("card", "card", card()), "form")
    assert (form["method"], form["action"]) == ("post", "/start/lab-git/")
    assert one(form, "input[name=csrf_token]")["value"] == "a-token"
    assert one(form, "button").text == "Start Git, the second hour"


def test_a_card_that_cannot_start_has_no_button() -> None:
    full = Sample(state="full", words="Full")
    soup = drawn("card", "card", card(startable=False, availability=full))
    assert soup.select("form, button") == []
    assert one(soup, ".availability").text == "Full"


@pytest.mark.parametrize(
    ("image_url", "selector"),
    [(None, f".cover-{cover('lab-git')} .cover-initial"), ("/brand/git.png", ".cover-image img[alt='']")],
    ids=["drawn", "picture"],
)
def test_a_card_has_a_picture_or_a_cover_that_says_nothing_aloud(image_url: str | None, selector: str) -> None:
    soup = drawn("card", "card", card(image_url=image_url))
    assert one(soup, selector)
    assert one(soup, ".cover")["aria-hidden"] == "true"


def test_a_bare_card_leaves_no_empty_parts() -> None:
    soup = drawn("card", "card", card(description="", facts=(), tags=()))
    assert soup.select(".card-text, .card-meta, dl, ul") == []


def test_sections_have_a_table_of_contents_once_there_are_two() -> None:
    first = Sample(id="first", title="First", description="", cards=(card(),), size=1, more=None)
    second = Sample(id="second", title="Second", description="More.", cards=(card(), card()), size=2, more=None)
    assert drawn("sections", "contents", (first,)).find(True) is None
    soup = drawn("sections", "contents", (first, second))
    assert [link["href"] for link in soup.select("a")] == ["#first", "#second"]
    soup = drawn("sections", "sections", (first, second))
    assert [len(part.select("li > .card")) for part in soup.select(".section")] == [1, 2]
    assert {part["aria-labelledby"] for part in soup.select(".section")} == {title["id"] for title in soup.select("h2")}


def test_the_current_step_is_marked() -> None:
    steps = (Sample(title="One", url="/1", current=False), Sample(title="Two", url="/2", current=True))
    assert one(drawn("steps", "steps", steps), "[aria-current=page]")["href"] == "/2"


@pytest.mark.parametrize("logo", [None, "/brand/logo.svg"], ids=["mark", "logo"])
def test_the_brand_is_a_link_named_by_its_name(logo: str | None) -> None:
    brand = Sample(name="Workbench", tagline="", logo_url=logo, home_url="/")
    link = one(drawn("brand", "brand_link", brand), "a")
    assert link["href"] == "/"
    assert link.text.split() == ["Workbench"]
    assert bool(link.select("img[alt='']")) is bool(logo)


def test_text_of_others_never_becomes_markup() -> None:
    values = card(
        name=HOSTILE,
        title=HOSTILE,
        description=HOSTILE,
        url=HOSTILE,
        tags=(HOSTILE,),
        facts=(Sample(label=HOSTILE, value=HOSTILE),),
        availability=Sample(state="free", words=HOSTILE),
        start_url=HOSTILE,
        start_label=HOSTILE,
    )
    link = Sample(url=HOSTILE, label=HOSTILE)
    assert drawn("card", "card", values).select("script") == []
    assert drawn("banner", "banner", notice(title=HOSTILE, text=HOSTILE, link=link)).select("script") == []
