"""What each address takes and answers that people's browsers are sent to: links, pages and ways back, no JSON."""

from typing import Any

from portal_backend.api.openapi_parts import (
    ADDRESS,
    ENVIRONMENT,
    NOBODY,
    PAUSE,
    SESSION,
    TEXT,
    Json,
    Operation,
    header_of,
    no_page,
    page,
    query,
)
from portal_backend.contract.wire import NOTIFICATION_PARAMETER, Notification

BROWSERS = "Browsers"
_CODES = ", ".join(f"`{code}`" for code in Notification)
_PAGES: dict[int, Json] = {
    400: no_page("The address holds control characters, or names a host that is not the portal's."),
    404: no_page("The address leads nowhere."),
    405: no_page("The method does not fit.", Allow=header_of("The methods that do.")),
    413: no_page("The body is larger than 1 MiB."),
    429: no_page("That was too much in a short time.", **PAUSE),
    503: no_page("The store does not answer at the moment, or a browser fetches ahead.", **PAUSE),
}
_FORM_REFUSED = page("The form has not the token of one of the portal's pages, or another site sent it.")
_INDEX = query(
    "index_url",
    "Where the visitor returns to. Only an allowed origin is followed; otherwise the portal's own index counts.",
    {"type": "string", "pattern": ADDRESS, "maxLength": 2000},
    "https://www.example.com/labs",
)


def _onward(says: str) -> Json:
    """Return an answer that sends the browser somewhere."""
    return {"description": says, "headers": {"Location": header_of("Where to.", required=True)}}


def _operation(answers: dict[int, Any], parameters: tuple[Json, ...] = (), more: str = "") -> Operation:
    return Operation(BROWSERS, {**_PAGES, **answers}, NOBODY, parameters, more=more)


OPERATIONS: dict[str, Operation] = {
    "entry_pages.create": _operation(
        {
            200: page("A question with one button: to a program that only looks, or when the portal asks first."),
            303: _onward(f"To the session; to the login or the access code; or to the index with one of {_CODES}."),
            400: page("The browser keeps no cookies, or the form is too old."),
            403: _FORM_REFUSED,
        },
        (ENVIRONMENT, _INDEX),
        "This is the link to put on a page where visitors need no account (`registration.type: anonymous`).",
    ),
    "entry_pages.activate": _operation(
        {
            303: _onward("To the session's page; to its index with `session-invalid` when the session is over."),
            400: page("The token is missing, wrong, or used before."),
        },
        (
            SESSION,
            query("token", "The token of the request's answer.", {"type": "string", "pattern": TEXT}),
            query("index_url", "Repeats the address the session was asked for with; it is kept with the session."),
        ),
        "The `url` of a request's answer; send the owner's browser there.",
    ),
    "session_pages.page": _operation(
        {
            200: page("The step of the instructions, or that the session is still starting."),
            303: _onward("To the index with a notification: the session is over, or another browser's."),
        },
        (SESSION, query("page", "The step to show; the first when not given.")),
    ),
    "session_pages.finish": _operation(
        {
            200: page("A question with one button, when the link was not followed on the portal's own page."),
            303: _onward("To the session's index, with `session-deleted` or the notification that was named."),
            400: _FORM_REFUSED,
            403: _FORM_REFUSED,
        },
        (
            SESSION,
            query(NOTIFICATION_PARAMETER, f"Tell the index another of the five: {_CODES}."),
        ),
    ),
    "catalog_pages.finished": _operation(
        {200: page("Goodbye."), 303: _onward("The same page, the notification taken out of its address.")},
        (query(NOTIFICATION_PARAMETER, "Why the visitor comes here."),),
        "Where a visitor without an index comes back to, unless the portal's own catalog is open to everybody.",
    ),
}
