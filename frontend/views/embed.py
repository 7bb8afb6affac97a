"""One start button for a frame in somebody else's page, and its way through a session back to itself.

A frame of another site gets a cookie of its own (`contract/frame_cookies.py`). Whether the browser keeps it is found
out before anything is offered: the first visit sets it and comes back. Nothing here starts without a click.
"""

from flask import Blueprint, redirect, request, url_for
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response

from frontend import identity
from frontend.broker import SendBack, Wish
from frontend.site.embed import EmbedLinks, embed_page, new_tab_page, sign_in_tab_page
from frontend.site.embedding import return_address
from frontend.site.index import Shop
from frontend.site.notifications import known_code, lone_notice, why_absent
from frontend.site.parameters import Answers, read
from frontend.site.workshop import asked_of
from frontend.views.door import not_indexed, parts, render, shop, told_now, visitor
from frontend.views.start import NO_COOKIES, STALE, UNANSWERED, Page, started
from portal_backend.contract.components import Notice
from portal_backend.contract.frame_cookies import at_top, in_frame
from portal_backend.contract.wire import INDEX_URL_PARAMETER, NOTIFICATION_PARAMETER, Notification

bp = Blueprint("embed", __name__)
bp.after_request(not_indexed)
_TRIED = "tried"


@bp.get("/embed/<name>/")
def show(name: str) -> Page:
    """Show the button, with what came of the last session; in a frame only once a cookie has come back."""
    untried = in_frame(request) and not identity.anything_kept()
    if NOTIFICATION_PARAMETER in request.args or (untried and _TRIED not in request.args):
        return _again(name, known_code(request.args.get(NOTIFICATION_PARAMETER, "")), tried=untried)
    return _shown(name)


@bp.post("/embed/<name>/")
def start(name: str) -> Page:
    """Start the workshop in the frame, or show the button again with the reason."""
    answers = read(asked_of(parts().site(), name), request.form)
    if answers.lacking and not shop().resumes(name):
        return _shown(name, UNANSWERED, answers, 422)
    outcome = started(Wish(name, _index_url(name), visitor().described, answers.values, identity.newcomer()))
    if isinstance(outcome, SendBack):
        identity.tell_once(outcome.notification, name, outcome.setback)
        return redirect(_address(name), 303)
    visitor().remember(outcome.portal, outcome.user, name)
    return redirect(outcome.url, 303)


@bp.post("/embed/<name>/forget/")
def forget(name: str) -> Response:
    """Forget who uses this browser in frames of this page's site."""
    identity.forget()
    return redirect(_address(name), 303)


def ask_again(name: str) -> Page:
    """Show the button once more after a form that did not count, with what was typed kept."""
    answers = read(asked_of(parts().site(), name), request.form)
    blocked = at_top(request) and not identity.anything_kept()
    return _shown(name, NO_COOKIES if blocked else STALE, answers, 400)


def _shown(name: str, said: Notice | None = None, answers: Answers | None = None, status: int = 200) -> Page:
    at, links = shop(), _links(name)
    if in_frame(request) and visitor().stranger:
        return render("site/embed.html", page=sign_in_tab_page(links)), status
    if (in_frame(request) or (request.method == "POST" and not at_top(request))) and not identity.anything_kept():
        return render("site/embed.html", page=new_tab_page(at.card(name), links)), status
    if at.card(name) is None:
        status = 404 if why_absent(at.known) is Notification.WORKSHOP_INVALID else 503
    page = embed_page(at, name, links, (said,) if said else _told(at), answers)
    return render("site/embed.html", page=page), status


def _told(at: Shop) -> tuple[Notice, ...]:
    """Return the kept notification without its links, which lead to pages that no frame shows."""
    kept = told_now()
    return (lone_notice(kept.code, at.site.notifications, kept.setback),) if kept else ()


def _again(name: str, code: Notification | None, tried: bool) -> Response:
    """Send the browser to the clean address, with a cookie to bring back."""
    generate_csrf()
    if code is not None:
        identity.tell_once(code, name)
    return redirect(_address(name, tried="1" if tried else None), 303)


def _links(name: str) -> EmbedLinks:
    own = _allowed() or parts().url + url_for("leaving.close_tab")
    forgettable = visitor().users and visitor().person is None
    return EmbedLinks(
        start=url_for("embed.start", name=name, index_url=_allowed()),
        again=_address(name),
        tab=url_for("embed.show", name=name, index_url=own),
        forget=url_for("embed.forget", name=name, index_url=_allowed()) if forgettable else None,
    )


def _address(name: str, tried: str | None = None) -> str:
    return url_for("embed.show", name=name, index_url=_allowed(), tried=tried)


def _allowed() -> str | None:
    """Return where the page around the frame wants its visitors back, when that is allowed."""
    at = parts()
    return return_address(at.site().embedding, at.url, request.args.get(INDEX_URL_PARAMETER, ""))


def _index_url(name: str) -> str:
    """Return where the session leads back to: this very page, or out of the frame to the one that is wanted."""
    wanted, own = _allowed(), parts().url
    if wanted is None:
        return own + url_for("embed.show", name=name)
    at_home = wanted == own + url_for("leaving.close_tab")
    return wanted if at_home else own + url_for("leaving.break_out", index_url=wanted)
