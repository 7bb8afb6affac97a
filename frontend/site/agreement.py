"""Whether what `site.yaml` says agrees with the other files: the portal's offers, the pictures, the ways back.

It is judged on the file as written, so that a fault in one place hides nothing elsewhere. A site works in spite of all
of it, so these are warnings, and a note where the site mends it by itself.
"""

from collections.abc import Callable, Iterator
from itertools import chain, islice
from typing import Any

from frontend.site.colour import DARK_GROUND, LIGHT_GROUND, READABLE, contrast, palette
from frontend.site.images import is_file
from portal_backend.contract.checking import Offers
from portal_backend.contract.documents import Document, KeyPath, Problem, Severity, nearest
from portal_backend.contract.problems import problem, shown, warning
from portal_backend.contract.urls import origin_of
from portal_backend.contract.ways_back import refused_ways_back

_EACH = "*"
_MOST = 100
_PICTURES = (("brand", "logo"), ("brand", "favicon"), ("catalog", "workshops", _EACH, "image"))
_FONTS = ("brand", "fonts", "files", _EACH, "file")
_NAMED = ("catalog", "sections", _EACH, "workshops", _EACH)
_CORRECTED = ("catalog", "workshops", _EACH)
_ASKED = ("catalog", "workshops", _EACH, "parameters", _EACH, "name")


def disagreements(document: Document, offers: Offers | None, has_file: Callable[[str], bool]) -> Iterator[Problem]:
    """Yield what does not agree; `has_file` tells whether a file is in the theme, `offers` is None when not known."""
    for pattern in _PICTURES:
        yield from islice(_missing_pictures(document, pattern, has_file), _MOST)
    yield from islice(_missing_fonts(document, has_file), _MOST)
    yield from _contrast(document)
    if offers is not None and _only_portal(document, offers.url):
        yield from islice(_not_offered(document, offers), _MOST)
        yield from islice(_not_asked(document, offers), _MOST)
        yield from refused_ways_back(document.source, offers.url, offers.returns)


def _values(document: Document, pattern: KeyPath) -> Iterator[tuple[KeyPath, Any]]:
    """Yield the path and value of everything in the file that `pattern` fits, in which `*` is any key or entry."""
    found: list[tuple[KeyPath, Any]] = [((), document.value)]
    for step in pattern:
        found = [inner for path, value in found for inner in _inside(path, value, step)]
    yield from found


def _inside(path: KeyPath, value: Any, step: str | int) -> Iterator[tuple[KeyPath, Any]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        if step in (_EACH, key):
            yield (*path, key), inner


def _texts(document: Document, pattern: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    for path, value in _values(document, pattern):
        if value is not None and not isinstance(value, dict | list):
            yield path, (document.written(path) or str(value)).strip()


def _only_portal(document: Document, url: str) -> bool:
    """Whether every portal of the site is the one at `url`; a site that names none has just that one."""
    return all(origin_of(text) == origin_of(url) for _, text in _texts(document, ("portals", _EACH, "url")))


def _not_offered(document: Document, offers: Offers) -> Iterator[Problem]:
    named = ((document.where(path), name) for path, name in _texts(document, _NAMED))
    keys = (path for path, _ in _values(document, _CORRECTED))
    corrected = ((document.where_key(path), path[-1]) for path in keys if isinstance(path[-1], str))
    for at, name in chain(named, corrected):
        if name not in offers.workshops:
            close = nearest(name, offers.workshops)
            known = ", ".join(list(offers.workshops)[:10]) or "none"
            hint = f"did you mean {close}?" if close else f"offered: {known}"
            yield warning(at, f"the portal offers no workshop {shown(name)}, so it is left out", hint)


def _not_asked(document: Document, offers: Offers) -> Iterator[Problem]:
    for path, name in _texts(document, _ASKED):
        declared = offers.workshops.get(str(path[2]))
        if declared is not None and name not in declared:
            close = nearest(name, declared)
            hint = f"did you mean {close}?" if close else "its request.parameters names those it takes"
            yield warning(document.where(path), f"the workshop takes no parameter {shown(name)}", hint)


def _missing_pictures(document: Document, pattern: KeyPath, has_file: Callable[[str], bool]) -> Iterator[Problem]:
    for path, text in _texts(document, pattern):
        if is_file(text) and not has_file(text):
            told = f"there is no file {shown(text)} in theme/static/, so the picture is broken"
            yield warning(document.where(path), told, "put it there, or correct its name")


def _missing_fonts(document: Document, has_file: Callable[[str], bool]) -> Iterator[Problem]:
    for path, text in _texts(document, _FONTS):
        if not has_file(text):
            told = f"there is no file {shown(text)} in theme/static/, so the font is missing"
            yield warning(document.where(path), told, "put it there, or correct its name")


def _contrast(document: Document) -> Iterator[Problem]:
    """Yield what becomes of the accent on light pages, or on dark ones where an owner has no others."""
    dark = "dark" in [text for _, text in _texts(document, ("brand", "scheme"))]
    pages, ground = ("dark", DARK_GROUND) if dark else ("light", LIGHT_GROUND)
    for path, text in _texts(document, ("brand", "accent")):
        try:
            shades = palette(text)
        except ValueError:
            continue
        ratio = contrast(text, ground)
        used = shades.dark if dark else shades.light
        if ratio < READABLE:
            told = (
                f"words in {text} would have a contrast of {ratio:.1f} to 1 on {pages} pages, and {READABLE} is needed"
            )
            kept = not dark and shades.brand.accent == text
            use = f"is used for them, {text} below them" if kept else "is used there instead"
            yield problem(document.where(path), Severity.INFO, told, f"{used.accent} {use}")
