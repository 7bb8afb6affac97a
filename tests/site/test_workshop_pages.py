"""A page a workshop: what it needs, asks, and how it is passed on; and what people who come back are offered."""

from dataclasses import replace

import pytest
from offered import ADDRESSES, NOON, known, offer

from frontend.site.embedding import Embedding
from frontend.site.index import Shop
from frontend.site.model import Catalog, Notifications, Parameter, Portal, Site, Wording, WorkshopOverride
from frontend.site.offers import Offer, OwnSession
from frontend.site.pages import Choice
from frontend.site.parameters import ASKED, Answers, fields, read
from frontend.site.returning import told
from frontend.site.troubles import Setback, Trouble
from frontend.site.workshop import ask_page, workshop_page
from portal_backend.contract.components import Hyperlink
from portal_backend.contract.wire import EnvironmentState, Notification

OWN = OwnSession("main", "main-w01-s001", "lab", "main-w01", None, extendable=False)
TEAM = Parameter(name="TEAM", label="Your team", help="Red or blue.", choices=("Red", "Blue"))
NAME = Parameter(name="my.name", value="Somebody", required=True)
DECLARED = (TEAM, NAME)


def shop(*offers: Offer, own: tuple[OwnSession, ...] = (), portal: dict[str, object] | None = None) -> Shop:
    """Return the shop of a visitor at a site whose lab needs and asks something."""
    owner = WorkshopOverride(needs=("A terminal",), parameters=DECLARED)
    portals = (Portal.model_validate({"name": "main", "url": "https://portal.example/", **(portal or {})}),)
    site = Site(
        catalog=Catalog(workshops={"lab": owner}),
        portals=portals,
        notifications=Notifications.model_validate({"session-invalid": Wording(text="Own words.")}),
    )
    return Shop(site, (known(*(offers or (offer(),))),), own, replace(ADDRESSES, origin="https://site.example"), NOON)


def test_the_page_says_what_is_needed_and_asks_what_is_declared() -> None:
    page = workshop_page(shop(), "lab", ())
    assert page
    assert page.needs == ("A terminal",)
    assert [(field.label, field.value, field.required) for field in page.fields] == [
        ("Your team", "", False),
        ("my.name", "Somebody", True),
    ]
    assert page.fields[0].choices == (Choice("Red", False), Choice("Blue", False))


@pytest.mark.parametrize("origins", [(), ("https://www.example.com",)])
def test_a_frame_is_offered_where_some_page_may_have_one(origins: tuple[str, ...]) -> None:
    at = shop()
    allowed = at.site.model_copy(update={"embedding": Embedding(origins=origins)})
    page = workshop_page(replace(at, site=allowed), "lab", ())
    assert page
    assert [each.id for each in page.paste if "/embed/lab/" in each.url] == ["paste-frame"] * len(origins)


@pytest.mark.parametrize(
    "at",
    [shop(own=(OWN,)), shop(offer(capacity=1, allocated=1))],
    ids=["started already", "full"],
)
def test_nothing_is_asked_where_nothing_would_start(at: Shop) -> None:
    page, question = workshop_page(at, "lab", ()), ask_page(at, "lab", ())
    assert page
    assert question
    assert (page.fields, question.fields) == ((), ())


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (shop(), ""),
        (shop(offer(capacity=1, allocated=1), own=(OWN,)), ""),
        (shop(offer(capacity=1, allocated=1)), "Seats come free as soon as somebody finishes."),
        (shop(offer(state=EnvironmentState.STOPPING)), "It takes nobody new at the moment."),
    ],
    ids=["free", "full, started already", "full", "closed"],
)
@pytest.mark.parametrize("stale", [False, True])
def test_what_cannot_be_started_says_why_and_what_to_do(at: Shop, said: str, stale: bool) -> None:
    at = replace(at, known=tuple(replace(each, stale=stale) for each in at.known))
    page, question = workshop_page(at, "lab", ()), ask_page(at, "lab", ())
    assert page
    assert question
    assert page.wait == question.wait
    if stale and page.card.startable:
        said = "The portal does not answer, so this may no longer be so."
    assert page.wait.startswith(said)
    assert bool(page.wait) == bool(said)
    assert question.title.endswith("“The lab”") is page.card.startable


@pytest.mark.parametrize(
    ("portal", "create"),
    [
        ({}, None),
        (
            {"anonymous": True},
            "https://portal.example/workshops/environment/lab/create/?index_url=https%3A%2F%2Fsite.example%2F",
        ),
        (
            {"anonymous": True, "create_by": "environment"},
            "https://portal.example/workshops/environment/main-w01/create/?index_url=https%3A%2F%2Fsite.example%2F",
        ),
    ],
    ids=["people come through the site", "anonymous", "anonymous by environment"],
)
def test_the_links_to_pass_on_are_whole_addresses(portal: dict[str, object], create: str | None) -> None:
    page = workshop_page(shop(portal=portal), "lab", ())
    assert page
    assert [link.url for link in page.share] == [
        "https://site.example/workshop/lab/",
        "https://site.example/start/lab/",
        *([create] if create else []),
    ]
    assert len({link.id for link in page.share}) == len(page.share)


