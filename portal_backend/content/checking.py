"""Judges the pages of workshops as their author left them: heads, the plan, links, pictures, return addresses.

Readers are never kept from their instructions by any of it, so everything here is a warning.
"""

import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt

from portal_backend.content.front_matter import split
from portal_backend.content.outline import inside, outline
from portal_backend.content.plan import PLAN_FILES, read_plan
from portal_backend.contract.documents import read_document
from portal_backend.contract.problems import Position, Problem, nearest, warning
from portal_backend.contract.sourcetext import SourceText, read_file
from portal_backend.contract.urls import AllowedOrigins
from portal_backend.contract.ways_back import refused_ways_back

# Blocks alone tell where code is; what stands in a line is found by the pattern, in time that grows with its length.
_MARKDOWN = MarkdownIt("commonmark").disable("inline")
_CODE = re.compile(r"(`+)(?!`).{0,2000}?(?<!`)\1(?!`)", re.DOTALL)
_LINK = re.compile(r"(!?)\[[^\[\]]{0,300}\]\([ \t]*<?([^\s()<>]{1,500})")
_FENCES = ("---", "+++")
_PAGES = (".md", ".html", ".adoc")
_ROOTS = ("/workshop/content/", "workshop/content/")
_VARIABLE = re.compile(r"%[A-Za-z_]\w*%|\{\{.*?\}\}|%7B%7B", re.IGNORECASE)
_MOST_PROBLEMS = 100


@dataclass(frozen=True)
class Judged:
    """What is wrong with the pages, and how many files were read."""

    problems: tuple[Problem, ...]
    files: int


def check_pages(folders: Iterable[Path], portal_url: str, returns: AllowedOrigins) -> Judged:
    """Return what is wrong in the content `folders`; `returns` are the addresses the portal at `portal_url` accepts."""
    problems: list[Problem] = []
    files = 0
    for folder in folders:
        named = outline(str(folder))
        pages = {page.slug: page.file for page in named.pages}
        problems += _plan(folder, set(pages))
        for file in pages.values():
            source = read_file(folder / file)
            files += 1
            if isinstance(source, Problem):
                problems.append(warning(Position(source.file, source.line, source.column), source.message, source.hint))
            else:
                problems += _page(source, folder, file, set(pages))
                problems += refused_ways_back(source, portal_url, returns)
    return Judged(tuple(problems), files)


def _plan(folder: Path, pages: set[str]) -> Iterator[Problem]:
    """Yield what keeps the plan beside a content folder from being followed."""
    for name in PLAN_FILES:
        path = folder.parent / name
        if not path.is_file():
            continue
        document = read_document(path)
        for fault in document.problems if isinstance(document.value, dict) else ():
            yield warning(Position(fault.file, fault.line, fault.column), f"{fault.message}; the file is not followed")
        if not document.problems:
            existing = {_slug(folder, file) for ending in _PAGES for file in folder.rglob(f"*{ending}")}
            for step in read_plan(folder.parent).steps:
                if step not in existing | pages:
                    yield _no_page(document.source, step, existing)
        return


def _slug(folder: Path, file: Path) -> str:
    path = file.relative_to(folder).with_suffix("")
    return path.parent.as_posix() if path.name in ("index", "_index") and path.parent != Path() else path.as_posix()


def _no_page(source: SourceText, step: str, pages: set[str]) -> Problem:
    index = source.text.find(step)
    close = nearest(step, pages)
    at = source.position(max(index, 0))
    return warning(at, f"there is no page {step[:100]} in content/", f"did you mean {close}?" if close else "")


def _page(source: SourceText, folder: Path, file: str, pages: set[str]) -> list[Problem]:
    lines = source.text.splitlines()
    problems = list(_head(source, lines))
    if not file.lower().endswith(".md"):
        return problems
    for token in _MARKDOWN.parse(source.text):
        text = _CODE.sub("", token.content) if token.type == "inline" else ""
        for image, address in _LINK.findall(text):
            if len(problems) < _MOST_PROBLEMS and not _leads_somewhere(address, folder, file, pages):
                at = _place(source, lines, token.map or [0, 1], address)
                what = "picture" if image else "page or file"
                problems.append(warning(at, f"there is no {what} {address[:100]} beside this page"))
    return problems


def _head(source: SourceText, lines: list[str]) -> Iterator[Problem]:
    """Yield why the front matter of a page is taken for text."""
    fence = lines[0].rstrip() if lines else ""
    if fence not in _FENCES or split(source.text).head:
        return
    end = next((number for number, line in enumerate(lines[1:], 1) if line.rstrip() == fence), None)
    if end is None:
        yield warning(Position(source.file), f"the front matter does not end: a second line {fence} is expected")
    elif any(line.strip() for line in lines[1:end]):
        inner = read_document("\n".join(lines[1:end]), source.file) if fence == "---" else None
        fault = next(iter(inner.problems), None) if inner else None
        at = Position(source.file, fault.line + 1, fault.column) if fault else Position(source.file, 2)
        told = f": {fault.message}" if fault else ""
        yield warning(at, f"the front matter cannot be read and is shown as text{told}", fault.hint if fault else "")


def _leads_somewhere(address: str, folder: Path, file: str, pages: set[str]) -> bool:
    """Whether an address is somebody else's, has a variable in it, or names a page or file of the folder."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    if parts.scheme or parts.netloc or not parts.path or _VARIABLE.search(address):
        return True
    path = unquote(parts.path)
    for prefix in _ROOTS:
        path = path.removeprefix(prefix)
    slug = posixpath.splitext(file)[0]
    starts = ("", posixpath.dirname(file), slug)
    places = {posixpath.normpath(posixpath.join("/", start, path.lstrip("/"))).lstrip("/") for start in starts}
    return any(inside(folder, place) or _is_page(place, pages) for place in places)


def _is_page(place: str, pages: set[str]) -> bool:
    for ending in _PAGES:
        place = place.removesuffix(ending)
    return place.removesuffix("/index").rstrip("/") in pages


def _place(source: SourceText, lines: list[str], between: list[int], address: str) -> Position:
    for number in range(between[0], min(between[1], len(lines))):
        column = lines[number].find(address)
        if column >= 0:
            return Position(source.file, number + 1, column + 1)
    return Position(source.file, between[0] + 1)
