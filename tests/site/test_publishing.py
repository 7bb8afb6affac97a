"""The site as files: what is in it, what is left out, and that it claims nothing it cannot know."""

from dataclasses import replace

import pytest
from offered import NOON, crowd, known, offer

from frontend.site.model import Announcement, Catalog, Parameter, Portal, Rest, Section, Site, WorkshopOverride
from frontend.site.offers import Known, Offer
from frontend.site.publishing import Edition, Place, public, unpublishable
from portal_backend.contract.components import Availability
from portal_backend.contract.wire import EnvironmentState, Notification

OPEN = Portal(name="main", url="https://portal.example/", anonymous=True)
SHUT = Portal(name="inner", url="https://inner.example/")
PLACE = Place("https://www.example.com/labs/", lambda path: f"/labs/static/1/{path}")
CREATE = "https://portal.example/workshops/environment/lab/create/?index_url=https%3A%2F%2Fwww.example.com%2Flabs%2F"


def edition(
    *offers: Offer, catalog: Catalog | None = None, place: Place = PLACE, more: tuple[Known, ...] = ()
) -> Edition:
    """Return an edition of a site with an open and a shut portal."""
    site = Site(
        portals=(OPEN, SHUT),
        catalog=catalog or Catalog(),
        announcements=(Announcement.model_validate({"id": "a", "text": "Now", "until": "2026-03-02"}),),
    )
    return Edition(site, (known(*(offers or (offer(),))), *more), place, NOON)


def test_a_card_starts_by_link_and_returns_to_the_index() -> None:
    (card,) = edition().catalog_page().sections[0].cards
    assert (card.start_by, card.startable, card.start_url) == ("link", True, CREATE)
    assert card.url == "/labs/workshop/lab/"


@pytest.mark.parametrize(
    "changes", [{"allocated": 10}, {"available": 3}, {"capacity": None}, {"capacity": 0}], ids=lambda value: str(value)
)
def test_no_seat_is_told_and_none_makes_a_difference(changes: dict[str, object]) -> None:
    made, plain = edition(offer(**changes)), edition()
    (card,) = made.catalog_page().sections[0].cards
    assert card.availability == Availability("untold", "")
    assert made.catalog_page() == plain.catalog_page()
    assert made.made_of("lab") == plain.made_of("lab")
    assert "shows when you start" in made.catalog_page().seats


@pytest.mark.parametrize(
    ("offers", "more", "catalog", "left"),
    [
        ((offer(), offer("b")), (), Catalog(), ("lab", "b")),
        ((offer(), offer("b")), (), Catalog(workshops={"b": WorkshopOverride(hidden=True)}), ("lab",)),
        ((offer(),), (known(offer("b", portal="inner"), portal="inner"),), Catalog(), ("lab",)),
        ((offer(), offer("b", state=EnvironmentState.STOPPING)), (), Catalog(), ("lab",)),
        ((offer(), offer("../b"), offer("")), (), Catalog(), ("lab",)),
        (
            (offer(), offer("b")),
            (),
            Catalog(sections=(Section(id="s", title="S", workshops=("lab",)),), rest=Rest(hidden=True)),
            ("lab",),
        ),
    ],
    ids=["everything", "hidden", "of a shut portal", "not running", "no name of a folder", "in no section"],
)
def test_only_what_is_public_has_a_page(
    offers: tuple[Offer, ...], more: tuple[Known, ...], catalog: Catalog, left: tuple[str, ...]
) -> None:
    assert set(edition(*offers, catalog=catalog, more=more).workshops) == set(left)


def test_what_a_silent_portal_offers_is_nothing() -> None:
    assert public(Site(portals=(OPEN,)), (Known("main", None, stale=True),)) == ()
    made = Edition(Site(portals=(OPEN,)), (Known("main", None, stale=True),), PLACE, NOON)
    assert (made.catalog_page().empty, made.catalog_page().seats) == (
        "No workshops are offered right now. Come back later.",
        "",
    )


def test_what_cannot_be_a_folder_is_named() -> None:
    assert unpublishable((known(offer(), offer("a/b"), offer("..")), Known("x", None, stale=True))) == ("a/b", "..")


@pytest.mark.parametrize(
    ("parameter", "startable"),
    [
        (Parameter(name="A"), True),
        (Parameter(name="A", required=True), False),
        (Parameter(name="A", required=True, value="x"), True),
    ],
    ids=["optional", "required", "required with a value"],
)
def test_what_must_be_asked_first_has_no_button(parameter: Parameter, startable: bool) -> None:
    made = edition(catalog=Catalog(workshops={"lab": WorkshopOverride(parameters=(parameter,))}))
    page = made.workshop_page("lab")
    assert page.card.startable is startable
    assert page.fields == ()
    frame = made.embed_page("lab")
    assert (frame.start_url, frame.new_tab) == (None, True)
    assert (frame.link_url == CREATE) is startable
    assert ("when you press Start" in page.seats) is startable


def test_a_page_shares_only_addresses_that_are_there() -> None:
    assert [link.url for link in edition().workshop_page("lab").share] == [
        "https://www.example.com/labs/workshop/lab/",
        CREATE,
    ]


def test_a_badge_is_shown_where_the_owner_wants_one() -> None:
    place = replace(PLACE, badge="https://site.example/badge/{}.svg".format)
    assert edition(place=place).workshop_page("lab").card.badge_url == "https://site.example/badge/lab.svg"
    assert edition().workshop_page("lab").card.badge_url == ""


@pytest.mark.parametrize(("count", "searched", "rows"), [(6, False, False), (7, True, False), (61, True, True)])
def test_everything_is_on_the_one_page(count: int, searched: bool, rows: bool) -> None:
    page = edition(*crowd(count)).catalog_page()
    assert sum(len(section.cards) for section in page.sections) == count
    assert (page.search is not None, page.rows, page.pager) == (searched, rows, None)
    assert page.search is None or (page.search.scripted and page.search.complete)


def test_a_thousand_are_not_cut_into_pages() -> None:
    assert sum(len(section.cards) for section in edition(*crowd(1000)).catalog_page().sections) == 1000


def test_there_is_a_way_back_for_each_code() -> None:
    made = edition()
    codes = [code.value for code in Notification]
    assert [each.id for each in made.catalog_page().returns] == codes
    assert [each.id for each in made.back_page().told] == codes
    assert made.back_page().text.endswith("one of these:")
    for code in Notification:
        page = made.back_page(code)
        assert ([each.id for each in page.told], page.text) == ([code.value], "")
    assert made.place.back("session-deleted") == "/labs/back/session-deleted/"
    link = made.catalog_page().back
    assert link
    assert link.url == "/labs/back/"


def test_announcements_are_those_that_are_due_and_cannot_be_closed() -> None:
    (shown,) = edition().catalog_page().notices
    assert (shown.title, shown.dismissible, shown.close_url) == ("Now", False, "")
    assert replace(edition(), now=NOON.replace(day=3)).catalog_page().notices == ()


def test_a_place_knows_its_parts() -> None:
    assert (PLACE.path, PLACE.origin) == ("/labs/", "https://www.example.com")
