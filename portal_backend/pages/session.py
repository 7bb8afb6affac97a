"""The session in its owner's browser: its steps and pictures, waiting for it, more time, finishing it."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import wraps
from urllib.parse import quote

from flask import Blueprint, abort, redirect, request, send_file
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from portal_backend import identity
from portal_backend.content.rendering import FILES
from portal_backend.contract.prefetch import is_prefetch
from portal_backend.contract.wire import NOTIFICATION_PARAMETER, Notification, SessionState, session_path
from portal_backend.contract.words import say
from portal_backend.domain.events import EventName
from portal_backend.domain.lifecycle import ending
from portal_backend.pages import bench
from portal_backend.pages.guards import from_own_page
from portal_backend.pages.models import ConfirmPage, StartingPage
from portal_backend.pages.returning import back, default_index, known_code, private, reason_for, way_back
from portal_backend.pages.showing import like_session, show_session
from portal_backend.pages.wording import start_words
from portal_backend.running import context
from portal_backend.services import catalog, outbox, sessions, waiting
from portal_backend.services.sessions import Held, Progressed

blueprint = Blueprint("session_pages", __name__)
_ROOT = "/workshops/session/<name>/"
_LOOK_AGAIN = 2
_PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/svg+xml"})
_FILE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"

View = Callable[[Held], ResponseReturnValue]


def owners_only(view: View) -> Callable[[str], ResponseReturnValue]:
    """Let only the owner of a live session through; everybody else goes back to their index, told why."""

    @wraps(view)
    def guarded(name: str, **_: str) -> ResponseReturnValue:
        followed = _follow(name)
        if followed is None:
            portal = catalog.settings(context())
            return private(like_session(back(default_index(portal), Notification.SESSION_INVALID), portal, ()))
        if followed.ending is not None:
            return private(_leave(followed.held, reason_for(followed.ending)))
        return view(followed.held)

    return guarded


def _follow(name: str) -> Progressed | None:
    """Return the session this browser owns and why it is over, if it is; one that starts is looked after."""
    user = identity.browser_user(name)
    held = sessions.find(context(), name) if user else None
    if held is None or held.session.owner != user:
        return None
    over = ending(held.session, held.environment.terms, context().now())
    if held.session.ending or (over is None and held.session.state is not SessionState.STARTING):
        return Progressed(held, held.session.ending)
    try:
        return sessions.progress(context(), name)
    except sessions.UnknownSession:
        return None


def _leave(held: Held, code: Notification) -> Response:
    return back(way_back(held.session, catalog.settings(context())), code)


@blueprint.get(_ROOT, strict_slashes=False)
@owners_only
def page(held: Held) -> ResponseReturnValue:
    """Show the step asked for, or that the session is still starting."""
    portal = catalog.settings(context())
    index = way_back(held.session, portal)
    if held.session.state is SessionState.STARTING:
        return private(show_session("starting", _starting(held), portal, (index,)))
    sessions.seen(context(), held.session.name)
    slug = request.args.get(bench.PAGE_PARAMETER, "")
    _tell_view(held, slug)
    shown = bench.session_page(held, slug, portal.name, index, context().now())
    return private(show_session("session", shown, portal, (index,)))


def _tell_view(held: Held, slug: str) -> None:
    data = {} if request.method == "HEAD" or is_prefetch(request) else bench.viewed(held, slug)
    if data:
        outbox.mention(context(), held.session, held.environment, EventName.WORKSHOP_VIEW, data)


@blueprint.get(f"{_ROOT}{FILES}/<path:file>")
@owners_only
def file(held: Held) -> ResponseReturnValue:
    """Send a picture of the instructions as it is, and any other file of theirs to be saved."""
    found = bench.contents_of(held).file((request.view_args or {})["file"])
    if found is None or found.suffix.lower() in (".md", ".adoc"):
        abort(404)
    response = send_file(found, max_age=0)
    if response.mimetype not in _PICTURES:
        response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(found.name)}"
    response.headers["Content-Security-Policy"] = _FILE_POLICY
    response.headers["Cache-Control"] = "private, no-cache"
    return response


@blueprint.post(f"{_ROOT}{bench.EXTENSION}/", strict_slashes=False)
@owners_only
def extend(held: Held) -> ResponseReturnValue:
    """Give the session more time when its terms allow it, and go on with the step that was open."""
    with suppress(sessions.UnknownSession):
        sessions.extend(context(), held.session.name)
    step = quote(request.args.get(bench.PAGE_PARAMETER, ""))
    query = f"?{bench.PAGE_PARAMETER}={step}" if step else ""
    return private(redirect(session_path(held.session.name) + query, 303))


@blueprint.route(f"{_ROOT}delete/", methods=["GET", "POST"], strict_slashes=False)
@owners_only
def finish(held: Held) -> ResponseReturnValue:
    """End the session and go back; a link from elsewhere is asked about first, because anybody can make one."""
    if request.method != "POST" and not from_own_page():
        portal = catalog.settings(context())
        return private(show_session("confirm", _question(held), portal, (way_back(held.session, portal),)))
    with suppress(sessions.UnknownSession):
        sessions.end(context(), held.session.name)
    code = known_code(request.args.get(NOTIFICATION_PARAMETER), Notification.SESSION_DELETED)
    return private(_leave(held, code))


def _starting(held: Held) -> StartingPage:
    session = held.session
    waited = max(timedelta(0), context().now() - (session.requested or session.created))
    title = held.environment.workshop.title
    cancel = session_path(session.name, "delete")
    usual = waiting.usual_start(context(), held.environment.name)
    words = start_words(waited, held.environment.terms.overdue, usual)
    starting = say("“{title}” is starting", title=title)
    return StartingPage(starting, title, words, _LOOK_AGAIN, cancel)


def _question(held: Held) -> ConfirmPage:
    return ConfirmPage(
        title=say("Finish this session?"),
        words=say("Your session of {title} ends and cannot be opened again.", title=held.environment.workshop.title),
        action_url=request.full_path.rstrip("?"),
        action_label=say("Finish"),
        back_url=session_path(held.session.name),
        back_label=say("Go on working"),
    )
