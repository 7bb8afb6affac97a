"""The owner's sections over what the portals offer, one card a workshop, in words."""

from datetime import timedelta

import pytest
from offered import ADDRESSES, known, offer

from frontend.site.catalog import availability, candidates, card, full_description, sections
from frontend.site.model import Catalog
from frontend.site.offers import Known, Offer
from portal_backend.contract.components import Availability, Card, Fact
from portal_backend.contract.stylesheet import cover
from portal_backend.contract.wire import EnvironmentState


def cards(catalog: Catalog, *everything: Known) -> dict[str, Card]:
    """Return the cards of a visitor without a session."""
    return {name: card(catalog, found, (), ADDRESSES) for name, found in candidates(catalog, everything).items()}


@pytest.mark.parametrize(
    ("changes", "room", "expected"),
    [
        ({"available": 1}, None, Availability("ready", "Ready at once")),
        ({"available": 1, "allocated": 10}, 0, Availability("ready", "Ready at once")),
        ({"capacity": 12}, None, Availability("free", "12 seats free")),
        ({"capacity": 12, "allocated": 11}, None, Availability("free", "1 seat free")),
        ({"capacity": 12}, 3, Availability("free", "3 seats free")),
        ({"capacity": 2}, 30, Availability("free", "2 seats free")),
        ({"capacity": 12}, 0, Availability("full", "Full")),
        ({"capacity": 2, "allocated": 2}, None, Availability("full", "Full")),
        ({"capacity": 2, "allocated": 3}, None, Availability("full", "Full")),
        ({"capacity": None}, None, Availability("free", "Seats free")),
        ({"capacity": None}, 5, Availability("free", "5 seats free")),
        ({"state": EnvironmentState.STOPPING, "available": 1}, None, Availability("closed", "Closed")),
        ({"state": EnvironmentState.STARTING}, None, Availability("closed", "Closed")),
    ],
)
def test_availability_is_said_in_words(changes: dict[str, object], room: int | None, expected: Availability) -> None:
    assert availability(offer(**changes), room) == expected


def test_a_card_says_what_the_portal_says() -> None:
    shown = cards(Catalog(), known(offer(logo="https://e.com/logo.png")))["lab"]
    assert shown == Card(
        name="lab",
        title="The lab",
        description="Learn things.",
        url="/workshop/lab/",
        image_url="https://e.com/logo.png",
        facts=(Fact("Duration", "15 minutes"), Fact("Difficulty", "Beginner")),
        tags=("git",),
        availability=Availability("free", "10 seats free"),
        start_url="/start/lab/",
        start_label="Start",
        startable=True,
        portal="main",
    )
    assert shown.cover == cover("lab")


@pytest.mark.parametrize(
    ("override", "field", "expected"),
    [
        ({"title": "Mine"}, "title", "Mine"),
        ({"description": "*My* words"}, "description", "My words"),
        ({"image": "pictures/lab.png"}, "image_url", "/files/pictures/lab.png"),
        ({"image": "https://e.com/mine.png"}, "image_url", "https://e.com/mine.png"),
        ({}, "image_url", "https://e.com/logo.png"),
    ],
)
def test_an_owners_correction_wins(override: dict[str, str], field: str, expected: str) -> None:
    catalog = Catalog.model_validate({"workshops": {"lab": override}})
    assert getattr(cards(catalog, known(offer(logo="https://e.com/logo.png")))["lab"], field) == expected


@pytest.mark.parametrize(
    ("changes", "title"), [({"title": ""}, "lab"), ({"title": "T"}, "T")], ids=["without a title", "with one"]
)
def test_a_card_always_has_a_title(changes: dict[str, object], title: str) -> None:
    assert cards(Catalog(), known(offer(**changes)))["lab"].title == title


@pytest.mark.parametrize(
    ("changes", "facts"),
    [
        ({"duration": "", "expires": timedelta(hours=1), "difficulty": ""}, (Fact("Duration", "1 hour"),)),
        ({"duration": "", "expires": None, "difficulty": ""}, ()),
    ],
)
def test_facts_are_those_that_are_known(changes: dict[str, object], facts: tuple[Fact, ...]) -> None:
    assert cards(Catalog(), known(offer(**changes)))["lab"].facts == facts


@pytest.mark.parametrize("logo", ["javascript:alert(1)", "http://e.com/x.png", ""])
def test_a_logo_that_is_not_safe_is_not_shown(logo: str) -> None:
    assert cards(Catalog(), known(offer(logo=logo)))["lab"].image_url is None


