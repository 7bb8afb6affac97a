"""Makes every spelling of a path the field's clients use arrive as one, before routing, without a redirect.

Doubled slashes collapse, and `/session/…` and `/user/…` are served as `/workshops/session/…` and `/workshops/user/…`.
The final slash is left to the routes, but for the few paths that have none. A redirect would lose the body of a POST,
so the request is answered in place.
"""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from flask import request
from werkzeug.exceptions import BadRequest

from portal_backend.contract.wire import INDEX_URL_PARAMETER

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_SLASHES = re.compile("/{2,}")
_CONTROL = re.compile("[\x00-\x1f\x7f]")
CONTROL_SENT = re.compile("[\x00-\x1f\x7f]|%(?:[01][0-9A-Fa-f]|7[fF])")
_SHORT = re.compile("^/(?=(?:session|user)/)")
_FILE = re.compile(r"^(/(?:healthz|readyz|openapi\.json))/$")


class OneSpelling:
    """A WSGI application that hands `application` each request under the one spelling of its path."""

    def __init__(self, application: "WSGIApplication") -> None:
        self._application = application

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        environ["PATH_INFO"] = _FILE.sub(r"\1", _SHORT.sub("/workshops/", _path(environ)))
        return self._application(environ, start_response)


def _path(environ: "WSGIEnvironment") -> str:
    # A user id may hold slashes, sent as %2F; only the undecoded path tells those from doubled separators.
    raw = str(environ.get("RAW_URI") or environ.get("REQUEST_URI") or "").partition("?")[0]
    if raw.startswith("/") and not environ.get("SCRIPT_NAME"):
        return unquote_to_bytes(_SLASHES.sub("/", raw)).decode("latin-1")
    return _SLASHES.sub("/", str(environ.get("PATH_INFO", "")))


def refuse_control_characters() -> None:
    """Raise BadRequest when the path or the query holds a control character: no name does, and stores choke on them.

    A return address is left to its own reader, which takes the default one instead of it.
    """
    if not _CONTROL.search(request.path) and not CONTROL_SENT.search(request.environ.get("QUERY_STRING", "")):
        return
    values = (value for name, value in request.args.items(multi=True) if name != INDEX_URL_PARAMETER)
    given = (request.path, *request.args, *values)
    if any(map(_CONTROL.search, given)):
        raise BadRequest("The request holds control characters.")