@pytest.mark.parametrize(
    ("form", "values", "wrong"),
    [
        ({"parameter-TEAM": "Red", "parameter-my.name": " Ann "}, {"TEAM": "Red", "my.name": "Ann"}, set()),
        ({"parameter-my.name": "Ann"}, {"my.name": "Ann"}, set()),
        ({}, {}, {"my.name"}),
        ({"parameter-my.name": "  "}, {}, {"my.name"}),
        ({"parameter-TEAM": "Green", "parameter-my.name": "A"}, {"TEAM": "Green", "my.name": "A"}, {"TEAM"}),
        ({"parameter-my.name": "x" * 501}, {"my.name": "x" * 501}, {"my.name"}),
        ({"parameter-my.name": "a\nb"}, {"my.name": "a\nb"}, {"my.name"}),
        ({"parameter-my.name": "A", "parameter-OTHER": "x", ASKED: "1"}, {"my.name": "A"}, set()),
    ],
    ids=["all", "required only", "nothing", "spaces", "no choice", "long", "control characters", "not declared"],
)
def test_what_is_typed_is_checked_and_only_what_is_declared_is_read(
    form: dict[str, str], values: dict[str, str], wrong: set[str]
) -> None:
    answers = read(DECLARED, form)
    assert answers.values == values
    assert set(answers.problems) == wrong


@pytest.mark.parametrize(
    ("declared", "form", "lacking"),
    [
        (DECLARED, {ASKED: "1", "parameter-my.name": "Ann"}, False),
        (DECLARED, {ASKED: "1"}, True),
        (DECLARED, {"parameter-my.name": "Ann"}, True),
        ((TEAM,), {}, True),
        ((), {}, False),
    ],
    ids=["answered", "not answered", "not asked", "not asked what may be left out", "nothing to ask"],
)
def test_a_workshop_starts_with_what_it_asked_for(
    declared: tuple[Parameter, ...], form: dict[str, str], lacking: bool
) -> None:
    assert read(declared, form).lacking is lacking


def test_a_form_without_the_fields_leaves_them_as_they_are_at_first() -> None:
    assert fields(DECLARED, read(DECLARED, {})) == fields(DECLARED)


def test_a_form_that_comes_back_keeps_what_was_typed_beside_what_was_wrong() -> None:
    shown = fields(DECLARED, Answers({"TEAM": "Blue"}, {"my.name": "It is needed."}))
    assert [(field.value, field.error) for field in shown] == [("Blue", None), ("", "It is needed.")]
    assert shown[0].choices[1].selected
    assert [field.id for field in shown] == ["parameter-TEAM", "parameter-my-name"]


@pytest.mark.parametrize(
    ("answers", "focus"),
    [
        (None, [False, False]),
        (Answers({"TEAM": "Blue"}, {}), [False, True]),
        (Answers({"TEAM": "Green"}, {"TEAM": "Choose one."}), [True, False]),
    ],
    ids=["all is filled in", "one is missing", "one is wrong"],
)
def test_the_first_field_that_needs_something_takes_the_keyboard(answers: Answers | None, focus: list[bool]) -> None:
    assert [field.focus for field in fields(DECLARED, answers)] == focus


FREE = offer("free", title="Free one", environment="main-w02")
READY = offer("ready", title="Ready one", environment="main-w03", available=1)
FULL = offer("full", title="Full one", environment="main-w04", capacity=1, allocated=1)
START_AGAIN = Hyperlink("Start “The lab” again", "/start/lab/")


@pytest.mark.parametrize(
    "code", [Notification.SESSION_DELETED, Notification.SESSION_INVALID, Notification.STARTUP_TIMEOUT]
)
def test_the_workshop_somebody_came_from_is_offered_again(code: Notification) -> None:
    banner = told(shop(offer(), FREE), code, "lab")
    assert (banner.link, banner.others) == (START_AGAIN, ())


@pytest.mark.parametrize(
    ("at", "link"),
    [
        (shop(own=(OWN,)), Hyperlink("Go back to “The lab”", "/start/lab/")),
        (shop(offer(capacity=1, allocated=1)), Hyperlink("Look at “The lab”", "/workshop/lab/")),
        (shop(FREE), None),
    ],
    ids=["still open", "full now", "not offered any more"],
)
def test_the_next_step_fits_what_can_be_done(at: Shop, link: Hyperlink | None) -> None:
    assert told(at, Notification.SESSION_DELETED, "lab").link == link


def test_somebody_without_a_seat_is_shown_what_is_free_now() -> None:
    at = shop(offer(), FULL, FREE, READY)
    banner = told(at, Notification.SESSION_UNAVAILABLE, "full", Setback(Trouble.FULL, 0))
    assert banner.link == Hyperlink("Look at “Full one”", "/workshop/full/")
    assert banner.others_label == "Free now:"
    assert banner.others == (
        Hyperlink("Free one", "/start/free/"),
        Hyperlink("Ready one", "/start/ready/"),
        Hyperlink("The lab", "/start/lab/"),
    )


def test_nothing_is_called_free_at_a_portal_that_does_not_answer() -> None:
    both = Site(portals=tuple(Portal(name=name, url=f"https://{name}.example/") for name in ("main", "other")))
    listed = (known(offer(), FREE, stale=True), known(replace(READY, portal="other"), portal="other"))
    at = replace(shop(), site=both, known=listed)
    banner = told(at, Notification.SESSION_UNAVAILABLE, "lab", Setback(Trouble.SILENT, 0))
    assert banner.others == (Hyperlink("Ready one", "/start/ready/"),)


def test_a_workshop_that_was_never_there_is_not_offered_again() -> None:
    banner = told(shop(), Notification.WORKSHOP_INVALID, "lab")
    assert (banner.link, banner.others) == (None, ())


def test_the_owners_words_and_the_next_step_go_together() -> None:
    banner = told(shop(), Notification.SESSION_INVALID, "lab")
    assert (banner.text, banner.link) == ("Own words.", START_AGAIN)
