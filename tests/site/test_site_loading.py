"""A site.yaml becomes a Site, or every problem with its place, in the owner's words."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from frontend.site.loading import load
from frontend.site.model import Portal, Site

ROOT = Path(__file__).resolve().parents[2]


def site(text: str) -> Site:
    """Return the site `text` describes, which must have no problem."""
    loaded = load(text)
    assert loaded.problems == ()
    assert loaded.site is not None
    return loaded.site


def complaints(text: str) -> list[str]:
    """Return the problems of `text` as an owner reads them."""
    loaded = load(text)
    assert loaded.site is None
    return [str(problem) for problem in loaded.problems]


@pytest.mark.parametrize("text", ["", "# only words\n", "brand:\n", "{}", "brand:\ncatalog:\n  sections:\n"])
def test_what_is_left_out_has_its_default(text: str) -> None:
    assert site(text) == Site()


def test_the_shipped_example_has_no_problem() -> None:
    loaded = load(ROOT / "config" / "site.yaml")
    assert loaded.problems == ()
    assert loaded.site is not None
    assert [section.id for section in loaded.site.catalog.sections] == ["start-here", "look-closer"]


def test_values_are_taken_as_written() -> None:
    found = site("brand: {name: 1.10, tagline: no}\ncatalog: {sections: [{id: '007', title: 2026-01-01}]}")
    assert (found.brand.name, found.brand.tagline) == ("1.10", "no")
    assert (found.catalog.sections[0].id, found.catalog.sections[0].title) == ("007", "2026-01-01")


def test_values_behind_an_alias_are_taken_too() -> None:
    found = site("brand:\n  header_links: &links\n  - {label: A, url: /a}\n  footer_links: *links\n")
    assert found.brand.header_links == found.brand.footer_links
    assert found.brand.header_links[0].url == "/a"


def test_values_merged_into_a_mapping_are_taken_too() -> None:
    found = site("catalog:\n  workshops:\n    a: &a {order: 3, hidden: true}\n    b: {<<: *a}\n")
    assert found.catalog.workshops["b"] == found.catalog.workshops["a"]


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-03-01", datetime(2026, 3, 1, tzinfo=UTC)),
        ("2026-03-01 09:00", datetime(2026, 3, 1, 9, tzinfo=UTC)),
        ("2026-03-01 09:00+01:00", datetime(2026, 3, 1, 9, tzinfo=timezone(timedelta(hours=1)))),
        ("'2026-03-01T09:00:00Z'", datetime(2026, 3, 1, 9, tzinfo=UTC)),
    ],
)
def test_a_moment_without_a_zone_is_utc(written: str, moment: datetime) -> None:
    assert site(f"announcements: [{{id: a, text: x, from: {written}}}]").announcements[0].starts == moment


@pytest.mark.parametrize("url", ["/about", "mailto:a@example.com", "https://example.com/a?b#c", "http://example.com"])
def test_a_link_leads_to_a_page_a_mailbox_or_this_site(url: str) -> None:
    assert site(f"brand: {{header_links: [{{label: x, url: '{url}'}}]}}").brand.header_links[0].url == url


def test_portals_are_read_with_their_addresses_cleaned() -> None:
    found = site("portals:\n- {name: east, url: 'HTTPS://East.example.com:443', credentials: EAST}\n")
    assert found.portals == (Portal(name="east", url="https://east.example.com/", credentials="EAST"),)


PROBLEMS = {
    "a mistyped part": ("brnad: {}", ["1:1: error: brnad is not a key of site.yaml (did you mean brand?)"]),
    "a value that is none of the choices": (
        "catalog:\n  workshops:\n    lab:\n      parameters:\n      - {name: SIZE, value: huge, choices: [small]}",
        ["5:9: error: catalog.workshops.lab.parameters: value is not one of choices"],
    ),
    "a mistyped key": ("brand:\n  acent: x", ["2:3: error: acent is not a key of brand (did you mean accent?)"]),
    "a key like none": (
        "catalog:\n  rest:\n    xyz: 1",
        ["3:5: error: xyz is not a key of catalog.rest (known here: title, description, hidden)"],
    ),
    "a mistyped key in a list": (
        "announcements:\n- {id: a, text: x, untill: 2026-01-01}",
        ["2:20: error: untill is not a key of announcements (did you mean until?)"],
    ),
    "a mistyped key in a link that may be absent": (
        "announcements:\n- {id: a, text: x, link: {label: l, url: /x, lable: y}}",
        ["2:46: error: lable is not a key of announcements.link (did you mean label?)"],
    ),
    "a mistyped correction": (
        "catalog:\n  workshops:\n    a: {ordr: 1}",
        ["3:9: error: ordr is not a key of catalog.workshops.a (did you mean order?)"],
    ),
    "an unknown notification": (
        "notifications:\n  session-delete: {}",
        ["2:3: error: session-delete is not a key of notifications (did you mean session-deleted?)"],
    ),
    "something missing": ("portals:\n- {name: a}", ["2:3: error: url is missing (add a line url: …)"]),
    "a colour taken for a comment": (
        "brand:\n  accent: #0b5a49\n",
        ["2:3: error: accent has no value: a bare # begins a comment (put the colour in quotes)"],
    ),
    "a colour by name": (
        "brand: {accent: red}",
        [
            (
                "1:17: error: brand.accent: expected a colour such as #0b5a49 or #06c "
                "(in quotes: YAML takes a bare # for a comment), found 'red'"
            )
        ],
    ),
    "text where keys belong": (
        "brand: Mine",
        ["1:8: error: brand: expected keys and values, one a line, found 'Mine'"],
    ),
    "keys where a list belongs": (
        "portals: {name: a}",
        ["1:10: error: portals: expected a list, each entry on a line that begins with -"],
    ),
    "a list where text belongs": ("brand: {name: [a]}", ["1:15: error: brand.name: expected text, found a list"]),
    "a list for a file": ("- a", ["1:1: error: the file: expected keys and values, one a line, found a list"]),
    "no text": ("brand: {name: ''}", ["1:15: error: brand.name: expected some text"]),
    "too much text": (
        f"brand: {{name: {'x' * 400}}}",
        [f"1:15: error: brand.name: expected at most 300 characters, found '{'x' * 59}…'"],
    ),
    "a strange truth": (
        "catalog: {rest: {hidden: perhaps}}",
        ["1:26: error: catalog.rest.hidden: expected true or false, found 'perhaps'"],
    ),
    "a strange number": (
        "catalog: {workshops: {a: {order: first}}}",
        ["1:34: error: catalog.workshops.a.order: expected a whole number, found 'first'"],
    ),
    "a number too low": (
        "catalog: {workshops: {a: {order: -99999}}}",
        ["1:34: error: catalog.workshops.a.order: expected a number from -10000, found '-99999'"],
    ),
    "a number too high": (
        "catalog: {workshops: {a: {order: 99999}}}",
        ["1:34: error: catalog.workshops.a.order: expected a number up to 10000, found '99999'"],
    ),
    "a strange level": (
        "announcements: [{id: a, text: x, level: loud}]",
        ["1:41: error: announcements.level: expected info, success, warning or error, found 'loud'"],
    ),
    "a strange id": (
        "announcements: [{id: A b, text: x}]",
        ["1:22: error: announcements.id: expected small letters, digits, dots and dashes, found 'A b'"],
    ),
    "a strange beginning of variables": (
        "portals: [{name: a, url: 'https://a', credentials: east}]",
        ["1:52: error: portals.credentials: expected capital letters, digits and underscores, found 'east'"],
    ),
    "an address with a password": (
        "portals: [{name: a, url: 'https://u:p@a'}]",
        [
            (
                "1:26: error: portals.url: expected an address that starts with http:// or https://, "
                "without a user name or password, found 'https://u:p@a'"
            )
        ],
    ),
    "a link that acts": (
        "brand: {footer_links: [{label: x, url: 'javascript:x'}]}",
        [
            "1:40: error: brand.footer_links.url: expected https://…, http://…, mailto:… or a path that starts with /",
        ],
    ),
    "no date": (
        "announcements: [{id: a, text: x, until: soon}]",
        [
            (
                "1:41: error: announcements.until: expected a date such as 2026-03-01, "
                "or a time such as 2026-03-01 09:00+01:00, found 'soon'"
            )
        ],
    ),
    "a list for a date": (
        "announcements: [{id: a, text: x, until: [soon]}]",
        [
            (
                "1:41: error: announcements.until: expected a date such as 2026-03-01, "
                "or a time such as 2026-03-01 09:00+01:00, found a list"
            )
        ],
    ),
    "an end before its beginning": (
        "announcements:\n- {id: a, text: x, from: 2026-02-01, until: 2026-01-01}",
        ["2:3: error: announcements: until is not later than from, so it would never be shown"],
    ),
    "one id twice": (
        "announcements: [{id: a, text: x}, {id: a, text: y}]",
        ["1:1: error: the file: two announcements have the id a"],
    ),
    "one portal twice": (
        "portals: [{name: a, url: 'https://a'}, {name: a, url: 'https://b'}]",
        ["1:1: error: the file: two portals have the name a"],
    ),
    "one section twice": (
        "catalog:\n  sections: [{id: a, title: A}, {id: a, title: B}]",
        ["2:3: error: catalog: two sections have the id a"],
    ),
    "a section with the id of another part of the index": (
        "catalog:\n  sections: [{id: more, title: A}, {id: filter-tag, title: B}]",
        [
            "2:19: error: catalog.sections.id: expected an id that no other part of the index has, found 'more'",
            "2:41: error: catalog.sections.id: expected an id that no other part of the index has, found 'filter-tag'",
        ],
    ),
    "a strange parameter": (
        "catalog: {workshops: {w: {parameters: [{name: a b}]}}}",
        ["1:47: error: catalog.workshops.w.parameters.name: expected letters, digits, underscores, dots and dashes"],
    ),
    "a workshop in two sections": (
        "catalog:\n  sections: [{id: a, title: A, workshops: [w]}, {id: b, title: B, workshops: [w]}]",
        ["2:3: error: catalog: two places in sections name w"],
    ),
    "an empty entry": ("portals: [~]", ["1:11: error: portals: expected keys and values, one a line"]),
    "several at once": (
        "brnad: {}\nbrand: {accent: red}\nportals: 5\n",
        ["1:1", "2:17", "3:10"],
    ),
}


@pytest.mark.parametrize(("text", "told"), PROBLEMS.values(), ids=PROBLEMS)
def test_an_owner_reads_what_is_wrong_and_where(text: str, told: list[str]) -> None:
    found = complaints(text)
    assert len(found) == len(told)
    assert all(line.startswith(f"site.yaml:{start}") for line, start in zip(found, told, strict=True)), found


@pytest.mark.parametrize(
    "text", ["a: b: c", "\tbrand: 1", "brand: {", "a: &a [*a, *b]", "--- 1\n--- 2", "brand: {a: 1, a: 2}"]
)
def test_what_is_not_yaml_is_told_and_does_not_raise(text: str) -> None:
    assert complaints(text)


def test_a_template_is_refused_whole() -> None:
    assert complaints("#@ load('x')\nbrand: {nam: a}\n") == [
        "site.yaml:1:1: error: this is a ytt template (`#@`), not a plain resource (render it first and use the result)"
    ]


def test_all_problems_are_told_in_one_run() -> None:
    text = """\
brand: {nam: a, name: b, name: c}
announcements:
- {id: A, text: b}
- {id: x, text: b, from: 2026-02-01, until: 2026-01-01}
- {id: y, text: b}
- {id: y, text: b}
"""
    assert [each.partition(" error")[0] for each in complaints(text)] == [
        f"site.yaml:{at}:" for at in ("1:1", "1:9", "1:26", "3:8", "4:3")
    ]


def test_of_very_many_problems_the_first_are_told() -> None:
    told = complaints("brand:\n" + "".join(f"  k{n}: 1\n" for n in range(130)))
    assert len(told) == 101
    assert told[0] == "site.yaml:1:1: error: there are 30 more problems, which are not told until some are solved"
