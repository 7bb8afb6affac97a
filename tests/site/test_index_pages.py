"""The pages are whole whatever the portals do, and say so."""

from datetime import timedelta

import pytest
from offered import ADDRESSES, NOON, known, listing, offer

from frontend.site.index import Shop
from frontend.site.model import Site
from frontend.site.offers import Known, OwnSession
from frontend.site.workshop import ask_page, workshop_page
from portal_backend.contract.components import Notice

OWN = OwnSession("main", "main-w01-s001", "lab", "main-w01", None, extendable=False)
TOLD = (Notice("n", "info", "N"),)


def shop(*everything: Known, own: tuple[OwnSession, ...] = ()) -> Shop:
    """Return the shop of a visitor at noon."""
    return Shop(Site(), everything, own, ADDRESSES, NOON)


DOWN = Known("main", None, stale=True)
AGED = Known("main", listing(offer(), fetched=NOON - timedelta(minutes=7)), stale=True)
OLDER = Known("other", listing(offer("x"), portal="other", fetched=NOON - timedelta(hours=2)), stale=True)


@pytest.mark.parametrize(
    ("everything", "cards", "empty", "stale"),
    [
        ((known(offer()),), 1, None, None),
        ((known(),), 0, "No workshops are offered", None),
        ((DOWN,), 0, "cannot be listed right now", None),
        ((AGED,), 1, None, "7 minutes ago"),
        ((AGED, OLDER), 2, None, "2 hours ago"),
        ((known(offer()), DOWN), 1, None, None),
        ((Known("main", listing(), stale=True),), 0, "No workshops are offered", None),
    ],
    ids=["well", "nothing offered", "never reached", "down", "two down", "one of two never reached", "down and empty"],
)
def test_the_index_is_a_page_whatever_the_portals_do(
    everything: tuple[Known, ...], cards: int, empty: str | None, stale: str | None
) -> None:
    page = shop(*everything).catalog_page(TOLD)
    assert sum(len(section.cards) for section in page.sections) == cards
    assert (page.empty is None) is (empty is None)
    assert (page.stale is None) is (stale is None)
    assert (empty or "") in (page.empty or "")
    assert (stale or "") in (page.stale or "")
    assert page.notices == TOLD


def test_a_workshops_page_shows_it_in_full() -> None:
    page = workshop_page(shop(known(offer())), "lab", TOLD)
    assert page is not None
    assert (page.title, page.authors, page.notices) == ("The lab", "Ann, Bob", TOLD)
    assert page.description_html == "<p>Learn <strong>things</strong>.</p>\n"


@pytest.mark.parametrize(("own", "title"), [((), "Start “The lab”"), ((OWN,), "Resume “The lab”")])
def test_the_question_says_what_will_happen(own: tuple[OwnSession, ...], title: str) -> None:
    page = ask_page(shop(known(offer()), own=own), "lab", TOLD)
    assert page is not None
    assert (page.title, page.start_url, page.back_url) == (title, "/start/lab/", "/")


def test_a_workshop_that_is_not_offered_has_no_page() -> None:
    at = shop(known(offer()))
    assert (workshop_page(at, "gone", ()), ask_page(at, "gone", ()), at.card("gone")) == (None, None, None)


def test_titles_are_those_of_the_cards() -> None:
    assert shop(known(offer())).titles() == {"lab": "The lab"}


@pytest.mark.parametrize(("expires", "limited"), [(None, set()), (timedelta(minutes=5), {("main", "main-w01")})])
def test_it_is_known_which_sessions_end_by_themselves(expires: timedelta | None, limited: set[tuple[str, str]]) -> None:
    assert shop(known(offer(environment="main-w01", expires=expires))).limited() == limited
