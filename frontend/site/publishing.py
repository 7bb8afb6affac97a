"""The site as files: what everybody may see of it, and nothing else.

A published page is made from public values only: offers of portals that let anybody in, without a number that changes
by the minute, and without what the owner hides. Nothing else of the owner's configuration reaches a page. Seats are
not told, because a file cannot know; a workshop starts by its anonymous link.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from urllib.parse import quote, urlsplit

from frontend.site import paging
from frontend.site.catalog import Addresses, Candidate, card, findable, traits
from frontend.site.index import NOTHING_OFFERED, Shop
from frontend.site.links import create_url
from frontend.site.model import Site
from frontend.site.notifications import due, notice
from frontend.site.offers import Known, Listing, Offer
from frontend.site.pages import BackPage, CatalogPage, EmbedPage, WorkshopPage
from frontend.site.search import EVERYTHING
from frontend.site.searching import form_of, wanted
from frontend.site.workshop import asked_of, workshop_page
from portal_backend.contract.components import Availability, Card, Hyperlink, Notice, Section
from portal_backend.contract.wire import EnvironmentState, Notification
from portal_backend.contract.words import say

_SEATS = say("Whether a seat is free shows when you press Start.")
_SEATS_OF_ALL = say("Whether a workshop has a seat free shows when you start it.")
_NO_BUTTON = say("This workshop asks for something before it starts, which this page cannot do.")
_BACK = say("You are back from a workshop")
_BACK_TEXT = say("Your session is over, or did not begin. The address you came back to ends in one of these:")
_BACK_LINK = say("Back from a session? What you may have been sent back for")
_SEGMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
_UNTOLD = Availability("untold", "")


@dataclass(frozen=True)
class Place:
    """Where the files will stand: the address of the index, which ends in a slash, and that of one of its files.

    `badge` returns the address of the picture that tells whether a workshop has a seat, where the owner wants one.
    """

    url: str
    file: Callable[[str], str]
    badge: Callable[[str], str] | None = None

    @property
    def path(self) -> str:
        """Return the path of the index, which begins and ends with a slash."""
        return urlsplit(self.url).path

    @property
    def origin(self) -> str:
        """Return scheme, host and port."""
        return self.url.removesuffix(self.path)

    def workshop(self, name: str) -> str:
        """Return the path of a workshop's page."""
        return f"{self.path}workshop/{quote(name, safe='')}/"

    def back(self, code: str = "") -> str:
        """Return the path of the page for one code, or for all."""
        return f"{self.path}back/{code}/" if code else f"{self.path}back/"


