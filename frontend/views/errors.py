"""The one exit for everything that goes wrong: a page that says what happened and what to do."""

import logging
from collections.abc import Callable

from flask import Flask, make_response, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import Forbidden, HTTPException, InternalServerError
from werkzeug.wrappers import Response

from frontend.views import embed, go
from frontend.views.door import render
from frontend.views.start import Page, ask_again
from portal_backend.contract.components import ErrorPage
from portal_backend.contract.words import say

_log = logging.getLogger(__name__)
_WORDS = {
    400: (
        say("Not understood"),
        say("That request could not be understood."),
        say("Go back, reload the page, and try again."),
    ),
    403: (
        say("Not allowed"),
        say("That request did not come from a page of this site."),
        say("Open the index and start from there."),
    ),
    404: (
        say("No such page"),
        say("The link may be old or mistyped."),
        say("The index lists every workshop that is offered."),
    ),
    405: (
        say("Not like that"),
        say("That address does something only by a button."),
        say("Open the index and use the button there."),
    ),
    413: (say("Too much"), say("That was more than this site takes."), say("Go back and send less.")),
    500: (
        say("Something went wrong"),
        say("This site could not answer, and has noted why."),
        say("Try again in a minute."),
    ),
}
_STALE_FORM = (
    say("Nothing was changed"),
    say("The page was open for too long."),
    say("Go back, reload the page, and try again."),
)


_ASKED_AGAIN: dict[str, Callable[..., Page]] = {
    "start.start": ask_again,
    "embed.start": embed.ask_again,
    "go.start": go.ask_again,
}


def register(app: Flask) -> None:
    """Send every error of `app` through here."""
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(Exception, _failed)
    app.before_request(_refuse_other_sites)


def _refuse_other_sites() -> None:
    """Refuse a change that a browser says another site asked for."""
    asked_by = request.headers.get("Sec-Fetch-Site", "same-origin")
    if request.method not in ("GET", "HEAD", "OPTIONS") and asked_by not in ("same-origin", "none"):
        raise Forbidden


def _stale_form(error: CSRFError) -> Page:
    again = _ASKED_AGAIN.get(request.endpoint or "")
    if again is not None:
        return again(**(request.view_args or {}))
    return _page(400, *_STALE_FORM)


def _refused(error: HTTPException) -> Response:
    """Return the page for an error, with what its headers say of how to ask instead."""
    if error.response is not None or error.code is None or error.code < 400:
        return error.get_response()
    page = make_response(_page(error.code, *_WORDS.get(error.code, _WORDS[500 if error.code >= 500 else 400])))
    page.headers.extend((name, value) for name, value in error.get_headers() if name in ("Allow", "Retry-After"))
    return page


def _failed(error: Exception) -> Response:
    _log.error("request to %s failed", request.endpoint, exc_info=error)
    return _refused(InternalServerError())


def _page(status: int, title: str, what: str, todo: str) -> tuple[str, int] | Response:
    """Return the error page; in plain words when the page itself cannot be made."""
    try:
        return render("site/error.html", page=ErrorPage(title, status, what, todo, "/")), status
    except Exception:
        _log.exception("the error page cannot be shown")
        return Response(f"{title}. {what} {todo}\n", status, mimetype="text/plain")
