"""Signed links: when they start nothing and what is said then, and the question they lead to."""

from dataclasses import replace
from datetime import timedelta

import pytest
from offered import ADDRESSES, NOON, known, offer

from frontend.site.index import Shop
from frontend.site.model import Catalog, Parameter, Site, WorkshopOverride
from frontend.site.offers import Known, OwnSession
from frontend.site.parameters import Answers
from frontend.site.signed_links import (
    Refusal,
    SignedLink,
    Standing,
    absence,
    from_claims,
    link_page,
    refusal,
    refused_page,
    shop_of,
    still_asked,
)
from portal_backend.contract.components import Fact

LINK = SignedLink("abc", "lab", NOON + timedelta(hours=8), uses=3, pinned={"TEAM": "Red", "SEED": "7"})
ASKED = (Parameter(name="TEAM", label="Your team"), Parameter(name="NAME", label="Your name", required=True))
HIDDEN = Site(catalog=Catalog(workshops={"lab": WorkshopOverride(hidden=True, parameters=ASKED)}))
OWN = OwnSession("main", "main-w01-s001", "lab", "main-w01", None, extendable=False)


def shop(*listed: Known, own: tuple[OwnSession, ...] = (), site: Site = HIDDEN) -> Shop:
    """Return the shop of a site that hides its lab, as a link opens it."""
    at = Shop(site, listed or (known(offer()),), own, ADDRESSES, NOON)
    return shop_of(at, LINK)


@pytest.mark.parametrize("link", [LINK, replace(LINK, portal="main", uses=None, pinned={})], ids=["full", "plain"])
def test_what_is_signed_is_what_is_read(link: SignedLink) -> None:
    assert from_claims(link.claims()) == link


@pytest.mark.parametrize(
    "claims",
    [
        None,
        {},
        [],
        [1],
        [2, "a", "lab", "", 1, 1, {}],
        [1, "a", "lab", "", "soon", 1, {}],
        [True, "a", "b", "", 1, 1, {}],
    ],
    ids=str,
)
def test_claims_of_another_form_are_no_link(claims: object) -> None:
    assert from_claims(claims) is None


@pytest.mark.parametrize(
    ("hours", "standing", "resumes", "why"),
    [
        (0, Standing(), False, None),
        (7.99, Standing(2), False, None),
        (8, Standing(), False, Refusal.EXPIRED),
        (9, Standing(3, True), True, Refusal.EXPIRED),
        (0, Standing(0, True), False, Refusal.ENDED),
        (0, Standing(0, True), True, Refusal.ENDED),
        (0, Standing(3), False, Refusal.USED_UP),
        (0, Standing(4), False, Refusal.USED_UP),
        (0, Standing(3), True, None),
    ],
)
def test_when_a_link_starts_nothing(hours: float, standing: Standing, resumes: bool, why: Refusal | None) -> None:
    assert refusal(LINK, NOON + timedelta(hours=hours), standing, resumes) is why


def test_a_link_nobody_signed_and_one_without_a_limit() -> None:
    assert refusal(None, NOON) is Refusal.FORGED
    assert refusal(replace(LINK, uses=None), NOON, Standing(10_000)) is None


@pytest.mark.parametrize(
    ("why", "status", "title", "what"),
    [
        (Refusal.FORGED, 404, "That is no link of this site", "It may have been cut off on its way to you."),
        (Refusal.EXPIRED, 410, "This link is over", "It worked until 1 March, 20:00 UTC."),
        (Refusal.ENDED, 410, "This link is over", "Whoever gave it out has ended it."),
        (Refusal.USED_UP, 410, "This link is used up", "It starts 3 sessions, and all are taken."),
        (
            Refusal.NOT_OFFERED,
            404,
            "That workshop is not there",
            "The workshop it starts is not offered here any more.",
        ),
        (Refusal.SILENT, 503, "The workshop cannot start right now", "The portal that hands out the sessions does not"),
        (
            Refusal.UNCOUNTED,
            503,
            "The workshop cannot start right now",
            "This site cannot count who has used the link.",
        ),
    ],
)
def test_each_refusal_says_what_happened_and_what_to_do(why: Refusal, status: int, title: str, what: str) -> None:
    page = refused_page(why, LINK, "/")
    assert (page.status, page.title, page.home_url) == (status, title, "/")
    assert page.what.startswith(what)
    assert page.todo


def test_a_link_for_one_says_so() -> None:
    page = refused_page(Refusal.USED_UP, replace(LINK, uses=1), "/")
    assert page.what == "It starts 1 session, which has been taken."


def test_the_question_shows_what_is_fixed_and_asks_the_rest() -> None:
    page = link_page(shop(), LINK, "/go/x/", ())
    assert page
    assert page.title == "Start “The lab”"
    assert page.start_url == "/go/x/"
    assert page.fixed == (Fact("Your team", "Red"), Fact("SEED", "7"))
    assert [field.label for field in page.fields] == ["Your name"]
    assert page.until == "This link works until 1 March, 20:00 UTC."
    assert [each.name for each in still_asked(HIDDEN, LINK)] == ["NAME"]


def test_what_was_typed_comes_back_with_what_is_wrong() -> None:
    page = link_page(shop(), LINK, "/go/x/", (), Answers({"NAME": "Ann"}, {"NAME": "No."}))
    assert page
    assert [(field.value, field.error) for field in page.fields] == [("Ann", "No.")]


@pytest.mark.parametrize("at", [shop(own=(OWN,)), shop(known(offer(capacity=1, allocated=1)))], ids=["resumed", "full"])
def test_nothing_is_asked_of_whom_has_it_open_or_cannot_have_it(at: Shop) -> None:
    page = link_page(at, LINK, "/go/x/", ())
    assert page
    assert page.fields == ()


def test_a_hidden_workshop_is_opened_by_the_link_and_by_a_session_but_stands_on_no_index() -> None:
    at = Shop(HIDDEN, (known(offer()),), (), ADDRESSES, NOON)
    assert at.card("lab") is None
    assert shop().card("lab")
    assert replace(at, own=(OWN,)).card("lab")
    named = Site.model_validate(
        {
            "catalog": {
                "workshops": {"lab": {"hidden": True}},
                "sections": [{"id": "a", "title": "A", "workshops": ["lab"]}],
            }
        }
    )
    for site in (HIDDEN, named):
        assert shop(own=(OWN,), site=site).sections == ()


def test_a_link_that_names_a_portal_opens_that_one_alone() -> None:
    two = (known(offer(), portal="main"), known(offer(portal="other", title="Elsewhere"), portal="other"))
    at = Shop(HIDDEN, two, (OWN, replace(OWN, portal="other")), ADDRESSES, NOON)
    narrowed = shop_of(at, replace(LINK, portal="other"))
    assert [item.portal for item in narrowed.known] == ["other"]
    assert [item.portal for item in narrowed.own] == ["other"]
    assert shop_of(at, LINK).known == two


@pytest.mark.parametrize(
    ("listed", "why"),
    [
        (known(offer()), None),
        (known(offer("another")), Refusal.NOT_OFFERED),
        (Known("main", None, stale=True), Refusal.SILENT),
    ],
    ids=["offered", "not offered", "never reached"],
)
def test_a_workshop_that_is_not_there_is_told_from_a_portal_that_is_silent(listed: Known, why: Refusal | None) -> None:
    assert absence(shop(listed), LINK) is why
    assert (link_page(shop(listed), LINK, "/go/x/", ()) is None) == (why is not None)
