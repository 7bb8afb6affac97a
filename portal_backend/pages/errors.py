"""The error page: what happened, and what to do about it, by status."""

from flask import Response, request
from flask import session as cookie
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.urls import iri_to_uri

from portal_backend.contract.components import ErrorPage
from portal_backend.contract.frame_cookies import in_frame
from portal_backend.contract.wire import CATALOG_PAGE
from portal_backend.contract.words import say
from portal_backend.pages.models import NewTabPage
from portal_backend.pages.showing import show, show_session
from portal_backend.running import context
from portal_backend.services import catalog

_ENTRY = "entry_pages"
# Title, what happened, what to do.
_WORDS = {
    400: (
        say("That request cannot be understood"),
        say("Something in the address or the form is not right."),
        say("Go back and try again."),
    ),
    403: (
        say("That is not open to you"),
        say("The page belongs to somebody else, or the form came from another site."),
        say("Go back to the workshops."),
    ),
    404: (say("There is nothing here"), say("The address leads nowhere."), say("Check it, or go to the workshops.")),
    405: (
        say("That does not work this way"),
        say("The page is there, but not for this kind of request."),
        say("Go back and use the buttons of the page."),
    ),
    429: (
        say("That was a lot at once"),
        say("Too many requests came from where you are."),
        say("Wait a minute, then try again."),
    ),
    503: (
        say("The portal is busy"),
        say("It cannot answer at the moment."),
        say("Wait a few seconds, then load the page again."),
    ),
}
_FAULT = (
    say("Something went wrong"),
    say("The portal made a mistake; it has been noted."),
    say("Try again in a minute."),
)
_STALE = (
    say("That form is too old"),
    say("It was open for long, or this browser keeps no cookies."),
    say("Go back, load the page again, and send it again."),
)


def error_page(error: HTTPException) -> Response:
    """Return the page for `error`, with its status and those of its headers that still hold."""
    status = error.code or 500
    if isinstance(error, CSRFError) and in_frame(request) and request.blueprint == _ENTRY:
        return _asked_again() if cookie else _new_tab(status)
    title, what, todo = _STALE if isinstance(error, CSRFError) else _WORDS.get(status, _FAULT)
    response = show("error", ErrorPage(title, status, what, todo, CATALOG_PAGE), status)
    for name, value in error.get_headers():
        if name.lower() in ("allow", "retry-after"):
            response.headers[name] = value
    return response


def _asked_again() -> Response:
    """Return the way back to the question, whose cookie another frame of the page had replaced."""
    response = Response(status=303)
    response.headers["Location"] = iri_to_uri(request.full_path.rstrip("?"))
    return response


def _new_tab(status: int) -> Response:
    """Return the page for a frame whose form came without its cookie, framable like the form's page was."""
    page = NewTabPage(
        title=say("Open it in a tab of its own"),
        words=say("This browser keeps no cookies for a workshop inside another site's page."),
        url=request.full_path.rstrip("?"),
        label=say("Open in a new tab"),
    )
    response = show_session("new-tab", page, catalog.settings(context()), ())
    response.status_code = status
    return response
