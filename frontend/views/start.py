"""Starting a workshop: a GET only asks, so that crawlers and link previews never start anything; a POST starts.

A browser that is new here is given a cookie first and told to send its form again, so that a double click comes from
somebody and not from two strangers. One that keeps no cookie is told so, before a seat is taken that it could not come
back to. Other clients are served at once.
"""

from flask import Blueprint, redirect, request, url_for
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response

from frontend import identity
from frontend.broker import GoTo, SendBack, Wish
from frontend.forms import SENT_AGAIN, TOKEN
from frontend.newcomers import TooManyWait
from frontend.site.notifications import why_absent
from frontend.site.parameters import Answers, read
from frontend.site.troubles import Setback, Trouble
from frontend.site.workshop import ask_page, asked_of
from frontend.views.door import not_indexed, parts, render, shop, visitor
from portal_backend.contract.components import Notice
from portal_backend.contract.wire import Notification
from portal_backend.contract.words import say

bp = Blueprint("start", __name__)
bp.after_request(not_indexed)
STALE = Notice(
    "stale-form", "warning", say("That page was open for a while"), say("Press the button once more to go on.")
)
_ONCE_MORE = Notice("once-more", "info", say("One more click"), say("Your browser does not say where you come from."))
NO_COOKIES = Notice(
    "no-cookies",
    "warning",
    say("A session needs cookies"),
    say("Allow cookies for this site, then press the button once more."),
)
UNANSWERED = Notice("unanswered", "error", say("Something is missing"), say("Look at the fields below."))
Page = str | tuple[str, int] | Response


@bp.get("/start/<name>/")
def ask(name: str) -> Page:
    """Ask whether to start the workshop."""
    return _question(name)


@bp.post("/start/<name>/")
def start(name: str) -> Page:
    """Get a session and send the browser to it, or back to the index with the reason."""
    if _without_cookie():
        return _question(name, NO_COOKIES, status=400) if _was_sent_again() else _send_again()
    answers = read(asked_of(parts().site(), name), request.form)
    if answers.lacking and not shop().resumes(name):
        return _question(name, UNANSWERED, answers, 422) if answers.asked else _ask_page(name)
    outcome = started(Wish(name, "", visitor().described, answers.values, identity.newcomer()))
    if isinstance(outcome, SendBack):
        return send_back(outcome.notification, name, outcome.setback)
    visitor().remember(outcome.portal, outcome.user, name)
    return redirect(outcome.url, 303)


def ask_again(name: str) -> Page:
    """Ask once more after a form that no longer counts, with the choice and what was typed kept."""
    why = why_stale() if TOKEN in request.form else _ONCE_MORE
    if not isinstance(why, Notice):
        return why
    return _question(name, why, read(asked_of(parts().site(), name), request.form), 400)


def why_stale() -> Notice | Response:
    """Return what to say of a form that no longer counts, once it is known whether its browser keeps cookies."""
    if not _without_cookie():
        return STALE
    return NO_COOKIES if _was_sent_again() else _send_again()


def send_back(code: Notification, workshop: str = "", setback: Setback | None = None) -> Response:
    """Send the browser to the index, where `code` is told once; that no portal answered, when nothing else is known."""
    if code is Notification.SESSION_UNAVAILABLE:
        setback = setback or Setback(Trouble.SILENT)
    identity.tell_once(code, workshop, setback)
    return redirect(url_for("catalog.index"), 303)


def started(wish: Wish) -> GoTo | SendBack:
    """Return where the visitor's session is, or why there is none; a double click of somebody new counts once."""
    asks = visitor()
    try:
        with parts().newcomers.turn(asks.turn) as learned:
            outcome = parts().broker.start(wish, asks.knowing(learned))
            if isinstance(outcome, GoTo):
                learned[outcome.portal] = outcome.user
            return outcome
    except TooManyWait:
        return SendBack(Notification.SESSION_UNAVAILABLE, wish.workshop, Setback(Trouble.BUSY))


def _without_cookie() -> bool:
    """Whether this is a browser that cannot be told from another one."""
    return request.headers.get("Sec-Fetch-Mode") == "navigate" and not identity.newcomer()


def _was_sent_again() -> bool:
    return SENT_AGAIN in request.args


def _send_again() -> Response:
    """Give the browser a cookie to bring along when it sends the same form once more."""
    generate_csrf()
    address = url_for(str(request.endpoint), **(request.view_args or {}))
    return redirect(f"{address}?{SENT_AGAIN}=1", 307)


def _question(name: str, notice: Notice | None = None, answers: Answers | None = None, status: int = 200) -> Page:
    at = shop()
    page = ask_page(at, name, (notice,) if notice else (), answers)
    if page is None:
        return send_back(why_absent(at.known))
    return render("site/ask.html", page=page), status


def _ask_page(name: str) -> Response:
    return redirect(url_for("start.ask", name=name), 303)
