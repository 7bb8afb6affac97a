"""Finding workshops: folded words, filters, addresses that can be shared, and what a page shows of many."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from offered import ADDRESSES, NOON, crowd, known, offer

from frontend.site import paging
from frontend.site.index import Shop
from frontend.site.model import Catalog, Rest, Section, Site, WorkshopOverride
from frontend.site.offers import Offer
from frontend.site.pages import CatalogPage
from frontend.site.search import EVERYTHING, KINDS, Query, fold, in_order, query_of

SCRIPT = Path(__file__).parents[2] / "static" / "js" / "find-workshops.js"
LABS = (
    offer("git", title="Git for hurried people", tags=("git", "vcs"), labels=("track=a",), description="Undo it."),
    offer("cafe", title="Café mañana", tags=("Food",), difficulty="advanced", labels=("track=b",)),
    offer("street", title="Straße", tags=("git",), difficulty="advanced", labels=("track=a", "x.io/level=2")),
)


def shop(*offers: Offer, portals: tuple[str, ...] = ("main",), **catalog: object) -> Shop:
    """Return the shop of a visitor where each portal offers all that."""
    everything = [known(*(replace(each, portal=name) for each in offers), portal=name) for name in portals]
    return Shop(Site(catalog=Catalog(**catalog)), everything, (), ADDRESSES, NOON)  # type: ignore[arg-type]


def found(page: CatalogPage) -> list[str]:
    """Return the workshops on a page."""
    return [card.name for section in page.sections for card in section.cards]


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Café  MAÑANA", "cafe manana"),
        ("Straße", "strasse"),
        ("Łódź Ærø cœur", "lodz aero coeur"),
        ("İstanbul", "istanbul"),
        ("ﬁne", "fine"),
        ("Ηλιος ΆΝΩ", "ηλιοσ ανω"),
        ("", ""),
    ],
)
def test_text_is_compared_without_case_and_marks(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_the_script_folds_the_same_letters() -> None:
    script = SCRIPT.read_text("utf-8")
    for written, plain in (("ß", "ss"), ("ø", "o"), ("đ", "d"), ("ł", "l"), ("æ", "ae"), ("œ", "oe"), ("ı", "i")):
        assert f'{written}: "{plain}"' in script
        assert fold(written) == plain
    assert len(script.splitlines()) <= 80


@pytest.mark.parametrize(
    ("query", "names"),
    [
        (Query(q="GIT"), ["git", "street"]),
        (Query(q="cafe"), ["cafe"]),
        (Query(q="STRASSE"), ["street"]),
        (Query(q="undo"), ["git"]),
        (Query(q="people git"), ["git"]),
        (Query(q="git cafe"), []),
        (Query(tag="GIT"), ["git", "street"]),
        (Query(tag="food"), ["cafe"]),
        (Query(tag="fo"), []),
        (Query(difficulty="advanced"), ["cafe", "street"]),
        (Query(label="track=a"), ["git", "street"]),
        (Query(label="x.io/level=2"), ["street"]),
        (Query(portal="main"), ["cafe", "git", "street"]),
        (Query(portal="elsewhere"), []),
        (Query(q="git", difficulty="advanced", label="track=a"), ["street"]),
        (Query(q="<script>"), []),
    ],
    ids=str,
)
def test_words_and_filters_find_workshops(query: Query, names: list[str]) -> None:
    page = shop(*LABS, search="always").catalog_page((), query)
    assert found(page) == names
    assert page.search
    assert page.search.found == ("1 workshop" if len(names) == 1 else f"{len(names)} workshops")
    assert page.search.reset_url == "/"
    assert (page.empty is None) is bool(names)


def test_words_beyond_what_a_card_shows_are_found_and_told_to_the_script() -> None:
    long = "word " * 100 + "haystack **needle**"
    page = shop(offer("long", description=long), *LABS, search="always").catalog_page((), Query(q="needle"))
    card = page.sections[0].cards[0]
    assert "needle" not in card.description
    assert card.more.endswith("haystack needle")
    assert f"{card.description.removesuffix('…')} {card.more}".split() == ("word " * 100 + "haystack needle").split()


def test_a_card_tells_the_script_what_it_can_be_filtered_by() -> None:
    page = shop(*LABS, portals=("main", "other"), search="always").catalog_page(())
    marks = {card.name: card.marks for section in page.sections for card in section.cards}
    assert marks["street"] == (
        "|tag:git|difficulty:advanced|label:track=a|label:x.io/level=2|portal:main|portal:other|"
    )


def test_each_filter_offers_what_tells_workshops_apart() -> None:
    form = shop(*LABS, search="always").catalog_page((), Query(tag="git", label="gone=1")).search
    assert form
    offered = {each.name: [(o.value, o.words, o.selected) for o in each.options] for each in form.filters}
    assert offered == {
        "tag": [("food", "Food (1)", False), ("git", "git (2)", True), ("vcs", "vcs (1)", False)],
        "difficulty": [("advanced", "Advanced (2)", False), ("beginner", "Beginner (1)", False)],
        "label": [
            ("gone=1", "gone: 1 (0)", True),
            ("x.io/level=2", "level: 2 (1)", False),
            ("track=a", "track: a (2)", False),
            ("track=b", "track: b (1)", False),
        ],
    }


def test_the_owner_chooses_the_filters() -> None:
    form = shop(*LABS, search="always", filters=("difficulty",)).catalog_page(()).search
    assert form
    assert [each.name for each in form.filters] == ["difficulty"]


@pytest.mark.parametrize(
    ("setting", "number", "shown"),
    [("auto", 6, False), ("auto", 7, True), ("always", 1, True), ("always", 0, False), ("never", 50, False)],
)
def test_a_handful_of_workshops_needs_no_search(setting: str, number: int, shown: bool) -> None:
    page = shop(*crowd(number), search=setting).catalog_page(())
    assert (page.search is not None) is shown
    assert any(card.marks for section in page.sections for card in section.cards) is shown


@pytest.mark.parametrize(
    ("arguments", "query"),
    [
        ({}, EVERYTHING),
        ({"q": "  git "}, Query(q="git")),
        ({"q": "x" * 999}, Query(q="x" * 200)),
        ({"page": "3", "tag": "a"}, Query(tag="a", page=3)),
        ({"page": "0"}, EVERYTHING),
        ({"page": "-1"}, EVERYTHING),
        ({"page": "٣"}, EVERYTHING),
        ({"page": "99999"}, EVERYTHING),
        ({"utm_source": "mail"}, EVERYTHING),
    ],
    ids=str,
)
def test_an_address_becomes_a_query(arguments: dict[str, str], query: Query) -> None:
    assert query_of(arguments) == query


@pytest.mark.parametrize("query", [Query(q="a b&c", tag="ü", page=2), Query(section="more"), EVERYTHING], ids=str)
def test_a_query_becomes_an_address_that_gives_it_back(query: Query) -> None:
    address = query.address("/", page=query.page)
    pairs = dict(re.findall(r"[?&](\w+)=([^&]*)", address))
    from urllib.parse import unquote_plus

    assert query_of({name: unquote_plus(value) for name, value in pairs.items()}) == query
    assert query.narrowed is any(getattr(query, kind) for kind in ("q", *KINDS))


def test_nothing_found_says_what_to_do() -> None:
    page = shop(*LABS, search="always").catalog_page((), Query(q="zebra"))
    assert page.empty == "No workshop matches “zebra”. Look for fewer or other words, or take a filter away."


@pytest.mark.parametrize("number", [0, 1, 10, 200, 1000])
def test_a_catalog_of_any_size_is_one_light_page(number: int) -> None:
    page = shop(*crowd(number)).catalog_page(())
    assert len(found(page)) == min(number, paging.WHOLE)
    assert page.rows is (number > paging.MANY)
    if page.search:
        assert page.search.complete is (number <= paging.WHOLE)
    assert [section.size for section in page.sections] == ([number] if number else [])


def test_large_sections_show_their_beginning_and_lead_to_the_rest() -> None:
    names = [each.workshop for each in crowd(1000)]
    groups = (Section(id="few", title="Few", workshops=tuple(names[:5])),)
    at = shop(*crowd(1000), sections=groups, rest=Rest(title="Others"))
    few, others = at.catalog_page(()).sections
    assert (len(few.cards), few.more) == (5, None)
    assert (len(others.cards), others.size) == (100, 995)
    assert others.more
    assert (others.more.label, others.more.url) == ("All 995 in Others", "/?section=more")
    seen: list[str] = []
    for number in range(1, 11):
        page = at.catalog_page((), Query(section="more", page=number))
        assert page.pager
        assert (page.pager.words, page.pager.previous is None) == (f"Page {number} of 10", number == 1)
        assert (page.pager.next.url if page.pager.next else None) == (
            f"/?section=more&page={number + 1}" if number < 10 else None
        )
        seen += found(page)
    assert len(seen) == len(set(seen)) == 995
    assert found(at.catalog_page((), Query(section="more", page=999))) == seen[-95:]


def test_a_section_that_does_not_exist_shows_everything() -> None:
    assert found(shop(*LABS).catalog_page((), Query(section="gone"))) == ["cafe", "git", "street"]


def test_an_owner_overrides_title_text_picture_order_and_hides() -> None:
    changes = {
        "git": WorkshopOverride(title="Renamed", description="Other **words**.", image="git.svg", order=5),
        "cafe": WorkshopOverride(hidden=True),
    }
    page = shop(*LABS, workshops=changes, search="always").catalog_page(())
    assert found(page) == ["street", "git"]
    renamed = page.sections[0].cards[1]
    assert (renamed.title, renamed.description, renamed.image_url) == ("Renamed", "Other words.", "/files/git.svg")
    assert found(shop(*LABS, workshops=changes, search="always").catalog_page((), Query(q="renamed other"))) == ["git"]


@pytest.mark.parametrize(
    "texts",
    [
        ["Part 2", "Part 10"],
        ["part 2", "Part 10", "PART 11"],
        ["1. Begin", "2. Go on", "10. End"],
        ["Git", "Git 1", "Git 1.9", "Git 1.10", "Git 2"],
        ["Lab", "lab 007", "Lab 8"],
        ["2", "10", "A"],
        ["v1", f"v{'9' * 5000}"],
        ["", "0", "a"],
    ],
)
def test_texts_are_sorted_as_people_count(texts: list[str]) -> None:
    assert sorted(reversed(texts), key=in_order) == texts


def test_the_parts_of_a_course_stand_in_their_order() -> None:
    parts = [offer(f"p{number}", title=f"Course, part {number}") for number in (10, 2, 1)]
    (section,) = Shop(Site(), (known(*parts),), (), ADDRESSES, NOON).sections
    assert [card.title for card in section.cards] == [f"Course, part {number}" for number in (1, 2, 10)]