@dataclass(frozen=True)
class Edition:
    """One issue of the site: everything public as it was at `now`."""

    site: Site
    known: tuple[Known, ...]
    place: Place
    now: datetime

    @cached_property
    def shop(self) -> Shop:
        """The public part of the shop, with every card as files can have it."""
        addresses = Addresses(
            workshop=self.place.workshop,
            start=lambda _: "",
            file=self.place.file,
            home=self.place.path,
            origin=self.place.origin,
        )
        return _PublicShop(self.site, public(self.site, self.known), (), addresses, self.now, self.place)

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """The index's sections, all of their cards."""
        catalog, choices = self.site.catalog, self.shop.choices
        return tuple(
            replace(section, cards=tuple(findable(catalog, choices[each.name], each) for each in section.cards))
            for section in self.shop.sections
        )

    @property
    def workshops(self) -> tuple[str, ...]:
        """The names of the workshops on the index; only these have a page."""
        return tuple(each.name for section in self.sections for each in section.cards)

    def catalog_page(self) -> CatalogPage:
        """Return the index, whole on one page."""
        catalog, count = self.site.catalog, paging.count(self.sections)
        page = CatalogPage(
            title=catalog.title,
            intro=catalog.intro,
            notices=self.announced(),
            sections=self.sections,
            empty=None if count else NOTHING_OFFERED,
            stale=None,
            rows=count > paging.MANY,
            seats=_SEATS_OF_ALL if count else "",
            returns=self.returns(),
            back=Hyperlink(_BACK_LINK, self.place.back()),
        )
        if not wanted(catalog.search, count):
            return page
        found = [traits(catalog, self.shop.choices[each.name], each) for s in self.sections for each in s.cards]
        form = form_of(catalog.filters, found, self.place.path, EVERYTHING, count, complete=True)
        return replace(page, search=replace(form, scripted=True))

    def workshop_page(self, name: str) -> WorkshopPage:
        """Return the page of one workshop on the index."""
        page = workshop_page(self.shop, name, ())
        assert page is not None
        links = tuple(link for link in page.share if link.id != "share-start")
        seats = _SEATS if page.card.startable else _NO_BUTTON
        qr_url = f"{self.place.path}qr/{name}.svg"
        return replace(page, fields=(), share=links, seats=seats, paste=(), qr_url=qr_url, wait="")

    def embed_page(self, name: str) -> EmbedPage:
        """Return the page for a frame elsewhere: one link, which starts the workshop in a tab of its own."""
        card = self.shop.cards[name]
        start = (
            (card.start_label, card.start_url)
            if card.startable
            else (say("Read more"), f"{self.place.origin}{card.url}")
        )
        return EmbedPage(card.title, (), card.title, "", None, "", *start, new_tab=True)

    def made_of(self, name: str) -> object:
        """Return everything a workshop's page depends on: two that are equal make the same page."""
        owner = self.site.catalog.workshops.get(name)
        offers = tuple(choice.offer for choice in self.shop.choices[name])
        return self.place.url, self.shop.cards[name], offers, owner

    def returns(self) -> tuple[Notice, ...]:
        """Return the banner for each code, in the owner's words where they gave some."""
        return tuple(notice(code, self.site.notifications) for code in Notification)

    def back_page(self, code: Notification | None = None) -> BackPage:
        """Return the page people read why they are back on: for one code, or with all there are."""
        home = Hyperlink(say("All workshops"), self.place.path)
        if code is None:
            return BackPage(_BACK, _BACK_TEXT, self.returns(), home)
        told = notice(code, self.site.notifications)
        return BackPage(_BACK, "", (told,), home)

    def announced(self) -> tuple[Notice, ...]:
        """Return the announcements that are due; without a program, none can be closed for good."""
        return tuple(replace(each, dismissible=False) for each in due(self.site.announcements, self.now))


@dataclass(frozen=True)
class _PublicShop(Shop):
    """A shop whose cards start by link and tell of no seats."""

    place: Place

    @cached_property
    def cards(self) -> dict[str, Card]:
        """The card of each workshop, by name."""
        return {name: self._card(found) for name, found in self.choices.items()}

    def _card(self, choices: list[Candidate]) -> Card:
        shown = card(self.site.catalog, choices, (), self.addresses)
        start = create_url(self.site, choices, self.place.url) or ""
        asks = any(each.required and not each.value for each in asked_of(self.site, shown.name))
        badge = self.place.badge(shown.name) if self.place.badge else ""
        ways = replace(shown, start_url=start, startable=bool(start) and not asks, start_by="link")
        return replace(ways, availability=_UNTOLD, badge_url=badge)


def public(site: Site, known: Iterable[Known]) -> tuple[Known, ...]:
    """Return what everybody may know of the portals that let anybody in."""
    anonymous = {portal.name for portal in site.portals if portal.anonymous}
    listings = (item.listing for item in known if item.portal in anonymous and item.listing is not None)
    return tuple(Known(listing.portal, _public(listing), stale=False) for listing in listings)


def unpublishable(known: Iterable[Known]) -> tuple[str, ...]:
    """Return the names of offered workshops that cannot be the name of a folder."""
    offers = (offer for item in known if item.listing for offer in item.listing.offers)
    return tuple(dict.fromkeys(offer.workshop for offer in offers if not _SEGMENT.fullmatch(offer.workshop)))


def _public(listing: Listing) -> Listing:
    offers = tuple(_lasting(offer) for offer in listing.offers if _is_public(offer))
    return Listing(listing.portal, offers, None, listing.fetched)


def _is_public(offer: Offer) -> bool:
    return offer.state is EnvironmentState.RUNNING and bool(_SEGMENT.fullmatch(offer.workshop))


def _lasting(offer: Offer) -> Offer:
    """Return the offer with what is told of the workshop, and no number of seats."""
    return Offer(
        portal=offer.portal,
        environment=offer.environment,
        state=offer.state,
        workshop=offer.workshop,
        title=offer.title,
        description=offer.description,
        authors=offer.authors,
        difficulty=offer.difficulty,
        duration=offer.duration,
        tags=offer.tags,
        logo=offer.logo,
        expires=offer.expires,
        capacity=None,
        allocated=0,
        available=0,
        labels=offer.labels,
    )
