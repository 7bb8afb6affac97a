"""What a published site tells machines: the map of its pages, the feed of its workshops, and the crawlers' rules."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree import ElementTree

_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_ATOM = "http://www.w3.org/2005/Atom"
_MOST_ENTRIES = 50


@dataclass(frozen=True)
class Entry:
    """One workshop in the feed, and when it came or was last described anew."""

    title: str
    url: str
    summary: str
    updated: str


def sitemap(addresses: Iterable[str]) -> bytes:
    """Return the map of the pages at these addresses."""
    root = ElementTree.Element("urlset", xmlns=_SITEMAP)
    for address in addresses:
        ElementTree.SubElement(ElementTree.SubElement(root, "url"), "loc").text = address
    return _document(root)


def feed(title: str, home: str, address: str, entries: Iterable[Entry]) -> bytes:
    """Return the Atom feed of the newest entries, newest first; one without any is as old as time."""
    newest = sorted(entries, key=lambda entry: (entry.updated, entry.url), reverse=True)[:_MOST_ENTRIES]
    root = ElementTree.Element("feed", xmlns=_ATOM)
    _add(root, "title", title)
    _add(root, "id", home)
    _add(root, "updated", newest[0].updated if newest else "1970-01-01T00:00:00Z")
    ElementTree.SubElement(root, "link", rel="self", type="application/atom+xml", href=address)
    ElementTree.SubElement(root, "link", rel="alternate", type="text/html", href=home)
    _add(ElementTree.SubElement(root, "author"), "name", title)
    for entry in newest:
        made = ElementTree.SubElement(root, "entry")
        _add(made, "title", entry.title)
        _add(made, "id", entry.url)
        _add(made, "updated", entry.updated)
        ElementTree.SubElement(made, "link", rel="alternate", type="text/html", href=entry.url)
        _add(made, "summary", entry.summary)
    return _document(root)


def dated(digests: Mapping[str, str], kept: Mapping[str, object], now: datetime) -> dict[str, list[str]]:
    """Return digest and date of each entry: that of the build before while the digest is the same, else `now`."""
    return {name: [digest, _date(kept.get(name), digest) or _moment(now)] for name, digest in digests.items()}


def robots(path: str, address: str) -> bytes:
    """Return the crawlers' rules, which count only at the root of a host, and where the map is."""
    return f"User-agent: *\nDisallow: {path}back/\nSitemap: {address}\n".encode()


def _date(kept: object, digest: str) -> str:
    if isinstance(kept, list) and len(kept) == 2 and kept[0] == digest and isinstance(kept[1], str):
        return kept[1]
    return ""


def _moment(now: datetime) -> str:
    return now.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _add(parent: ElementTree.Element, tag: str, text: str) -> None:
    ElementTree.SubElement(parent, tag).text = "".join(sign for sign in text if sign.isprintable() or sign in "\t\n")


def _document(root: ElementTree.Element) -> bytes:
    ElementTree.indent(root, "")
    text: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return text + b"\n"