@pytest.mark.parametrize(
    ("changes", "resume", "label", "startable"),
    [
        ({}, (), "Start", True),
        ({"allocated": 10}, (), "Start", False),
        ({"allocated": 10}, ("lab",), "Resume", True),
        ({"state": EnvironmentState.STOPPING}, (), "Start", False),
        ({"state": EnvironmentState.STOPPING}, ("lab",), "Resume", True),
        ({}, ("other",), "Start", True),
    ],
    ids=["free", "full", "full, but one is mine", "closed", "closed, but one is mine", "mine is another"],
)
def test_a_button_is_there_when_it_can_work(
    changes: dict[str, object], resume: tuple[str, ...], label: str, startable: bool
) -> None:
    found = candidates(Catalog(), [known(offer(**changes))])["lab"]
    shown = card(Catalog(), found, resume, ADDRESSES)
    assert (shown.start_label, shown.startable) == (label, startable)


FULL = {"allocated": 10}
READY = {"available": 1}


@pytest.mark.parametrize(
    ("first", "second", "order"),
    [
        ({}, {}, ["a", "b"]),
        (FULL, {}, ["b", "a"]),
        ({}, READY, ["b", "a"]),
        (READY, {}, ["a", "b"]),
        ({"state": EnvironmentState.STOPPING}, FULL, ["b", "a"]),
    ],
    ids=["the owner's order", "a seat first", "ready first", "ready stays first", "full before closed"],
)
def test_of_several_portals_the_best_comes_first(
    first: dict[str, object], second: dict[str, object], order: list[str]
) -> None:
    everything = [known(offer(portal="a", **first), portal="a"), known(offer(portal="b", **second), portal="b")]
    found = candidates(Catalog(), everything)
    assert [item.offer.portal for item in found["lab"]] == order
    assert card(Catalog(), found["lab"], (), ADDRESSES).portal == order[0]


def test_a_portal_never_reached_offers_nothing() -> None:
    assert candidates(Catalog(), [Known("main", None, stale=True)]) == {}


def shown_as(catalog: dict[str, object], *offers: Offer) -> list[tuple[str, str, list[str]]]:
    """Return each section's id and title and the names of its cards."""
    model = Catalog.model_validate(catalog)
    return [(s.id, s.title, [c.name for c in s.cards]) for s in sections(model, cards(model, known(*offers)))]


ABC = (offer("c", title="Cider"), offer("a", title="apple"), offer("b", title="Bread"))


@pytest.mark.parametrize(
    ("catalog", "expected"),
    [
        ({}, [("more", "All workshops", ["a", "b", "c"])]),
        ({"rest": {"title": "Rest"}}, [("more", "Rest", ["a", "b", "c"])]),
        ({"rest": {"hidden": True}}, []),
        ({"workshops": {"c": {"order": -1}, "a": {"order": 5}}}, [("more", "All workshops", ["c", "b", "a"])]),
        ({"workshops": {"b": {"hidden": True}}}, [("more", "All workshops", ["a", "c"])]),
        (
            {"sections": [{"id": "s", "title": "S", "workshops": ["c", "a"]}]},
            [("s", "S", ["c", "a"]), ("more", "More workshops", ["b"])],
        ),
        (
            {"sections": [{"id": "s", "title": "S", "workshops": ["c", "gone", "a", "b"]}]},
            [("s", "S", ["c", "a", "b"])],
        ),
        (
            {"sections": [{"id": "s", "title": "S", "workshops": ["gone"]}], "rest": {"hidden": True}},
            [],
        ),
        (
            {"sections": [{"id": "s", "title": "S", "workshops": ["a"]}], "workshops": {"a": {"hidden": True}}},
            [("more", "More workshops", ["b", "c"])],
        ),
    ],
    ids=[
        "by title",
        "with a heading",
        "only what sections name",
        "by order, then title",
        "without the hidden",
        "sections first",
        "nothing that is not offered",
        "no empty section",
        "hidden in a section too",
    ],
)
def test_sections_hold_what_is_offered(catalog: dict[str, object], expected: list[tuple[str, str, list[str]]]) -> None:
    assert shown_as(catalog, *ABC) == expected


@pytest.mark.parametrize(("override", "text"), [({}, "Learn **things**."), ({"description": "Mine"}, "Mine")])
def test_a_page_has_the_owners_description_or_the_portals(override: dict[str, str], text: str) -> None:
    assert full_description(Catalog.model_validate({"workshops": {"lab": override}}), offer()) == text
