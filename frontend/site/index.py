"""Puts a visitor's pages together from the site, what is known of the portals, and the visitor's own sessions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from frontend.site import paging
from frontend.site.catalog import Addresses, Candidate, age_words, candidates, card, findable, sections, traits
from frontend.site.model import Site
from frontend.site.offers import Known, OwnSession
from frontend.site.pages import CatalogPage, Pager, SessionRow
from frontend.site.search import EVERYTHING, Query, Traits, matches
from frontend.site.searching import form_of, none_words, wanted
from portal_backend.contract.components import Card, Hyperlink, Notice, Section
from portal_backend.contract.words import say

NOTHING_OFFERED = say("No workshops are offered right now. Come back later.")
_NEVER_REACHED = say(
    "The workshops cannot be listed right now, because the portal does not answer. Try again in a minute."
)


@dataclass(frozen=True)
class Shop:
    """Everything the pages are made from, for one visitor at one moment.

    A hidden workshop is shown to whom has a session in it open, and where `also` names it; never on the index.
    """

    site: Site
    known: Sequence[Known]
    own: Sequence[OwnSession]
    addresses: Addresses
    now: datetime
    also: frozenset[str] = field(default=frozenset(), kw_only=True)

    def catalog_page(
        self, notices: tuple[Notice, ...], query: Query = EVERYTHING, own: tuple[SessionRow, ...] = ()
    ) -> CatalogPage:
        """Return the index, or what of it `query` asks for; it is a page whatever the portals do."""
        catalog, everything = self.site.catalog, self.sections
        searched = wanted(catalog.search, paging.count(everything))
        found = self._found(everything, query)
        shown = self._shown(found, query)
        page = CatalogPage(
            title=catalog.title,
            intro=catalog.intro,
            notices=notices,
            sections=self._findable(shown) if searched else shown,
            empty=None if found else self._why_empty(everything, query),
            stale=self._stale() if everything else None,
            sessions=own,
            pager=self._pager(found, query),
            rows=paging.count(everything) > paging.MANY,
        )
        if not searched:
            return page
        complete = query.whole and paging.count(shown) == paging.count(everything)
        asked = self.addresses.home, query, paging.count(found)
        return replace(page, search=form_of(catalog.filters, self._traits(everything), *asked, complete=complete))

    @cached_property
    def cards(self) -> dict[str, Card]:
        """The card of each workshop this site offers, by name."""
        resume = {item.workshop for item in self.own}
        return {name: card(self.site.catalog, found, resume, self.addresses) for name, found in self.choices.items()}

    @cached_property
    def choices(self) -> dict[str, list[Candidate]]:
        """Where each workshop this site offers can be had, best first, by name."""
        return candidates(self.site.catalog, self.known, self.also | {item.workshop for item in self.own})

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """Everything on the index, in its order."""
        return sections(self.site.catalog, self.cards)

    def card(self, workshop: str) -> Card | None:
        """Return the card of one workshop, or None when this site does not offer it."""
        return self.cards.get(workshop)

    def resumes(self, workshop: str) -> bool:
        """Whether the visitor has a session of `workshop` open."""
        return any(item.workshop == workshop for item in self.own)

    def limited(self) -> frozenset[tuple[str, str]]:
        """Return each environment whose sessions end by themselves, with its portal before it."""
        offers = [found.offer for choices in self.choices.values() for found in choices]
        return frozenset((offer.portal, offer.environment) for offer in offers if offer.expires)

    @property
    def silent(self) -> frozenset[str]:
        """The portals of which nothing newer is known than was known before they stopped answering."""
        return frozenset(item.portal for item in self.known if item.stale)

    def titles(self) -> Mapping[str, str]:
        """Return the title of each workshop by name."""
        return {name: shown.title for name, shown in self.cards.items()}

    def _traits(self, shown: Sequence[Section]) -> list[Traits]:
        cards = [each for section in shown for each in section.cards]
        return [traits(self.site.catalog, self.choices[each.name], each) for each in cards]

    def _found(self, everything: tuple[Section, ...], query: Query) -> tuple[Section, ...]:
        """Return what `query` asks for; a section that does not exist leaves the choice among all."""
        named = tuple(section for section in everything if section.id == query.section) or everything
        if not query.narrowed:
            return named
        catalog = self.site.catalog
        kept = [
            replace(
                section,
                cards=tuple(
                    each for each in section.cards if matches(query, traits(catalog, self.choices[each.name], each))
                ),
            )
            for section in named
        ]
        return tuple(section for section in kept if section.cards)

    def _shown(self, found: tuple[Section, ...], query: Query) -> tuple[Section, ...]:
        if query.narrowed or query.section:
            return paging.part(found, min(query.page, paging.pages(found)))
        return paging.beginnings(found, lambda section: Query(section=section).address(self.addresses.home))

    def _findable(self, shown: tuple[Section, ...]) -> tuple[Section, ...]:
        catalog, choices = self.site.catalog, self.choices
        return tuple(
            replace(section, cards=tuple(findable(catalog, choices[each.name], each) for each in section.cards))
            for section in shown
        )

    def _pager(self, found: tuple[Section, ...], query: Query) -> Pager | None:
        last = paging.pages(found)
        if last == 1 or not (query.narrowed or query.section):
            return None
        number = min(query.page, last)
        home = self.addresses.home
        return Pager(
            previous=Hyperlink(say("Previous page"), query.address(home, page=number - 1)) if number > 1 else None,
            words=say("Page {number} of {last}", number=number, last=last),
            next=Hyperlink(say("Next page"), query.address(home, page=number + 1)) if number < last else None,
        )

    def _why_empty(self, everything: tuple[Section, ...], query: Query) -> str:
        if everything:
            return none_words(query)
        return _NEVER_REACHED if any(item.listing is None for item in self.known) else NOTHING_OFFERED

    def _stale(self) -> str | None:
        aged = [item.listing for item in self.known if item.stale and item.listing is not None]
        return age_words(min(aged, key=lambda listing: listing.fetched), self.now) if aged else None
