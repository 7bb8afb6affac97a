"""A visitor's own sessions: see, go back to, extend, end; and being forgotten."""

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from frontend import identity
from frontend.site.index import Shop
from frontend.site.offers import OwnSession
from frontend.site.pages import SessionRow, SessionsPage
from frontend.site.sessions import none_words, rows
from frontend.views.door import clean_address, not_indexed, notices, parts, render, shop, visitor
from frontend.views.start import Page, send_back, start
from portal_backend.contract.words import say

bp = Blueprint("sessions", __name__)
bp.after_request(not_indexed)


@bp.get("/sessions/")
def mine() -> str | Response:
    """List the sessions this browser's visitor has open."""
    if clean := clean_address():
        return clean
    at = shop(patient=True)
    asks = visitor()
    known = url_for("sessions.forget") if asks.users and asks.person is None else None
    empty = none_words(at.known, asks.users)
    page = SessionsPage(say("Your sessions"), notices(at), own_rows(at), known, url_for("catalog.index"), empty)
    return render("site/sessions.html", page=page)


@bp.post("/sessions/<portal>/<session>/extend/")
def extend(portal: str, session: str) -> Response:
    """Give a session more time when its portal allows it."""
    parts().broker.extend(portal, session, visitor().users)
    return redirect(url_for("sessions.mine"), 303)


@bp.post("/sessions/<portal>/<session>/end/")
def end(portal: str, session: str) -> Response:
    """End a session."""
    return send_back(parts().broker.end(portal, session, visitor().users))


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
