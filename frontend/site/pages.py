"""The values templates receive: one dataclass a page, every decision already made."""

from dataclasses import dataclass
from typing import Literal

from frontend.site.search import Filter
from portal_backend.contract.components import Card, Clock, Fact, Hyperlink, Notice, Section


@dataclass(frozen=True)
class SessionRow:
    """One of a visitor's sessions; `extend_url` is None when it cannot be extended now, `back_url` leads into it."""

    title: str
    url: str
    clock: Clock
    start_url: str
    extend_url: str | None
    end_url: str
    back_url: str


@dataclass(frozen=True)
class SearchForm:
    """The search field and its filters, and what a script says in their place.

    `found` says how many there are, `none` what a script says where nothing is left; `complete` tells it that the page
    has every card, so that it need not ask for others. One that is `scripted` is of no use without a script, and shown
    by one.
    """

    action: str
    words: str
    filters: tuple[Filter, ...]
    found: str
    none: str
    reset_url: str | None
    complete: bool
    scripted: bool = False


@dataclass(frozen=True)
class Pager:
    """The way through a list of several pages."""

    previous: Hyperlink | None
    words: str
    next: Hyperlink | None


@dataclass(frozen=True)
class CatalogPage:
    """The index; `empty` says why there are no cards, `stale` how old the cards are, `sessions` are the visitor's.

    `rows` shows each card as a row of a list, because there are many. `seats` says where to learn whether there is a
    seat, on a page that cannot tell. A script shows the one of `returns` that the page's address names; without one,
    `back` leads to all of them.
    """

    title: str
    intro: str
    notices: tuple[Notice, ...]
    sections: tuple[Section, ...]
    empty: str | None
    stale: str | None
    sessions: tuple[SessionRow, ...] = ()
    search: SearchForm | None = None
    pager: Pager | None = None
    rows: bool = False
    seats: str = ""
    returns: tuple[Notice, ...] = ()
    back: Hyperlink | None = None


@dataclass(frozen=True)
class Choice:
    """One of the values a field offers."""

    value: str
    selected: bool


@dataclass(frozen=True)
class Field:
    """One thing a workshop asks before it starts; with `choices` one of them is chosen, otherwise text is typed.

    `focus` is on the first that has to be filled in or mended.
    """

    id: str
    name: str
    label: str
    help: str
    value: str
    required: bool
    choices: tuple[Choice, ...]
    error: str | None
    focus: bool = False


@dataclass(frozen=True)
class ShareLink:
    """An address to pass on, or a text to paste, and what it does for whom it is opened by."""

    id: str
    label: str
    help: str
    url: str


@dataclass(frozen=True)
class WorkshopPage:
    """One workshop in full; `description_html` is safe to show as it is, `seats` says where to learn of seats.

    `wait` says why it cannot be started now, and what to do. `share` are addresses to pass on, `paste` texts for pages
    elsewhere, and `qr_url` is a picture of the way to start.
    """

    title: str
    notices: tuple[Notice, ...]
    card: Card
    description_html: str
    authors: str
    needs: tuple[str, ...] = ()
    fields: tuple[Field, ...] = ()
    share: tuple[ShareLink, ...] = ()
    seats: str = ""
    paste: tuple[ShareLink, ...] = ()
    qr_url: str = ""
    wait: str = ""


@dataclass(frozen=True)
class AskPage:
    """The question before a session starts; `fixed` is settled already, `until` says how long one may still ask.

    `wait` says why it cannot be started now, and what to do.
    """

    title: str
    notices: tuple[Notice, ...]
    card: Card
    start_url: str
    back_url: str
    fields: tuple[Field, ...] = ()
    fixed: tuple[Fact, ...] = ()
    until: str = ""
    wait: str = ""


@dataclass(frozen=True)
class SessionsPage:
    """A visitor's sessions, or why there are none; `forget_url` is None when there is nothing to forget."""

    title: str
    notices: tuple[Notice, ...]
    sessions: tuple[SessionRow, ...]
    forget_url: str | None
    home_url: str
    empty: str


@dataclass(frozen=True)
class BackPage:
    """Where people read why they are back, on a site without a program: one thing, or all that it may be."""

    title: str
    text: str
    told: tuple[Notice, ...]
    home: Hyperlink


@dataclass(frozen=True)
class About:
    """What a page tells machines of itself; an empty `image` or `feed` is left out, an empty `policy` allows all."""

    title: str
    description: str
    url: str
    site: str
    image: str = ""
    kind: Literal["website", "article"] = "website"
    feed: str = ""
    policy: str = ""
    indexed: bool = True


@dataclass(frozen=True)
class EmbedPage:
    """One button; without `start_url`, `words` say why there is none, and `link_url` leads on.

    `new_tab` opens that link in a tab of its own; `forget_url` is there for a visitor who is known.
    """

    title: str
    notices: tuple[Notice, ...]
    workshop_title: str
    label: str
    start_url: str | None
    words: str = ""
    link_label: str = ""
    link_url: str | None = None
    new_tab: bool = False
    forget_url: str | None = None
    fields: tuple[Field, ...] = ()


@dataclass(frozen=True)
class BreakOutPage:
    """The way from a frame to a page in the whole window; `at_top` says that there is no frame to leave."""

    title: str
    words: str
    label: str
    url: str
    at_top: bool


@dataclass(frozen=True)
class CloseTabPage:
    """The end of a session in a tab of its own; `at_once` lets a script close it without being asked."""

    title: str
    notices: tuple[Notice, ...]
    words: str
    label: str
    at_once: bool
    home_url: str
