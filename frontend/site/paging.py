"""How much of a large catalog one page shows: everything while it is small, then the beginning of each section."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import ceil

from portal_backend.contract.components import Hyperlink, Section
from portal_backend.contract.words import say

# More than this many are shown as rows instead of cards.
MANY = 60
WHOLE = 200
PAGE = 100
_LEAST_OF_SECTION = 12


def count(sections: Sequence[Section]) -> int:
    """Return how many cards the sections have."""
    return sum(len(section.cards) for section in sections)


def beginnings(sections: Sequence[Section], address: Callable[[str], str]) -> tuple[Section, ...]:
    """Return the sections, of large ones only the beginning when all would be too much for one page."""
    if count(sections) <= WHOLE:
        return tuple(sections)
    most = max(_LEAST_OF_SECTION, WHOLE // len(sections))
    return tuple(_begun(section, most, address(section.id)) for section in sections)


def part(sections: Sequence[Section], number: int) -> tuple[Section, ...]:
    """Return the cards of one page, counted from 1, under the sections they belong to."""
    first, kept = (number - 1) * PAGE, []
    for section in sections:
        kept.append(replace(section, cards=section.cards[max(first, 0) : max(first + PAGE, 0)]))
        first -= len(section.cards)
    return tuple(section for section in kept if section.cards)


def pages(sections: Sequence[Section]) -> int:
    """Return how many pages the cards fill, at least one."""
    return max(1, ceil(count(sections) / PAGE))


def _begun(section: Section, most: int, url: str) -> Section:
    size = len(section.cards)
    if size <= most:
        return section
    words = say("All {size} in {section}", size=size, section=section.title)
    return replace(section, cards=section.cards[:most], more=Hyperlink(words, url), all=size)
