"""What each template is given: one frozen value named `page`, with every decision already made."""

from dataclasses import dataclass

from portal_backend.contract.components import Clock, Notice, Section
from portal_backend.contract.words import say


@dataclass(frozen=True)
class Link:
    """Somewhere to go, its name, and the few words above the name (`Next`)."""

    title: str
    url: str
    label: str = ""
    current: bool = False


@dataclass(frozen=True)
class SessionPage:
    """One page of instructions in a session.

    `extend_url` is None when the session may not be extended now; `finish_label` is what the author calls leaving; the
    page tells every `watch_seconds` that it is still open, never when that is 0. Instructions that are not `written`
    here may be `elsewhere_url`; `content_html` is None when the page went away while the session was open.
    """

    title: str
    workshop_title: str
    pages: tuple[Link, ...]
    content_html: str | None
    previous: Link | None
    next: Link | None
    clock: Clock
    extend_url: str | None
    finish_url: str
    finish_label: str
    schedule_url: str
    index_url: str
    watch_seconds: int = 0
    notices: tuple[Notice, ...] = ()
    written: bool = True
    elsewhere_url: str | None = None


@dataclass(frozen=True)
class StartingPage:
    """What is shown while a session starts; the browser asks again after `refresh_seconds`."""

    title: str
    workshop_title: str
    words: str
    refresh_seconds: int
    cancel_url: str


@dataclass(frozen=True)
class ConfirmPage:
    """A question with one button that does it and one link that does not."""

    title: str
    words: str
    action_url: str
    action_label: str
    back_url: str
    back_label: str = say("Back")


@dataclass(frozen=True)
class NewTabPage:
    """What a frame shows that cannot do its work: why, and the link that does it in a tab of its own."""

    title: str
    words: str
    url: str
    label: str


@dataclass(frozen=True)
class FinishedPage:
    """What a visitor without an index comes back to."""

    title: str
    words: str
    home_url: str | None
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True)
class CatalogPage:
    """The portal's own catalog; `empty` says why there are no cards, `login_url` is where to go when it is closed."""

    title: str
    notices: tuple[Notice, ...]
    sections: tuple[Section, ...]
    empty: str | None = None
    stale: str | None = None
    login_url: str | None = None


@dataclass(frozen=True)
class CodePage:
    """The form for the access code that opens a portal."""

    title: str
    error: str | None
    next_url: str


@dataclass(frozen=True)
class LoginPage:
    """The administrator's login form."""

    title: str
    error: str | None
    next_url: str
