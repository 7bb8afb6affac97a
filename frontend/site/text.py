"""Owner and workshop text: plain for cards, a safe subset of Markdown for pages."""

import html
import re
from functools import lru_cache
from typing import Any

import nh3
from markdown_it import MarkdownIt

_MARKDOWN = MarkdownIt("commonmark", {"html": False, "linkify": True}).enable(["table", "linkify"])
_TAGS = {
    *("p", "br", "hr", "strong", "em", "code", "pre", "blockquote", "ul", "ol", "li", "a", "img"),
    *("h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
}
_ATTRIBUTES = {"a": {"href", "title"}, "img": {"src", "alt", "title"}, "ol": {"start"}}
_SPACES = re.compile(r"\s+")


def plain(markdown: str, limit: int = 300) -> str:
    """Return the words of a Markdown text on one line, cut at a word when longer than `limit`."""
    words = _words(markdown)
    if len(words) <= limit:
        return words
    return words[: limit - 1].rsplit(" ", 1)[0].rstrip(" ,;:.") + "…"


@lru_cache(maxsize=4096)
def _words(markdown: str) -> str:
    words = html.unescape(nh3.clean(_MARKDOWN.render(markdown), tags=set()))
    return _SPACES.sub(" ", words).strip()


@lru_cache(maxsize=256)
def page_html(markdown: str) -> str:
    """Return HTML for a Markdown text, headings one level down and nothing in it that could act."""
    tokens = _MARKDOWN.parse(markdown)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1:]) + 1, 6)}"
    rendered = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    return nh3.clean(
        rendered,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_keep_attribute,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer",
    )


def _keep_attribute(tag: str, attribute: str, value: str) -> Any:
    """Return the value, or None for a picture a strict page would not load anyway."""
    return None if tag == "img" and attribute == "src" and not value.startswith("https://") else value
