"""The ways back: which addresses a browser may be sent to, and the reason it is sent with.

An `index_url` from a browser is only ever followed when its origin is allowed; the one kept with a session was checked
when it was stored, or came from the robot.
"""

from urllib.parse import urlsplit

from flask import redirect
from werkzeug.wrappers import Response

from portal_backend.contract.components import Notice
from portal_backend.contract.urls import AllowedOrigins, origin_of, parse_http_url, with_notification
from portal_backend.contract.wire import CATALOG_PAGE, FINISHED_PAGE, Notification
from portal_backend.contract.words import say
from portal_backend.domain.environment import ANONYMOUS, PUBLIC, Portal
from portal_backend.domain.session import Ending, Session
from portal_backend.settings import Settings

# What a visitor is told by the reason a session is over. Time that ran out is no deed of anybody's.
_REASONS = {
    Ending.FINISHED: Notification.SESSION_DELETED,
    Ending.GIVEN_UP: Notification.SESSION_DELETED,
    Ending.EXPIRED: Notification.SESSION_INVALID,
    Ending.LAPSED: Notification.SESSION_INVALID,
    Ending.ORPHANED: Notification.SESSION_INVALID,
    Ending.OVERDUE: Notification.STARTUP_TIMEOUT,
    Ending.FAILED: Notification.STARTUP_TIMEOUT,
}

_NOTICES = {
    Notification.SESSION_DELETED: Notice(
        "session-deleted", "success", say("Your session has ended."), say("Start a workshop whenever you like.")
    ),
    Notification.WORKSHOP_INVALID: Notice(
        "workshop-invalid", "warning", say("This portal has no such workshop."), say("Choose one of those it has.")
    ),
    Notification.SESSION_UNAVAILABLE: Notice(
        "session-unavailable", "warning", say("No session is free at the moment."), say("Try again in a few minutes.")
    ),
    Notification.SESSION_INVALID: Notice(
        "session-invalid", "warning", say("That session is no longer there."), say("Start the workshop again.")
    ),
    Notification.STARTUP_TIMEOUT: Notice(
        "startup-timeout",
        "error",
        say("The session did not start in time."),
        say("Try again; tell the organiser when it keeps happening."),
    ),
}


def notice_for(code: str | None) -> tuple[Notice, ...]:
    """Return the banner of one of the five codes; anything else shows nothing."""
    return (_NOTICES[Notification(code)],) if code in set(Notification) else ()


def reason_for(ending: Ending | None) -> Notification:
    """Return the code a visitor is sent back with when the session is over for this reason."""
    return _REASONS[ending] if ending else Notification.SESSION_DELETED


def known_code(text: str | None, otherwise: Notification) -> Notification:
    """Return the notification `text` names when it is one of the five."""
    return Notification(text) if text in set(Notification) else otherwise


def open_to_all(portal: Portal) -> bool:
    """Whether anybody may see the catalog."""
    return portal.registration == ANONYMOUS or portal.visibility == PUBLIC


def default_index(portal: Portal) -> str:
    """Return where a visitor without an index of their own goes: the portal's index, else a page of its own."""
    return parse_http_url(portal.index) or (CATALOG_PAGE if open_to_all(portal) else FINISHED_PAGE)


def accepted(url: str | None, portal: Portal, settings: Settings) -> str | None:
    """Return the clean form of an `index_url` from a browser when its origin is allowed, otherwise None."""
    framing = (*portal.frame_ancestors, *settings.frame_origins)
    known = (settings.site_url, settings.url, portal.index, *framing, *settings.index_origins)
    allowed = AllowedOrigins({origin for one in known if (origin := origin_of(one))}, loopback=settings.loopback)
    return allowed.accept(url) if url else None


def way_back(session: Session, portal: Portal) -> str:
    """Return where the owner of `session` came from."""
    return session.index_url or default_index(portal)


def own_path(text: str | None, otherwise: str = CATALOG_PAGE) -> str:
    """Return `text` when it is a path of this portal, so that a form never leads elsewhere."""
    if not text or not text.startswith("/") or "\\" in text or any(ord(c) < 33 or ord(c) == 127 for c in text):
        return otherwise
    parts = urlsplit(f"/{text.lstrip('/')}")
    return parts.path + (f"?{parts.query}" if parts.query else "")


def back(index: str, code: Notification) -> Response:
    """Send the visitor to `index` with the reason."""
    return redirect(with_notification(index, code), 303)


def private(response: Response) -> Response:
    """Return `response` marked so that neither it nor the address it came from gets around."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
