"""Answers the requests that come by the hundred when an event begins, without the detour over Flask.

The robot asks for the catalog and for a session; a browser that has no cookie yet activates it. Only what is plain and
goes well is answered here, as the views would; of the catalog, what a view has made since anything changed. What is
unusual, refused or fails is left to them, and nothing was changed by then.
"""

import re
from collections.abc import Iterable, Mapping
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qsl

from flask import Flask, request

from portal_backend import credentials as kept
from portal_backend import headers, identity
from portal_backend.api import access, catalog, payloads
from portal_backend.api.environments import ask_for, default_index
from portal_backend.contract.frame_cookies import FRAMES
from portal_backend.contract.prefetch import PREFETCH_HEADERS
from portal_backend.contract.wire import CATALOG_ENVIRONMENTS, NEWCOMER_HEADER, session_path
from portal_backend.cookies import first_cookie
from portal_backend.errors import ApiError
from portal_backend.hosts import host_name
from portal_backend.paths import CONTROL_SENT
from portal_backend.services import accounts, allocation, sessions
from portal_backend.services.context import Context
from portal_backend.services.errors import NotConfigured
from portal_backend.settings import Settings
from portal_backend.store.engine import StoreBusy

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_NAME = "[A-Za-z0-9][A-Za-z0-9.-]*"
_REQUEST = re.compile(f"/workshops/environment/({_NAME})/request/?")
_CATALOG = (CATALOG_ENVIRONMENTS, CATALOG_ENVIRONMENTS.rstrip("/"))
_ACTIVATE = re.compile(f"/workshops/session/({_NAME})/activate/?")
# A request with one of these may mean another answer: who comes is known, looks only, or is in a frame.
_TELLING = tuple(
    f"HTTP_{name.upper().replace('-', '_')}"
    for name in ("Cookie", *PREFETCH_HEADERS, "Transfer-Encoding", NEWCOMER_HEADER)
)
_JSON = ("Content-Type", "application/json")
_FAULT = "portal_backend.busy"


class _Answer(NamedTuple):
    status: HTTPStatus
    headers: list[tuple[str, str]]
    body: bytes = b""


def give_up() -> None:
    """Raise what kept the store from answering here, so that a request waits for it once and is told as ever."""
    fault = request.environ.get(_FAULT)
    if fault is not None:
        raise fault


class Rush:
    """A WSGI application that answers the plain cases of three routes, and hands everything else to `application`."""

    def __init__(self, app: Flask, application: "WSGIApplication") -> None:
        """Take the portal, for what it is made of, and what answers everything else."""
        self._app, self._application = app, application
        self._settings: Settings = app.extensions["portal_settings"]

    @property
    def _context(self) -> Context:
        """What the portal works with now; rehearsals put something else in its place."""
        found: Context = self._app.extensions["portal"]
        return found

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        try:
            answer = self._answer(environ)
        except StoreBusy as fault:
            answer, environ[_FAULT] = None, fault
        if answer is None:
            return self._application(environ, start_response)
        own = [*answer.headers, ("Content-Length", str(len(answer.body)))]
        start_response(f"{answer.status.value} {answer.status.phrase}", headers.of_data(own))
        return [answer.body]

    def _answer(self, environ: "WSGIEnvironment") -> _Answer | None:
        path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        asks = method in ("GET", "POST") and _REQUEST.fullmatch(path)
        comes = method == "GET" and _ACTIVATE.fullmatch(path)
        looks = method == "GET" and path in _CATALOG and not environ.get("QUERY_STRING")
        said = _query(environ) if (asks or comes or looks) and self._plain(environ) else None
        if said is None:
            return None
        if asks:
            return self._allocate(asks[1], said, environ)
        return self._activate(comes[1], said) if comes else self._catalog(environ)

    def _catalog(self, environ: "WSGIEnvironment") -> _Answer | None:
        known = self._is_robot(environ, kept.current(self._settings)) and catalog.made_for_robot(self._context)
        return _Answer(HTTPStatus.OK, [_JSON], known) if known else None

    def _plain(self, environ: "WSGIEnvironment") -> bool:
        return (
            not environ.get("SCRIPT_NAME")
            and not any(name in environ for name in _TELLING)
            and environ.get("CONTENT_LENGTH") in (None, "", "0")
            and environ.get("HTTP_SEC_FETCH_DEST", "") not in FRAMES
            and host_name(environ.get("HTTP_HOST", "")) in self._settings.trusted_hosts
        )

    def _allocate(self, name: str, said: Mapping[str, str], environ: "WSGIEnvironment") -> _Answer | None:
        known = kept.current(self._settings)
        if not self._is_robot(environ, known):
            return None

        def given(*names: str) -> str | None:
            return next((said[name] for name in names if said.get(name)), None)

        try:
            otherwise = partial(default_index, self._context, self._settings)
            ask = ask_for(name, given, accounts.reserved_names(known), otherwise)
            unknown_users = self._settings.unknown_users if ask.user else allocation.UnknownUsers.ADOPT
            found = allocation.request_session(self._context, ask, unknown_users)
        except (ApiError, NotConfigured, allocation.UnknownEnvironment):
            return None
        if isinstance(found, allocation.Refused):
            return None
        told = payloads.allocated_session(found.session, found.environment, found.token, ask.index_url)
        body = self._app.json.dumps(told, separators=(",", ":")) + "\n"
        return _Answer(HTTPStatus.OK, [_JSON], body.encode())

    def _is_robot(self, environ: "WSGIEnvironment", known: kept.Credentials) -> bool:
        token = access.bearer(environ.get("HTTP_AUTHORIZATION", ""))
        holder = accounts.holder(self._context, token) if token else None
        return holder is not None and access.is_robot(holder, known)

    def _activate(self, name: str, said: Mapping[str, str]) -> _Answer | None:
        token = said.get("token")
        found = sessions.activate(self._context, name, token) if token else None
        if not isinstance(found, sessions.Activated):
            return None
        cookie = first_cookie(self._app, identity.only_owner(name, found.session.owner or ""), found.portal)
        return _Answer(
            HTTPStatus.SEE_OTHER,
            [
                ("Location", session_path(name)),
                ("Set-Cookie", cookie),
                ("Vary", "Cookie"),
                ("Referrer-Policy", "no-referrer"),
            ],
        )


def _query(environ: "WSGIEnvironment") -> dict[str, str] | None:
    """Return what the address says, of a repeated name the last; None when it is not spelled as it should be."""
    text = environ.get("QUERY_STRING", "")
    if not text.isascii() or CONTROL_SENT.search(text):
        return None
    try:
        return {name: value.strip() for name, value in parse_qsl(text, keep_blank_values=True, errors="strict")}
    except ValueError:
        return None
