"""Follows the links of a built site: every one that leads into the site must find a file, and the place in it.

Links that lead elsewhere are only followed when that is asked for, and those that would start a workshop never are.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import requests

from portal_backend.contract.wire import environment_path

_STARTS = environment_path("-").partition("-")[0]
_SECONDS = 6
_AT_ONCE = 8
_ADDRESSES = {"a": "href", "link": "href", "img": "src", "script": "src", "form": "action"}


@dataclass(frozen=True)
class Dead:
    """A link that leads nowhere: the file it is in, where it leads, and what is wrong."""

    file: str
    link: str
    why: str

    def __str__(self) -> str:
        return f"{self.file}: {self.link}: {self.why}"


@dataclass
class _Page(HTMLParser):
    links: list[str] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take in where the tag leads, and what it is called."""
        named = dict(attrs)
        if named.get("id"):
            self.ids.add(str(named["id"]))
        address = named.get(_ADDRESSES.get(tag, ""))
        if address and named.get("rel") != "canonical":
            self.links.append(address)


def dead_links(out: Path, url: str, elsewhere: bool = False) -> list[Dead]:
    """Return the links of the site in `out`, which stands at `url`, that lead nowhere; `elsewhere` follows all."""
    pages = {path.relative_to(out).as_posix(): _read(path) for path in sorted(out.rglob("*.html"))}
    found = list(_inside(pages, out, url))
    return found + (list(_outside(pages, url)) if elsewhere else [])


def _read(path: Path) -> _Page:
    page = _Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page


def _inside(pages: dict[str, _Page], out: Path, url: str) -> Iterator[Dead]:
    for file, page in pages.items():
        here = url + file.removesuffix("index.html")
        for link in dict.fromkeys(page.links):
            address, fragment = urldefrag(urljoin(here, link))
            if _is_of(address, url):
                why = _wrong(pages, out, unquote(address[len(url) :].partition("?")[0]), fragment)
                if why:
                    yield Dead(file, link, why)


def _is_of(address: str, url: str) -> bool:
    """Whether the address is one of the site's own."""
    return address.startswith(url)


def _wrong(pages: dict[str, _Page], out: Path, path: str, fragment: str) -> str:
    target = f"{path}index.html" if not path or path.endswith("/") else path
    if not (out / target).is_file():
        return "no such file"
    page = pages.get(target)
    return "no such place on that page" if page and fragment and fragment not in page.ids else ""


def _outside(pages: dict[str, _Page], url: str) -> Iterator[Dead]:
    found: dict[str, str] = {}
    for file, page in pages.items():
        for link in page.links:
            address = urldefrag(urljoin(url, link))[0]
            if address.startswith(("http://", "https://")) and not _is_of(address, url) and not _starts(address):
                found.setdefault(address, file)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for (address, file), why in zip(found.items(), pool.map(_asked, found), strict=True):
            if why:
                yield Dead(file, address, why)


def _starts(address: str) -> bool:
    return _STARTS in urlsplit(address).path


def _asked(address: str) -> str:
    """Return what is wrong with an address elsewhere, or nothing."""
    try:
        status = requests.head(address, timeout=_SECONDS, allow_redirects=True).status_code
        if status in (403, 405, 501):
            with requests.get(address, timeout=_SECONDS, stream=True) as answer:
                status = answer.status_code
    except requests.RequestException as error:
        return f"cannot be reached ({type(error).__name__})"
    return f"answers {status}" if status >= 400 else ""


def told(dead: Iterable[Dead], most: int = 50) -> list[str]:
    """Return the first dead links as lines, and how many more there are."""
    lines = [str(each) for each in dead]
    return lines[:most] + ([f"and {len(lines) - most} more"] if len(lines) > most else [])
