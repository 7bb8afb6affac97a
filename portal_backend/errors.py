"""The one exit for errors: `{"error", "reason", "retry_after"}` for programs, a page for people.

`error` is the text the field's clients know, `reason` a kebab-case code. Which form is sent is decided here and nowhere
else: JSON for what belongs to the REST API, OAuth2 or health, or for a client that does not ask for HTML.
"""

import logging
from collections.abc import Callable, Iterable

from flask import Flask, Response, json, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, InternalServerError, ServiceUnavailable

log = logging.getLogger(__name__)
DATA_BLUEPRINTS = frozenset({"api", "oauth", "health"})
_BUSY_SECONDS = 2

ErrorPage = Callable[[HTTPException], ResponseReturnValue]


class ApiError(Exception):
    """A refusal to a program: the status, the field's text, our code, when to try again, and what to log in with."""

    def __init__(
        self, status: int, error: str, reason: str, retry_after: int | None = None, challenge: str | None = None
    ) -> None:
        super().__init__(error)
        self.challenge = challenge
        self.status = status
        self.error = error
        self.reason = reason
        self.retry_after = retry_after


def for_programs() -> bool:
    """Whether the current request gets its errors as JSON."""
    if request.blueprint is not None:
        return request.blueprint.partition("_")[0] in DATA_BLUEPRINTS
    return request.path.startswith("/oauth2/") or "text/html" not in request.headers.get("Accept", "")


def answer(error: ApiError) -> Response:
    """Return the JSON answer of a refusal."""
    body: dict[str, object] = {"error": error.error, "reason": error.reason}
    headers = {}
    if error.retry_after is not None:
        body["retry_after"] = error.retry_after
        headers["Retry-After"] = str(error.retry_after)
    if error.challenge is not None:
        headers["WWW-Authenticate"] = error.challenge
    return Response(json.dumps(body) + "\n", error.status, headers, mimetype="application/json")


def register(app: Flask, page: ErrorPage, busy: Iterable[type[Exception]]) -> None:
    """Answer every error of `app`; `page` renders one for people, `busy` are the store's ways to say "not now"."""

    def respond(error: HTTPException) -> ResponseReturnValue:
        return _as_json(error) if for_programs() else page(error)

    def unavailable(error: Exception) -> ResponseReturnValue:
        log.warning("the store did not answer: %s", str(error).strip() or type(error).__name__)
        return respond(ServiceUnavailable(retry_after=_BUSY_SECONDS))

    def fault(error: Exception) -> ResponseReturnValue:
        log.error("a request failed: %s %s", request.method, request.endpoint, exc_info=error)
        return respond(InternalServerError(original_exception=error))

    app.register_error_handler(ApiError, answer)
    app.register_error_handler(HTTPException, respond)
    app.register_error_handler(Exception, fault)
    for each in busy:
        app.register_error_handler(each, unavailable)


def _as_json(error: HTTPException) -> Response:
    if error.code is None or error.code < 400:
        return error.get_response()  # type: ignore[return-value]
    retry_after = getattr(error, "retry_after", None)
    refusal = ApiError(
        error.code,
        error.name,
        error.name.lower().replace(" ", "-"),
        retry_after if isinstance(retry_after, int) else None,
    )
    response = answer(refusal)
    for name, value in error.get_headers():
        if name not in ("Content-Type", "Retry-After"):
            response.headers[name] = value
    return response
