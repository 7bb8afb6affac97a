"""Signed links for events: a GET shows what the link starts and asks, a POST with a token of the page's own starts it.

What came of a start is told on the same page, so that nobody loses the link. Addresses here are not to leak: they go
into no referrer, and no search engine.
"""

import logging

from flask import Blueprint, Response, redirect, request, url_for

from frontend import identity, signed_in
from frontend.broker import GoTo, SendBack, Wish
from frontend.link_starts import Guest
from frontend.link_uses import UncountedError
from frontend.site.index import Shop
from frontend.site.parameters import Answers, read
from frontend.site.returning import told
from frontend.site.signed_links import (
    Refusal,
    SignedLink,
    absence,
    link_page,
    refusal,
    refused_page,
    shop_of,
    still_asked,
)
from frontend.views.door import not_indexed, parts, render, shop, told_now, visitor
from frontend.views.start import UNANSWERED, Page, started, why_stale
from portal_backend.contract.components import Notice
from portal_backend.contract.wire import Notification

bp = Blueprint("go", __name__)
_log = logging.getLogger(__name__)


@bp.after_request
def _unseen(response: Response) -> Response:
    response.headers["Referrer-Policy"] = "no-referrer"
    return not_indexed(response)


@bp.get("/go/<token>/")
def ask(token: str) -> Page:
    """Ask whether to start what the link names."""
    return _question(token)


@bp.post("/go/<token>/")
def start(token: str) -> Page:
    """Get a session and send the browser to it, or back to the question with the reason."""
    link = parts().signer.read(token)
    at = _shop(link)
    why = refusal(link, at.now)
    if link is None or why is not None:
        return _refused(why or Refusal.FORGED, link)
    answers = read(still_asked(at.site, link), request.form)
    if answers.lacking and not at.resumes(link.workshop):
        return _question(token, UNANSWERED, answers, 422)
    own = [item for item in at.own if item.workshop == link.workshop]
    wish = Wish(
        link.workshop,
        person=visitor().described,
        parameters={**answers.values, **link.pinned},
        newcomer=identity.newcomer(),
        portal=link.portal,
        granted=True,
    )
    outcome = _started(link, wish, Guest(_key(), bool(visitor().users), own))
    if isinstance(outcome, Refusal):
        return _refused(outcome, link)
    if isinstance(outcome, SendBack):
        return _sent_back(token, link, outcome)
    visitor().remember(outcome.portal, outcome.user, link.workshop)
    return redirect(outcome.url, 303)


def ask_again(token: str) -> Page:
    """Ask once more after a form that no longer counts, with what was typed kept."""
    why = why_stale()
    if not isinstance(why, Notice):
        return why
    link = parts().signer.read(token)
    declared = still_asked(parts().site(), link) if link else ()
    return _question(token, why, read(declared, request.form), 400)


def _question(token: str, said: Notice | None = None, answers: Answers | None = None, status: int = 200) -> Page:
    link = parts().signer.read(token)
    at = _shop(link)
    why = _why_not(link, at)
    if link is None or why is not None:
        return _refused(why or Refusal.FORGED, link)
    notices = (said,) if said else _told(at, link)
    page = link_page(at, link, url_for("go.start", token=token), notices, answers)
    return render("site/ask.html", page=page), status


def _shop(link: SignedLink | None) -> Shop:
    """Return the shop as the link opens it; a visitor's own sessions are waited for, as they save a use."""
    return shop_of(shop(patient=True), link) if link else shop()


def _why_not(link: SignedLink | None, at: Shop) -> Refusal | None:
    """Return why the link starts nothing for this visitor now, as far as that can be told beforehand."""
    early = refusal(link, at.now)
    if link is None or early is not None:
        return early
    try:
        standing = parts().links.uses.look(link)
    except UncountedError as error:
        _log.error("nothing starts by links, because their uses cannot be counted: %s", error)
        return Refusal.UNCOUNTED
    return refusal(link, at.now, standing, at.resumes(link.workshop)) or absence(at, link)


def _told(at: Shop, link: SignedLink) -> tuple[Notice, ...]:
    kept = told_now()
    return (told(at, kept.code, link.workshop, kept.setback),) if kept else ()


def _sent_back(token: str, link: SignedLink, outcome: SendBack) -> Page:
    if outcome.notification is Notification.WORKSHOP_INVALID:
        return _refused(Refusal.NOT_OFFERED, link)
    identity.tell_once(outcome.notification, link.workshop, outcome.setback)
    return redirect(url_for("go.ask", token=token), 303)


def _started(link: SignedLink, wish: Wish, guest: Guest) -> GoTo | SendBack | Refusal:
    try:
        return parts().links.start(link, wish, guest, started)
    except UncountedError as error:
        _log.error("nothing starts by links, because their uses cannot be counted: %s", error)
        return Refusal.UNCOUNTED


def _refused(why: Refusal, link: SignedLink | None) -> Page:
    _log.info("link %s starts nothing: %s", link.id if link else "-", why.value)
    return render("site/error.html", page=refused_page(why, link, url_for("catalog.index"))), why.status


def _key() -> str:
    """Return what tells this visitor from all others."""
    person = visitor().person
    return signed_in.mark(person.user) if person else identity.newcomer()
