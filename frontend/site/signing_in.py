"""The words and links of signing in: the head of every page, the page that asks for it, and what can go wrong."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from frontend.site.own_path import HOME
from frontend.site.person import Person
from frontend.site.sign_in import SignIn, with_page
from portal_backend.contract.components import Hyperlink, Level, Notice
from portal_backend.contract.words import Message, say

Address = Callable[..., str]


class Why(StrEnum):
    """Why somebody is not signed in although they tried."""

    SILENT = "silent"
    UNTRUSTED = "untrusted"
    DECLINED = "declined"
    STALE = "stale"
    NOBODY = "nobody"


_WORDS: dict[Why, tuple[Level, Message, Message]] = {
    Why.SILENT: (
        "error",
        say("{service} does not answer"),
        say("Nobody can sign in at the moment. Try again in a minute."),
    ),
    Why.UNTRUSTED: (
        "error",
        say("{service} could not sign you in"),
        say("Its answer is not one that this site may trust. The people who run this site find the reason in its log."),
    ),
    Why.DECLINED: (
        "warning",
        say("You are not signed in"),
        say("{service} did not sign you in. Try again whenever you like."),
    ),
    Why.STALE: (
        "warning",
        say("That sign-in was not begun here"),
        say("It was too long ago, or in another browser. Try again."),
    ),
    Why.NOBODY: (
        "error",
        say("{service} does not say enough about you"),
        say("This site could not tell you from others. The people who run this site find the reason in its log."),
    ),
}
_SERVICE = say("The sign-in service")


@dataclass(frozen=True)
class Account:
    """The head of a page: the name of who is signed in, or none; an address of None is no link or button.

    `sign_out_by_form` tells whether signing out changes something here, or is a link of the proxy's.
    """

    name: str
    sign_in_url: str | None
    sessions_url: str
    sign_out_url: str | None
    sign_out_by_form: bool


@dataclass(frozen=True)
class SignInPage:
    """What there is to say about signing in, and the one way on."""

    title: str
    notices: tuple[Notice, ...]
    text: str
    action: Hyperlink | None
    home: Hyperlink | None


def account_of(sign_in: SignIn, person: Person | None, page: str, address: Address) -> Account:
    """Return the head of a page at `page`; `address` gives where `begin`, `end` and `sessions` lead."""
    by_form = sign_in.by == "oidc"
    return Account(
        name=person.name if person else "",
        sign_in_url=None if person else _begin(sign_in, page, address),
        sessions_url=address("sessions"),
        sign_out_url=(address("end") if by_form else sign_in.header.sign_out_url) if person else None,
        sign_out_by_form=by_form,
    )


def sign_in_page(sign_in: SignIn, page: str, why: Why | None, address: Address) -> SignInPage:
    """Return the page that asks to sign in and leads to `page` then; `why` is what went wrong just now."""
    url = _begin(sign_in, page, address)
    words = say("Try again") if why else say("Sign in")
    return SignInPage(
        title=say("Sign in"),
        notices=(_notice(sign_in, why),) if why else (),
        text=_text(sign_in, page) if url else _NO_WAY,
        action=Hyperlink(words, url) if url else None,
        home=_home(sign_in, address),
    )


def signed_out_page(sign_in: SignIn, address: Address) -> SignInPage:
    """Return the page people see who have signed out."""
    url = _begin(sign_in, HOME, address)
    text = say("What you did here stays yours: your sessions run on, and are there when you sign in again.")
    action = Hyperlink(say("Sign in again"), url) if url else None
    return SignInPage(say("You are signed out"), (), text, action, _home(sign_in, address))


_FOR_MEMBERS = say("The workshops here are for people who sign in.")
_TO_SEE_SESSIONS = say("Sign in to see your sessions.")
_NO_WAY = say("You are not signed in here. Open this site by its usual address, or ask the people who run it.")


def _text(sign_in: SignIn, page: str) -> str:
    path = urlsplit(page).path
    name = sign_in.oidc.name if sign_in.oidc else ""
    if path.startswith("/start/"):
        if name:
            return say("To start a workshop, sign in with {name} first. You come back to it then.", name=name)
        return say("To start a workshop, sign in first. You come back to it then.")
    if path.startswith("/sessions/"):
        return say("Sign in with {name} to see your sessions.", name=name) if name else _TO_SEE_SESSIONS
    if sign_in.guards_catalog:
        return say("The workshops here are for people who sign in with {name}.", name=name) if name else _FOR_MEMBERS
    if name:
        return say("Sign in with {name} to start workshops, and to find your sessions on any computer.", name=name)
    return say("Sign in to start workshops, and to find your sessions on any computer.")


def _notice(sign_in: SignIn, why: Why) -> Notice:
    level, title, text = _WORDS[why]
    name = sign_in.oidc.name if sign_in.oidc else ""
    service = name[:1].upper() + name[1:] if name else _SERVICE
    return Notice(why.value, level, title.about(service=service), text.about(service=service))


def _begin(sign_in: SignIn, page: str, address: Address) -> str | None:
    if sign_in.by == "oidc":
        return address("begin", page)
    url = sign_in.header.sign_in_url
    return with_page(url, page) if url else None


def _home(sign_in: SignIn, address: Address) -> Hyperlink | None:
    return None if sign_in.guards_catalog else Hyperlink(say("All workshops"), address("home"))
