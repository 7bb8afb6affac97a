"""The parts that pages of both programs are put together from: the values the templates' components receive."""

from dataclasses import dataclass
from typing import Literal

from portal_backend.contract import stylesheet

Level = Literal["info", "success", "warning", "error"]
Seats = Literal["free", "ready", "full", "closed", "untold"]


@dataclass(frozen=True)
class Hyperlink:
    """A link as a page shows it."""

    label: str
    url: str


@dataclass(frozen=True)
class Notice:
    """A banner; `id` tells one from another, `close_url` is where a visitor closes one that is dismissible for good.

    `link` is the next step; `others` are further ones, after the words `others_label`.
    """

    id: str
    level: Level
    title: str
    text: str = ""
    link: Hyperlink | None = None
    dismissible: bool = False
    close_url: str = ""
    others_label: str = ""
    others: tuple[Hyperlink, ...] = ()


@dataclass(frozen=True)
class Availability:
    """Whether there is a seat, as a state for the style sheet and in words; `untold` has no words."""

    state: Seats
    words: str


@dataclass(frozen=True)
class Fact:
    """One labelled fact about a workshop."""

    label: str
    value: str


@dataclass(frozen=True)
class Card:
    """A workshop on an index; `portal` is where it would start first.

    `marks` and `more` are for finding it by script: what it can be filtered by, and the words the card has no room for.
    One that is started by a `link` needs no form; `badge_url` is a picture that tells whether there is a seat.
    """

    name: str
    title: str
    description: str
    url: str
    image_url: str | None
    facts: tuple[Fact, ...]
    tags: tuple[str, ...]
    availability: Availability
    start_url: str
    start_label: str
    startable: bool
    portal: str
    marks: str = ""
    more: str = ""
    start_by: Literal["form", "link"] = "form"
    badge_url: str = ""

    @property
    def cover(self) -> int:
        """Which of the theme's covers stands in where there is no picture."""
        return stylesheet.cover(self.name)


@dataclass(frozen=True)
class Section:
    """A group of cards under a heading; where it shows only the first of its `size` cards, `more` leads to the rest."""

    id: str
    title: str
    description: str
    cards: tuple[Card, ...]
    more: Hyperlink | None = None
    all: int = 0

    @property
    def size(self) -> int:
        """How many cards it has, shown or not."""
        return max(self.all, len(self.cards))


@dataclass(frozen=True)
class Clock:
    """The time a session has left, in words, and as a moment for the script that keeps the words current."""

    words: str
    expires_iso: str | None = None
    expiring: bool = False
    ends_words: str = ""


@dataclass(frozen=True)
class ErrorPage:
    """What went wrong, and what to do."""

    title: str
    status: int
    what: str
    todo: str
    home_url: str
