"""Finding workshops: words over title, description and tags, and filters; from an address, so that it can be shared.

Text is compared *folded*: without case, accents or other marks on letters. Every word must be found somewhere; where
does not matter. The script on the page does the same with the same rules, over what `marks` and `more` carry.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from urllib.parse import urlencode

from portal_backend.contract.words import say

_DIGITS = re.compile(r"([0-9]+)")
_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "ı": "i"})
_LONGEST = 200
_MOST_PAGES = 1000
KINDS = ("tag", "difficulty", "label", "portal")


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Return `text` as it is compared: in small letters without their marks, one space between words."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return " ".join(bare.translate(_LETTERS).split())


def in_order(text: str) -> tuple[tuple[int, str], ...]:
    """Return what texts are sorted by as people do it: "Part 2" before "Part 10", letters without regard to case."""
    parts = _DIGITS.split(text.casefold())
    # Texts and numbers take turns; of numbers without leading zeros the longer one is the greater.
    bare = [part.lstrip("0") if at % 2 else part for at, part in enumerate(parts)]
    return tuple((len(part) if at % 2 else 0, part) for at, part in enumerate(bare))


@dataclass(frozen=True)
class Query:
    """What a visitor looks for; an empty value asks nothing. `page` counts from 1."""

    q: str = ""
    tag: str = ""
    difficulty: str = ""
    label: str = ""
    portal: str = ""
    section: str = ""
    page: int = 1

    @property
    def narrowed(self) -> bool:
        """Whether words or a filter leave something out."""
        return any((self.q, *(getattr(self, kind) for kind in KINDS)))

    @property
    def whole(self) -> bool:
        """Whether this is simply the index."""
        return self == EVERYTHING

    def address(self, home: str, **changes: object) -> str:
        """Return the address of this query, or of one that differs, below the address `home`."""
        wanted = replace(self, **{"page": 1, **changes})  # type: ignore[arg-type]
        pairs = [(field.name, getattr(wanted, field.name)) for field in fields(wanted)]
        query = urlencode([(name, value) for name, value in pairs if value not in ("", 1)])
        return f"{home}?{query}" if query else home


EVERYTHING = Query()


def query_of(arguments: Mapping[str, str]) -> Query:
    """Return the query in an address; what cannot be understood asks nothing."""
    texts = {name: arguments.get(name, "").strip()[:_LONGEST] for name in ("q", *KINDS, "section")}
    page = arguments.get("page", "")
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 5 else 1
    return Query(**texts, page=min(max(number, 1), _MOST_PAGES))


@dataclass(frozen=True)
class Traits:
    """What a workshop can be found by: all its words, folded, and (kind, value as written) pairs."""

    words: str
    values: tuple[tuple[str, str], ...]

    @property
    def marks(self) -> str:
        """Return the folded values for the script on the page, each between bars."""
        return "".join(f"|{kind}:{fold(value)}" for kind, value in self.values) + "|"


def matches(query: Query, traits: Traits) -> bool:
    """Whether a workshop has every word and every filter of `query`."""
    asked = [(kind, fold(getattr(query, kind))) for kind in KINDS if getattr(query, kind)]
    has = {(kind, fold(value)) for kind, value in traits.values} if asked else set()
    return all(pair in has for pair in asked) and all(word in traits.words for word in fold(query.q).split())


Shown = Callable[[str, str], str]


@dataclass(frozen=True)
class Option:
    """One value to filter by."""

    value: str
    words: str
    selected: bool


@dataclass(frozen=True)
class Filter:
    """One kind to filter by, with the values that would leave something out."""

    name: str
    label: str
    options: tuple[Option, ...]


def filters(query: Query, found: Iterable[Traits], kinds: Mapping[str, str], shown: Shown) -> tuple[Filter, ...]:
    """Return a filter for each of `kinds` (kind to label) that can tell workshops apart; `shown` words a value."""
    everything = list(found)
    made = (Filter(kind, label, _options(query, everything, kind, shown)) for kind, label in kinds.items())
    return tuple(each for each in made if each.options)


def _option_words(value: str, count: int) -> str:
    return say("{value} ({count})", value=value, count=count)


def _options(query: Query, everything: list[Traits], kind: str, shown: Shown) -> tuple[Option, ...]:
    counts: dict[str, int] = {}
    written: dict[str, str] = {}
    for traits in everything:
        for folded, value in {fold(value): value for of, value in traits.values if of == kind}.items():
            counts[folded] = counts.get(folded, 0) + 1
            written.setdefault(folded, value)
    chosen = fold(getattr(query, kind))
    if chosen:
        counts.setdefault(chosen, 0)
        written.setdefault(chosen, getattr(query, kind))
    telling = [folded for folded, count in counts.items() if folded and (count < len(everything) or folded == chosen)]
    options = [
        Option(folded, _option_words(shown(kind, written[folded]), counts[folded]), folded == chosen)
        for folded in telling
    ]
    return tuple(sorted(options, key=lambda option: in_order(fold(option.words))))
