"""A visitor's own sessions: see, go back to, extend, end; and being forgotten."""

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from frontend import identity
from frontend.site.index import Shop
from frontend.site.offers import OwnSession
from frontend.site.pages import SessionRow, SessionsPage
from frontend.site.sessions import none_words, rows
from frontend.site.troubles import Setback
from frontend.views.door import clean_address, not_indexed, notices, parts, render, shop, visitor
from frontend.views.start import Page, send_back, start
from portal_backend.contract.components import Notice
from portal_backend.contract.words import say

bp = Blueprint("sessions", __name__)
bp.after_request(not_indexed)


@bp.get("/sessions/")
def mine() -> str | Response:
    """List the sessions this browser's visitor has open."""
    if clean := clean_address():
        return clean
    at = shop(patient=True)
    return _page(at, notices(at))


@bp.post("/sessions/<portal>/<session>/extend/")
def extend(portal: str, session: str) -> Page:
    """Give a session more time when its portal allows it."""
    setback = parts().broker.extend(portal, session, visitor().users)
    return _unchanged(setback) if setback else redirect(url_for("sessions.mine"), 303)


@bp.post("/sessions/<portal>/<session>/end/")
def end(portal: str, session: str) -> Page:
    """End a session."""
    outcome = parts().broker.end(portal, session, visitor().users)
    return _unchanged(outcome) if isinstance(outcome, Setback) else send_back(outcome)


@bp.post("/sessions/back/<name>/")
def back(name: str) -> Page:
    """Send the browser back into its session of the workshop."""
    return start(name)


@bp.post("/forget/")
def forget() -> Response:
    """Forget who uses this browser; open sessions run on until they end by themselves."""
    identity.forget()
    identity.tell_forgotten()
    return redirect(url_for("catalog.index"), 303)


def _page(at: Shop, said: tuple[Notice, ...]) -> str:
    asks = visitor()
    known = url_for("sessions.forget") if asks.users and asks.person is None else None
    empty = none_words(at.known, asks.users)
    page = SessionsPage(say("Your sessions"), said, own_rows(at), known, url_for("catalog.index"), empty)
    return render("site/sessions.html", page=page)


def _unchanged(setback: Setback) -> Page:
    words = say("{what} {when}", what=setback.what, when=setback.when)
    return _page(shop(), (Notice("unchanged", "warning", say("Nothing was changed"), words),)), 503


def own_rows(at: Shop) -> tuple[SessionRow, ...]:
    """Return the visitor's sessions as pages list them."""
    return rows(at.own, at.titles(), _address, at.now, at.limited()) if at.own else ()


def _address(what: str, item: OwnSession) -> str:
    match what:
        case "workshop":
            return url_for("workshop.show", name=item.workshop)
        case "start":
            return url_for("start.start", name=item.workshop)
        case "back":
            return url_for("sessions.back", name=item.workshop)
        case action:
            return url_for(f"sessions.{action}", portal=item.portal, session=item.name)
