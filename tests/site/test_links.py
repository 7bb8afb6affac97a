"""What is passed on of a workshop: right addresses, and texts that stay what they are whatever the title says."""

import copy
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from frontend.site.links import links_of
from portal_backend.contract.languages import Language, locale_of
from portal_backend.contract.words import told

URL = "https://labs.example.com/"
TITLES = ['Plain "words"', "<script>alert(1)</script>", "a]b(c)[d] *e* `f` \\g", "two\nlines  apart", "Grüße, 世界"]


class Tags(HTMLParser):
    """Gathers tags, attributes and text."""

    def __init__(self, text: str) -> None:
        """Parse the text."""
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a tag."""
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Keep text."""
        self.text += data


def test_each_kind_has_its_address() -> None:
    found = links_of("git history", "Git", URL, "https://portal.example/create")
    assert (found.page, found.start) == (f"{URL}workshop/git%20history/", f"{URL}start/git%20history/")
    assert (found.embed, found.badge) == (f"{URL}embed/git%20history/", f"{URL}badge/git%20history.svg")
    assert found.create == "https://portal.example/create"
    assert links_of("lab", "Lab", URL, None).create == ""


def test_the_button_speaks_the_language_of_the_page_it_is_copied_from() -> None:
    found = copy.deepcopy(links_of("lab", "A & <B>", URL, None).html)
    words = told(found, Language(locale_of("de")))
    assert words == f'<form action="{URL}start/lab/"><button>„A &amp; &lt;B&gt;“ starten</button></form>'
    assert Tags(found).text == "Start “A & <B>”"


@pytest.mark.parametrize("title", TITLES)
def test_html_says_the_title_and_nothing_more(title: str) -> None:
    found = links_of("lab", title, URL, None)
    button, frame = Tags(found.html), Tags(found.iframe)
    assert [tag for tag, _ in button.tags] == ["form", "button"]
    assert button.text == f"Start “{' '.join(title.split())}”"
    assert [(tag, attrs["src"], attrs["title"]) for tag, attrs in frame.tags] == [
        ("iframe", found.embed, " ".join(title.split()))
    ]


@pytest.mark.parametrize("title", TITLES)
def test_markdown_is_one_linked_picture(title: str) -> None:
    found = links_of("lab", title, URL, None)
    (paragraph,) = [token for token in MarkdownIt().parse(found.markdown) if token.type == "inline"]
    kinds = [token.type for token in paragraph.children or ()]
    assert kinds == ["link_open", "image", "link_close"]
    link, picture, _ = paragraph.children or ()
    assert (link.attrs["href"], picture.attrs["src"]) == (found.start, found.badge)
    assert "".join(part.content for part in picture.children or ()) == " ".join(title.split())


@pytest.mark.parametrize("title", TITLES)
def test_restructuredtext_is_one_directive(title: str) -> None:
    found = links_of("lab", title, URL, None)
    assert found.restructuredtext.splitlines() == [
        f".. image:: {found.badge}",
        f"   :target: {found.start}",
        f"   :alt: {' '.join(title.split())}",
    ]
