"""Builds a published site: from the owner's folder and the portals' catalogs to files for any static host."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from frontend.generator.feeds import Entry, dated, feed, robots, sitemap
from frontend.generator.folder import CannotBuild, Changes, Folder
from frontend.generator.press import Press, Sheet
from frontend.qr_codes import picture
from frontend.site.model import Site
from frontend.site.offers import Known
from frontend.site.pages import About
from frontend.site.publishing import Edition, Place, unpublishable
from portal_backend.contract.components import ErrorPage
from portal_backend.contract.urls import LOOPBACK, origin_of, parse_http_url
from portal_backend.contract.wire import Notification
from portal_backend.contract.words import say

Progress = Callable[[Iterable[Sheet], int], Iterable[Sheet]]
_DATES = "dates"
_LOST = (
    say("No such page"),
    404,
    say("The link may be old or mistyped."),
    say("The index lists every workshop that is offered."),
)
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src {pictures}; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'"
)


@dataclass(frozen=True)
class Order:
    """What to build: the site, what its portals offer, its address, and the folders.

    `badges` is the address of a running site that tells of seats, or empty.
    """

    site: Site
    known: tuple[Known, ...]
    url: str
    theme: Path
    texts: Path
    out: Path
    now: datetime
    badges: str = ""


@dataclass(frozen=True)
class Built:
    """What a build did, and what the owner should know of it."""

    workshops: int
    changes: Changes
    advice: tuple[str, ...]


def base_url(text: str) -> str:
    """Return the address of the index with a slash at its end; raises CannotBuild."""
    clean = parse_http_url(text)
    if clean is None or urlsplit(clean).query or urlsplit(clean).fragment:
        raise CannotBuild(f"{text!r} is no address of a site: give one such as https://www.example.com/workshops/")
    return clean if clean.endswith("/") else f"{clean}/"


def build(order: Order, progress: Progress = lambda sheets, _count: sheets) -> Built:
    """Build the site into its folder; raises CannotBuild with nothing changed."""
    if order.site.sign_in.guards_catalog:
        raise CannotBuild(
            "sign_in in config/site.yaml shows the catalog to nobody who has not signed in, but a published site is "
            "for everybody. Set required_for to start, or run the site instead."
        )
    if not any(portal.anonymous for portal in order.site.portals):
        raise CannotBuild(
            "No portal lets anybody in, so nothing on a published site could be started. Set registration.type to "
            "anonymous in config/portal.yaml, or anonymous: true for a portal that does so in config/site.yaml."
        )
    badge = f"{order.badges.rstrip('/')}/badge/{{}}.svg?short=1".format if order.badges else None
    path = urlsplit(order.url).path
    press = Press(order.site, order.theme, path, order.texts)
    edition = Edition(order.site, order.known, Place(order.url, press.file, badge), order.now)
    with Folder(order.out) as folder:
        for name, data in press.files():
            folder.put(name, data)
        sheets = list(_sheets(edition, press, order))
        for sheet in progress(sheets, len(sheets)):
            source = press.source(sheet)
            if not folder.has(sheet.path, source):
                folder.put(sheet.path, press.print(sheet), source)
        _put_machine_files(folder, edition, order)
        changes = folder.publish()
    return Built(len(edition.workshops), changes, tuple(_advice(edition, order, changes)))


def _sheets(edition: Edition, press: Press, order: Order) -> Iterator[Sheet]:
    place, site = edition.place, order.site
    about = _About(order, press)
    catalog = edition.catalog_page()
    told = about.page(site.brand.name, catalog.intro, place.path)
    yield Sheet("index.html", "site/catalog.html", catalog, lambda: catalog, told)
    for name in edition.workshops:
        card = edition.shop.cards[name]
        told = about.page(card.title, card.description, place.workshop(name), card.image_url, "article")
        make = partial(edition.workshop_page, name)
        yield Sheet(f"workshop/{name}/index.html", "site/workshop.html", edition.made_of(name), make, told)
        frame = edition.embed_page(name)
        told = about.page(card.title, "", f"{place.path}embed/{name}/", indexed=False)
        yield Sheet(f"embed/{name}/index.html", "site/embed.html", frame, partial(edition.embed_page, name), told)
    for code in (None, *Notification):
        back = edition.back_page(code)
        told = about.page(back.title, "", place.back(code or ""), indexed=False)
        yield Sheet(
            f"back/{f'{code}/' if code else ''}index.html",
            "site/back.html",
            back,
            partial(edition.back_page, code),
            told,
        )
    lost = ErrorPage(*_LOST, place.path)
    told = about.page(lost.title, "", f"{place.path}404.html", indexed=False)
    yield Sheet("404.html", "site/error.html", lost, lambda: lost, told)


class _About:
    """Says of each page what machines should know."""

    def __init__(self, order: Order, press: Press) -> None:
        self._order = order
        self._origin = order.url.removesuffix(urlsplit(order.url).path)
        self._logo = press.brand.logo_url
        badges = origin_of(order.badges) if order.badges else None
        self._policy = _POLICY.format(pictures=" ".join(filter(None, ("'self' data: https:", badges))))

    def page(
        self, title: str, text: str, path: str, image: str | None = None, kind: str = "website", *, indexed: bool = True
    ) -> About:
        """Return what is said of the page at `path`."""
        return About(
            title=title,
            description=text,
            url=self._origin + path,
            site=self._order.site.brand.name,
            image=self._absolute(image or self._logo or ""),
            kind="article" if kind == "article" else "website",
            feed=f"{self._order.url}feed.xml",
            policy=self._policy,
            indexed=indexed,
        )

    def _absolute(self, image: str) -> str:
        """Return the address of a picture as other sites can load it; one inside a page has none."""
        if image.startswith("data:"):
            return ""
        return self._origin + image if image.startswith("/") else image


def _put_machine_files(folder: Folder, edition: Edition, order: Order) -> None:
    url, place = order.url, edition.place
    cards = [each for section in edition.sections for each in section.cards]
    digests = {each.name: _digest(f"{each.title}\n{each.description}\n{each.more}") for each in cards}
    kept = folder.notes.get(_DATES, {})
    dates = dated(digests, kept if isinstance(kept, Mapping) else {}, order.now)
    entries = [Entry(each.title, place.origin + each.url, each.description, dates[each.name][1]) for each in cards]
    folder.keep({_DATES: dates})
    folder.put("feed.xml", feed(order.site.brand.name, url, f"{url}feed.xml", entries))
    folder.put("sitemap.xml", sitemap([url, *(place.origin + each.url for each in cards)]))
    for each in cards:
        address = place.origin + each.url
        if not folder.has(f"qr/{each.name}.svg", address):
            folder.put(f"qr/{each.name}.svg", picture(address).encode(), address)
    folder.put("robots.txt", robots(place.path, f"{url}sitemap.xml"))
    folder.put(".nojekyll", b"")


def _advice(edition: Edition, order: Order, changes: Changes) -> Iterator[str]:
    portals = [portal for portal in order.site.portals if portal.anonymous]
    for name in unpublishable(order.known):
        yield f"{name!r} is left out, because it cannot be the name of a folder."
    for name in edition.workshops:
        if not edition.shop.cards[name].startable:
            yield f"{name} has no button, because it asks for something before it starts."
    for path in changes.edited:
        yield f"{path} is no longer part of the site, but was edited since it was built, so it stays."
    ends = [item.until for item in order.site.announcements if item.until and item.until > order.now]
    if ends:
        yield f"An announcement ends at {min(ends).astimezone(UTC):%Y-%m-%d %H:%M} UTC: build again then."
    for portal in portals:
        if urlsplit(portal.url).hostname in LOOPBACK:
            reached = "which only this computer reaches: set PORTAL_URL, or url in site.yaml"
            yield f"Its links lead to {portal.url}, {reached}."
    yield f"The portal must let people return to the site: PORTAL_INDEX_ORIGINS={origin_of(order.url)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
