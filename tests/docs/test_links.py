"""Every link between the repository's pages leads somewhere: the file is there, and so is the heading it names."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parents[2]
DOCS = sorted((ROOT / "docs").glob("*.md"))
PAGES = [*sorted(ROOT.glob("*.md")), *DOCS, *sorted((ROOT / "config" / "theme").glob("*.md"))]
_MARKDOWN = MarkdownIt("commonmark").enable("table")


def _tokens(page: Path) -> Iterator[Token]:
    for token in _MARKDOWN.parse(page.read_text("utf-8")):
        yield token
        yield from token.children or ()


def _links(page: Path) -> Iterator[str]:
    for token in _tokens(page):
        address = token.attrGet("href") if token.type == "link_open" else token.attrGet("src")
        if address is not None:
            yield str(address)


def _headings(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub and its like make them."""
    parsed = _MARKDOWN.parse(page.read_text("utf-8"))
    titles = [parsed[at + 1] for at, token in enumerate(parsed) if token.type == "heading_open"]
    words = ("".join(part.content for part in title.children or ()) for title in titles)
    return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in words}


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    dead = []
    for link in _links(page):
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            continue
        target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
        if not target.is_relative_to(ROOT) or not target.exists():
            dead.append(f"{link}: no such file")
        elif parts.fragment and parts.fragment not in _headings(target):
            dead.append(f"{link}: no such heading")
    assert not dead


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_page_has_one_title_and_no_empty_link(page: Path) -> None:
    assert sum(token.type == "heading_open" and token.tag == "h1" for token in _tokens(page)) == 1
    assert all(_links(page))


def test_the_map_names_every_page_of_the_documentation() -> None:
    index = ROOT / "docs" / "index.md"
    named = {urlsplit(link).path for link in _links(index)}
    assert {page.name for page in DOCS} - {"index.md"} <= named
