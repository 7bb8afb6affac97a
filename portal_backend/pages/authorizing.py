"""The browser's half of OAuth2: tells a session's own client whose browser is in front of it.

Nobody is asked for consent: the client is part of the session. A browser that is not the session's owner gets a code
too, as the field has it, but its token opens nothing there; one that is nobody's is asked to log in.
"""

from authlib.oauth2 import OAuth2Error
from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from portal_backend import audit, clients, identity
from portal_backend.contract.components import ErrorPage
from portal_backend.contract.wire import AUTHORIZE, CATALOG_PAGE
from portal_backend.contract.words import say
from portal_backend.oauth import server
from portal_backend.pages.accounts import ask_to_log_in, is_admin
from portal_backend.pages.guards import refuse_prefetch
from portal_backend.pages.returning import private
from portal_backend.pages.showing import show

blueprint = Blueprint("authorization_pages", __name__)


@blueprint.get(AUTHORIZE, strict_slashes=False)
def authorize() -> ResponseReturnValue:
    """Send the browser back to the session with a code, or with why not."""
    refuse_prefetch()
    asked = request.args
    client = clients.find(asked.get("client_id", ""))
    if client is None or not client.check_redirect_uri(asked.get("redirect_uri", "")) or _repeated():
        return private(_no_use())
    if request.method == "HEAD":
        return private(Response(status=200))
    if asked.get("response_type") != "code":
        return private(_refused("unsupported_response_type"))
    user = _signed_in(client.name)
    return private(ask_to_log_in() if user is None else _with_code(user, client.name))


def _with_code(user: str, session: str) -> Response:
    made = server()
    asked = made.create_oauth2_request(None)
    if is_admin():
        audit.note("authorize", by=user, to=session)
    response: Response = made.create_authorization_response(asked, user, made.get_authorization_grant(asked))
    response.status_code = 303
    return response


def _refused(error: str) -> Response:
    asked = request.args
    response: Response = server().handle_error_response(
        None, OAuth2Error(error=error, redirect_uri=asked["redirect_uri"], state=asked.get("state"))
    )
    response.status_code = 303
    return response


def _signed_in(session: str) -> str | None:
    """Return who the browser is: the session's owner, the administrator, or whoever it was here last."""
    name = identity.browser_user(session) or (identity.administrator() if is_admin() else None)
    return name or identity.visitor() or next(reversed(identity.owned().values()), None)


def _repeated() -> bool:
    return any(len(values) > 1 for values in request.args.listvalues())


def _no_use() -> Response:
    page = ErrorPage(
        title=say("This request is not from a session"),
        status=BadRequest.code,
        what=say("It names no session that is running, or another way back than the session's own."),
        todo=say("Open the session again from where you started it."),
        home_url=CATALOG_PAGE,
    )
    return show("error", page, BadRequest.code)
