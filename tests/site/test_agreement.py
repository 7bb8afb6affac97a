"""What site.yaml says is held against the portal's offers, the pictures and the ways back."""

import pytest

from frontend.site.agreement import disagreements
from frontend.site.loading import load
from portal_backend.contract.checking import Offers
from portal_backend.contract.urls import AllowedOrigins

URL = "http://127.0.0.1:8080"
OFFERS = Offers(
    URL,
    {"git-history": frozenset({"TEAM"}), "http-exchange": frozenset()},
    AllowedOrigins({"https://labs.example.com"}),
)
LINK = f"{URL}/workshops/environment/git-history/create/?index_url="


def told(text: str, offers: Offers | None = OFFERS) -> list[str]:
    """Return `line:column message (hint)` for what does not agree."""
    document = load(text).document
    assert document is not None
    found = disagreements(document, offers, lambda name: name == "here.svg")
    return [f"{each.line}:{each.column} {each.message}" + f" ({each.hint})" * bool(each.hint) for each in found]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("brand: {logo: here.svg, accent: '#0b5a49'}", id="a picture that is there"),
        pytest.param("brand: {logo: 'https://example.com/a.svg'}", id="a picture elsewhere"),
        pytest.param("brand: {fonts: {files: [{family: A, file: here.svg}]}}", id="a font that is there"),
        pytest.param("catalog: {sections: [{id: a, title: b, workshops: [git-history]}]}", id="offered"),
        pytest.param("catalog: {workshops: {git-history: {parameters: [{name: TEAM}]}}}", id="declared"),
        pytest.param("brand: [logo]\ncatalog: {sections: 3, workshops: [a]}", id="other shapes"),
        pytest.param("catalog: {sections: [{workshops: [[a], ]}]}", id="no name at all"),
        pytest.param("brand: {accent: red}", id="no colour"),
        pytest.param(f"brand: {{footer_links: [{{label: a, url: '{LINK}https://labs.example.com/'}}]}}", id="way back"),
        pytest.param(
            "portals: [{name: a, url: 'https://else.example.com'}]\n"
            "catalog: {sections: [{id: a, title: b, workshops: [any]}]}",
            id="a portal nobody can look into",
        ),
    ],
)
def test_what_agrees_is_not_told(text: str) -> None:
    assert told(text) == []


def test_nothing_is_said_of_offers_that_are_not_known() -> None:
    assert told("catalog: {sections: [{id: a, title: b, workshops: [any]}]}", None) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "catalog: {sections: [{id: a, workshops: [git-histroy]}]}",
            "1:42 the portal offers no workshop 'git-histroy', so it is left out (did you mean git-history?)",
            id="a slip in a section that has no title either",
        ),
        pytest.param(
            "catalog:\n  workshops:\n    painting: {hidden: true}",
            "3:5 the portal offers no workshop 'painting', so it is left out (offered: git-history, http-exchange)",
            id="a correction of nothing",
        ),
        pytest.param(
            "catalog: {workshops: {git-history: {parameters: [{name: TAEM}]}}}",
            "1:57 the workshop takes no parameter 'TAEM' (did you mean TEAM?)",
            id="a slip in a parameter",
        ),
        pytest.param(
            "catalog: {workshops: {http-exchange: {parameters: [{name: X}]}}}",
            "1:59 the workshop takes no parameter 'X' (its request.parameters names those it takes)",
            id="a parameter of a workshop without any",
        ),
        pytest.param(
            "brand: {logo: gone.svg}",
            "1:15 there is no file 'gone.svg' in theme/static/, so the picture is broken"
            " (put it there, or correct its name)",
            id="a logo that is not there",
        ),
        pytest.param(
            "catalog: {workshops: {git-history: {image: a/b.png}}}",
            "1:44 there is no file 'a/b.png' in theme/static/, so the picture is broken"
            " (put it there, or correct its name)",
            id="a card's picture that is not there",
        ),
        pytest.param(
            "brand:\n  accent: '#fc0'",
            "2:11 words in #fc0 would have a contrast of 1.3 to 1 on light pages, and 4.5 is needed"
            " (#806600 is used for them, #fc0 below them)",
            id="a colour nobody could read",
        ),
        pytest.param(
            "brand:\n  scheme: dark\n  accent: '#0b5a49'",
            "3:11 words in #0b5a49 would have a contrast of 2.0 to 1 on dark pages, and 4.5 is needed"
            " (#14a384 is used there instead)",
            id="a colour nobody could read where all pages are dark",
        ),
        pytest.param(
            "brand: {fonts: {files: [{family: A, file: fonts/a.woff2}]}}",
            "1:43 there is no file 'fonts/a.woff2' in theme/static/, so the font is missing"
            " (put it there, or correct its name)",
            id="a font that is not there",
        ),
        pytest.param(
            f"brand: {{footer_links: [{{label: a, url: '{LINK}https%3A%2F%2Felse.example.com%2Fa'}}]}}",
            "1:115 the portal does not send anybody back to 'https://else.example.com/a', so people end on its default"
            " page (add https://else.example.com to PORTAL_INDEX_ORIGINS)",
            id="a way back elsewhere",
        ),
        pytest.param(
            f"portals: [{{name: a, url: '{URL}/'}}]\ncatalog: {{intro: 'See {LINK}nowhere'}}",
            "2:97 the portal does not send anybody back to 'nowhere', so people end on its default page"
            " (add its origin to PORTAL_INDEX_ORIGINS)",
            id="a way back that is no address",
        ),
    ],
)
def test_what_does_not_agree_is_told_with_its_place(text: str, expected: str) -> None:
    assert told(text) == [expected]
