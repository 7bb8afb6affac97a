"""Finds the pages of a workshop in its content folder, in the order its author gave them.

A slug is a page's path in the content folder without its ending (`exercises/01-first`; `intro/index.md` is `intro`).
Nothing outside the content folder is ever reached: hidden names are skipped and links that lead out are refused.
"""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path, PurePosixPath

from portal_backend.content.front_matter import Source, split
from portal_backend.content.plan import PLAN_FILES, Plan, read_plan

_ENDINGS = frozenset({".md", ".adoc"})
_MAX_PAGES = 500
_MAX_BYTES = 2_000_000
_HEADING = re.compile(r"^(?:#{1,6}|=)[ \t]+(.+?)[ \t]*#*$", re.MULTILINE)
_CODE = re.compile(r"^(```|~~~).*?(?:^\1|\Z)", re.MULTILINE | re.DOTALL)
_NUMBER = re.compile(r"(\d+)")
_PREFIX = re.compile(r"^\d+[-_. ]+(?=\D)")

Stamp = tuple[str, int, int]


@dataclass(frozen=True)
class Page:
    """One page of instructions: how it is called, where it lies, and the words of the button that leaves it."""

    slug: str
    title: str
    file: str
    stamp: Stamp
    exit_sign: str = ""


@dataclass(frozen=True)
class Outline:
    """A workshop's pages in order, the folder they lie in, and the variables its author gave a default."""

    root: Path | None = None
    pages: tuple[Page, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)

    def place(self, slug: str) -> int | None:
        """Return the position of the page called `slug`, or None."""
        return next((at for at, page in enumerate(self.pages) if page.slug == slug), None)

    def file(self, relative: str) -> Path | None:
        """Return the ordinary, visible file at `relative` inside the folder, or None."""
        return None if self.root is None else inside(self.root, relative)


def outline(folder: str, pathway: str = "") -> Outline:
    """Return the outline of the workshop at `folder`, or whose content folder that is; empty when it has none."""
    root = _content_root(folder)
    if root is None:
        return Outline()
    pages = tuple(_stamps(root))
    plan = tuple(stamp for name in PLAN_FILES if (stamp := _stamp(root.parent, name)))
    return _outline(str(root), pages, plan, pathway)


def inside(root: Path, relative: str) -> Path | None:
    """Return the file at `relative` when it lies in `root` after links are followed and no part of it is hidden."""
    if "\\" in relative or "\0" in relative or any(part.startswith(".") for part in relative.split("/") if part):
        return None
    try:
        found = (root / relative.lstrip("/")).resolve()
        return found if found.is_file() and found.is_relative_to(root) else None
    except (OSError, ValueError, RuntimeError):
        return None


def read_page(root: Path, file: str) -> Source | None:
    """Return the page at `file` below `root` as written, or None when it is gone, too large, or lies outside."""
    path = inside(root, file)
    try:
        if path is None or path.stat().st_size > _MAX_BYTES:
            return None
        return split(path.read_bytes().decode("utf-8", errors="replace"))
    except OSError:
        return None


def _content_root(folder: str) -> Path | None:
    if not folder:
        return None
    base = Path(folder)
    candidates = [base / "workshop" / "content", base / "content"] + ([base] if base.name == "content" else [])
    return next((path.resolve() for path in candidates if path.is_dir()), None)


def _stamps(root: Path) -> Iterator[Stamp]:
    count = 0
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            relative = (Path(folder) / name).relative_to(root).as_posix()
            if Path(name).suffix.lower() not in _ENDINGS or inside(root, relative) is None:
                continue
            stamp = _stamp(root, relative)
            count += 1
            if stamp and count <= _MAX_PAGES:
                yield stamp


def _stamp(root: Path, relative: str) -> Stamp | None:
    try:
        found = (root / relative).stat()
    except OSError:
        return None
    return (relative, found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=256)
def _outline(root: str, stamps: tuple[Stamp, ...], plan_stamps: tuple[Stamp, ...], pathway: str) -> Outline:
    folder = Path(root)
    plan = read_plan(folder.parent, pathway) if plan_stamps else Plan()
    found = {_slug(stamp[0]): stamp for stamp in stamps}
    sources = {slug: source for slug, stamp in found.items() if (source := read_page(folder, stamp[0])) is not None}
    order = [slug for slug in plan.steps if slug in sources] or _sorted(sources)
    pages = tuple(_page(slug, found[slug], sources[slug], plan) for slug in order)
    return Outline(folder, pages, plan.variables)


def _sorted(sources: Mapping[str, Source]) -> list[str]:
    shown = [slug for slug, source in sources.items() if not source.draft and source.body.strip()]
    return sorted(shown, key=lambda slug: (not sources[slug].weight, sources[slug].weight, _natural(slug)))


def _natural(slug: str) -> list[tuple[int, list[tuple[int, str]]]]:
    parts = slug.split("/")
    keys = [[(int(bit), "") if bit.isdigit() else (-1, bit.lower()) for bit in _NUMBER.split(part)] for part in parts]
    return [(0 if part == "index" else 1, key) for part, key in zip(parts, keys, strict=True)]


def _slug(file: str) -> str:
    path = PurePosixPath(file).with_suffix("")
    return str(path.parent) if path.name in ("index", "_index") and str(path.parent) != "." else str(path).lstrip("_")


def _page(slug: str, stamp: Stamp, source: Source, plan: Plan) -> Page:
    title = plan.titles.get(slug) or source.text("title") or _first_heading(source.body) or _from_name(slug)
    return Page(slug, title, stamp[0], stamp, plan.exit_signs.get(slug, ""))


def _first_heading(body: str) -> str:
    found = _HEADING.search(_CODE.sub("", body[:4000]))
    return re.sub(r"[*_`]", "", found.group(1)) if found else ""


def _from_name(slug: str) -> str:
    name = _PREFIX.sub("", slug.rsplit("/", 1)[-1])
    words = re.sub(r"[-_]+", " ", name).strip() or slug
    return words[0].upper() + words[1:]
