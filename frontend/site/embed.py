"""The pages that stand in a frame of somebody else's page, and those that lead out of it."""

from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from frontend.site.index import Shop
from frontend.site.notifications import lone_notice, why_absent
from frontend.site.pages import BreakOutPage, CloseTabPage, EmbedPage
from frontend.site.parameters import Answers
from frontend.site.troubles import Setback, Trouble
from frontend.site.workshop import fields_of
from portal_backend.contract.components import Card, Notice
from portal_backend.contract.wire import Notification
from portal_backend.contract.words import say

_AGAIN = say("Look again")
_NO_COOKIES = say("This browser keeps no cookies for a workshop inside another site's page.")

_SIGN_IN = say("To start this workshop, sign in first.")


@dataclass(frozen=True)
class EmbedLinks:
    """Where an embedded button leads: to start, to look again, to a tab of its own; to be forgotten, who is known."""

    start: str
    again: str
    tab: str
    forget: str | None


def embed_page(
    shop: Shop, workshop: str, links: EmbedLinks, notices: tuple[Notice, ...] = (), answers: Answers | None = None
) -> EmbedPage:
    """Return the page with the workshop's one button, or with why it has none."""
    shown = shop.card(workshop)
    if shown is None:
        return EmbedPage(say("Workshop"), notices or (_why_none(shop),), "", "", None, "", _AGAIN, links.again)
    page = EmbedPage(shown.title, notices, shown.title, shown.start_label, links.start, forget_url=links.forget)
    if shown.startable:
        return replace(page, fields=fields_of(shop, shown, answers))
    return replace(page, start_url=None, words=shown.availability.words, link_label=_AGAIN, link_url=links.again)


def _why_none(shop: Shop) -> Notice:
    code = why_absent(shop.known)
    setback = Setback(Trouble.SILENT) if code is Notification.SESSION_UNAVAILABLE else None
    return lone_notice(code, shop.site.notifications, setback)


def new_tab_page(shown: Card | None, links: EmbedLinks) -> EmbedPage:
    """Return the page for a frame in which the browser keeps no cookies."""
    title = shown.title if shown else ""
    label = say("Open in a new tab")
    return EmbedPage(title or label, (), title, "", None, _NO_COOKIES, label, links.tab, new_tab=True)


def sign_in_tab_page(links: EmbedLinks) -> EmbedPage:
    """Return the page for a frame in which nobody is signed in, because sign-ins take a window of their own."""
    label = say("Open in a new tab")
    return EmbedPage(label, (), "", "", None, _SIGN_IN, label, links.tab, new_tab=True)


def break_out_page(url: str, at_top: bool) -> BreakOutPage:
    """Return the page that leads to `url`, an allowed address."""
    host = urlsplit(url).netloc
    words = say("The page you came from is at {host}.", host=host)
    return BreakOutPage(say("You are on your way back"), words, say("Go back"), url, at_top)


def close_tab_page(notices: tuple[Notice, ...], at_once: bool, home_url: str) -> CloseTabPage:
    """Return the last page of a tab that was opened for a session."""
    words = say("The page you came from is still open in another tab. If this one stays, close it yourself.")
    return CloseTabPage(say("You can close this tab"), notices, words, say("Close this tab"), at_once, home_url)
