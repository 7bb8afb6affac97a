"""The index: the owner's sections over what the portals offer, one card per workshop name.

Of several environments for one workshop the card speaks for the best: one that is ready, then one with a seat, then
the first listed. Words: a workshop is *ready* when a spare waits, *free* when a seat can be made, else *full*, or
*closed* when its environment takes nobody.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from frontend.site.images import is_file, safe_image
from frontend.site.model import Catalog, WorkshopOverride
from frontend.site.offers import Known, Listing, Offer
from frontend.site.search import Traits, fold, in_order
from frontend.site.text import plain
from portal_backend.contract.components import Availability, Card, Fact, Section
from portal_backend.contract.difficulties import difficulty_words
from portal_backend.contract.spans import span_words, stated_words
from portal_backend.contract.wire import EnvironmentState
from portal_backend.contract.words import counted, say

_RANK = {"ready": 0, "free": 1, "full": 2, "closed": 3}
_UNCHANGED = WorkshopOverride()
_SEARCHED = 2000
RESUME = say("Resume")


@dataclass(frozen=True)
class Addresses:
    """How a page reaches a workshop, its start, and a file of the owner's; `origin` makes an address absolute."""

    workshop: Callable[[str], str]
    start: Callable[[str], str]
    file: Callable[[str], str]
    home: str = "/"
    origin: str = ""


@dataclass(frozen=True)
class Candidate:
    """An offer with what it means for a visitor now."""

    offer: Offer
    availability: Availability


def availability(offer: Offer, room: int | None) -> Availability:
    """Return whether `offer` has a seat, in a word and in words; `room` is what the portal's maximum still allows."""
    if offer.state is not EnvironmentState.RUNNING:
        return Availability("closed", say("Closed"))
    if offer.available > 0:
        return Availability("ready", say("Ready at once"))
    limits = [limit for limit in (room, _seats(offer)) if limit is not None]
    if not limits:
        return Availability("free", say("Seats free"))
    seats = min(limits)
    if seats <= 0:
        return Availability("full", say("Full"))
    return Availability("free", counted("{n} seat free", "{n} seats free", seats))


def _seats(offer: Offer) -> int | None:
    return None if offer.capacity is None else offer.capacity - offer.allocated


def candidates(catalog: Catalog, known: Iterable[Known], also: Collection[str] = ()) -> dict[str, list[Candidate]]:
    """Return what can be asked for each workshop this site offers, best first and in the portals' order.

    A hidden workshop is among them when `also` names it.
    """
    found: dict[str, list[Candidate]] = {}
    for listing in (item.listing for item in known if item.listing is not None):
        for offer in listing.offers:
            if offer.workshop in also or not is_hidden(catalog, offer.workshop):
                found.setdefault(offer.workshop, []).append(Candidate(offer, availability(offer, listing.room)))
    return {name: sorted(items, key=lambda item: _RANK[item.availability.state]) for name, items in found.items()}


def is_hidden(catalog: Catalog, workshop: str) -> bool:
    """Whether the owner keeps a workshop off this site."""
    return catalog.workshops.get(workshop, _UNCHANGED).hidden


def card(catalog: Catalog, choices: list[Candidate], resume: Collection[str], addresses: Addresses) -> Card:
    """Return the card of one workshop from its candidates; `resume` names workshops the visitor has a session in."""
    best = choices[0]
    offer = best.offer
    owner = catalog.workshops.get(offer.workshop, _UNCHANGED)
    again = offer.workshop in resume
    return Card(
        name=offer.workshop,
        title=owner.title or offer.title or offer.workshop,
        description=plain(owner.description or offer.description),
        url=addresses.workshop(offer.workshop),
        image_url=_image(owner, offer, addresses),
        facts=_facts(offer),
        tags=offer.tags,
        availability=best.availability,
        start_url=addresses.start(offer.workshop),
        start_label=RESUME if again else say("Start"),
        startable=again or best.availability.state in ("ready", "free"),
        portal=offer.portal,
    )


def traits(catalog: Catalog, choices: list[Candidate], shown: Card) -> Traits:
    """Return what a workshop can be found by, wherever it is offered."""
    offer = choices[0].offer
    text = plain(full_description(catalog, offer), _SEARCHED)
    values = [("tag", tag) for tag in offer.tags] + [("difficulty", offer.difficulty)] * bool(offer.difficulty)
    values += [("label", label) for label in offer.labels] + [("portal", choice.offer.portal) for choice in choices]
    return Traits(fold(" ".join((shown.title, text, *offer.tags))), tuple(dict.fromkeys(values)))


def findable(catalog: Catalog, choices: list[Candidate], shown: Card) -> Card:
    """Return a card that a script can find, too."""
    text = plain(full_description(catalog, choices[0].offer), _SEARCHED)
    more = text[len(shown.description.removesuffix("…")) :] if text != shown.description else ""
    return replace(shown, marks=traits(catalog, choices, shown).marks, more=more.strip())


def full_description(catalog: Catalog, offer: Offer) -> str:
    """Return the Markdown text of a workshop's own page: the owner's, otherwise the portal's."""
    return catalog.workshops.get(offer.workshop, _UNCHANGED).description or offer.description


def sections(catalog: Catalog, cards: Mapping[str, Card]) -> tuple[Section, ...]:
    """Return the owner's sections with their cards, then the rest; a section without a card is left out.

    A hidden workshop is in none of them, also when somebody may have its card.
    """
    cards = {name: shown for name, shown in cards.items() if not is_hidden(catalog, name)}
    made = [
        Section(s.id, s.title, s.description, tuple(cards[name] for name in s.workshops if name in cards))
        for s in catalog.sections
    ]
    if not catalog.rest.hidden:
        made.append(_rest(catalog, cards))
    return tuple(section for section in made if section.cards)


def _rest(catalog: Catalog, cards: Mapping[str, Card]) -> Section:
    named = {name for section in catalog.sections for name in section.workshops}
    left = [shown for name, shown in cards.items() if name not in named]
    left.sort(key=lambda shown: (catalog.workshops.get(shown.name, _UNCHANGED).order, in_order(shown.title)))
    title = catalog.rest.title or (say("More workshops") if catalog.sections else say("All workshops"))
    return Section("more", title, catalog.rest.description, tuple(left))


def age_words(listing: Listing, now: datetime) -> str:
    """Return how old a listing is, for the line above an index that could not be refreshed."""
    span = span_words(now - listing.fetched)
    first = say("The portal does not answer. This list is from {span} ago.", span=span)
    return say("{first} {second}", first=first, second=say("When a start fails, try again in a minute."))


def _image(owner: WorkshopOverride, offer: Offer, addresses: Addresses) -> str | None:
    if owner.image:
        return addresses.file(owner.image) if is_file(owner.image) else owner.image
    return safe_image(offer.logo) if offer.logo else None


def _facts(offer: Offer) -> tuple[Fact, ...]:
    named = (
        (say("Duration"), stated_words(offer.duration) or (span_words(offer.expires) if offer.expires else "")),
        (say("Difficulty"), difficulty_words(offer.difficulty)),
    )
    return tuple(Fact(label, value) for label, value in named if value)
