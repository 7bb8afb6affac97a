"""Renders one page of a workshop for one session, and remembers the results that any session may share."""

import html
import posixpath
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path, PurePosixPath
from urllib.parse import quote, unquote, urlsplit

from portal_backend.content.markdown import render
from portal_backend.content.outline import Outline, Page, Stamp, inside, read_page
from portal_backend.content.sanitising import words_of
from portal_backend.content.substitution import place, used

# Stands for the session's own path in what is remembered; `~` is in no session's name.
_BASE = "/workshops/session/~/"
FILES = "files"
_PAGE_ENDINGS = (".md", ".html", ".adoc")
_DROPPED_ROOTS = ("/workshop/content/", "workshop/content/")


def page_html(outline: Outline, page: Page, values: Mapping[str, str], base: str) -> str | None:
    """Return `page` as safe HTML for the session whose own path is `base`, with `values` for its variables.

    None when it is no longer there.
    """
    source = read_page(outline.root, page.file) if outline.root else None
    if source is None or outline.root is None:
        return None
    mentioned = used(source.body, {**outline.variables, **values})
    slugs = tuple(other.slug for other in outline.pages)
    return _rendered(str(outline.root), page.slug, page.title, page.stamp, slugs, mentioned).replace(_BASE, base)


def text_html(text: str, values: Mapping[str, str] | None = None, title: str = "") -> str:
    """Return a piece of Markdown that belongs to no page (a description) as safe HTML."""
    return render(place(text, values or {}), lambda address, image: address, title)


def plain_text(text: str, longest: int) -> str:
    """Return the words of a piece of Markdown on one line, cut at a word when longer than `longest`."""
    words = " ".join(words_of(text_html(text)).split())
    return words if len(words) <= longest else words[: longest - 1].rsplit(" ", 1)[0] + "…"


@lru_cache(maxsize=512)
def _rendered(
    root: str, slug: str, title: str, stamp: Stamp, slugs: tuple[str, ...], values: tuple[tuple[str, str], ...]
) -> str:
    source = read_page(Path(root), stamp[0])
    if source is None:
        return ""
    placed = place(source.body, dict(values))
    if stamp[0].lower().endswith(".adoc"):
        return f"<pre>{html.escape(placed.plain(placed.text))}</pre>\n"
    return render(placed, lambda address, image: _rewrite(Path(root), slug, stamp[0], slugs, address, image), title)


def _rewrite(root: Path, slug: str, file: str, slugs: tuple[str, ...], address: str, image: bool) -> str:
    """Return `address` as it works in the session: another page, a file of the folder, or itself."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return "#"
    if parts.scheme or parts.netloc or not parts.path:
        return address
    candidates = _candidates(slug, file, unquote(parts.path))
    fragment = f"#step-{parts.fragment}" if parts.fragment else ""
    pages = [] if image else [name for name in map(_page_name, candidates) if name in slugs]
    if pages:
        return f"{_BASE}?page={quote(pages[0])}{fragment}"
    found = next((path for path in candidates if inside(root, path)), candidates[0])
    return f"{_BASE}{FILES}/{quote(found)}"


def _candidates(slug: str, file: str, path: str) -> list[str]:
    """Return the places below the folder that `path` may mean: beside the file, below the page, from the top."""
    for prefix in _DROPPED_ROOTS:
        path = path.removeprefix(prefix)
    starts = [""] if path.startswith("/") else [str(PurePosixPath(file).parent), slug, ""]
    places = [posixpath.normpath(posixpath.join("/", start, path.lstrip("/"))).lstrip("/") for start in starts]
    return list(dict.fromkeys(places))


def _page_name(path: str) -> str:
    for ending in _PAGE_ENDINGS:
        path = path.removesuffix(ending)
    return path.removesuffix("/index").rstrip("/")
