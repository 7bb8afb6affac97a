"""Speaks to one training portal: a method an endpoint, with OAuth2, time limits and one more login inside.

Made for the bundled portal and for a real Educates portal alike. A 401, or a 403 that is not about the environment, is
taken for a token that no longer counts: one new login, one repeat. A connection that broke is tried once more where a
repeat does no harm, because a restarted portal leaves dead ones in the pool; a portal that does not answer in time is
not. Every call passes the portal's gate, and ends within its time however slowly the answer drips in. Safe to share by
threads.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import Any, TypeVar
from urllib.parse import urljoin

import requests
import urllib3
from authlib.common.errors import AuthlibBaseError
from authlib.oauth2.client import OAuth2Client
from requests.adapters import HTTPAdapter

from frontend.portal_answers import (
    Answer,
    PortalError,
    PortalMisconfigured,
    PortalRefused,
    PortalResting,
    PortalUnreachable,
    UnknownEnvironment,
    UnknownSession,
)
from frontend.portal_asking import Asking
from frontend.portal_gate import MOST_CALLS, PATIENCE_SECONDS, Gate, GateClosed
from portal_backend.contract import wire
from portal_backend.contract.urls import parse_http_url

__all__ = [
    "Allocated",
    "Asking",
    "Login",
    "PortalClient",
    "PortalError",
    "PortalMisconfigured",
    "PortalRefused",
    "PortalResting",
    "PortalUnreachable",
    "UnknownEnvironment",
    "UnknownSession",
    "no_netrc",
]
CONNECT_SECONDS, READ_SECONDS, ANSWER_SECONDS = 3.05, 8.0, 12.0
_MOST_BYTES = 32 * 1024 * 1024
_PIECE = 64 * 1024
_RENEW_BEFORE_SECONDS = 120
T = TypeVar("T")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Login:
    """The robot account and its OAuth2 client."""

    username: str
    password: str
    client_id: str
    client_secret: str


@dataclass(frozen=True)
class Allocated:
    """A session the portal gave: where the browser activates it, and whose it is from now on."""

    session: str
    url: str
    user: str
    workshop: str


class _Tokens(OAuth2Client):  # type: ignore[misc]
    """Authlib's client over a plain session; its own session brings all of JOSE and cryptography into every worker."""

    SESSION_REQUEST_PARAMS = ("allow_redirects", "timeout")
    oauth_error_class = AuthlibBaseError


class PortalClient:
    """One portal. `login` is called at each login, so that changed credentials count without a restart."""

    def __init__(
        self,
        name: str,
        url: str,
        api_url: str,
        login: Callable[[], Login],
        most_calls: int = MOST_CALLS,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self.name = name
        self.key = f"{name} {api_url}"
        self._url = url.rstrip("/")
        self._api = api_url.rstrip("/")
        self._login = login
        self._gate = Gate(PortalUnreachable, most_calls, patience)
        self._lock = threading.Lock()
        self._http = requests.Session()
        for scheme in ("http://", "https://"):
            self._http.mount(scheme, HTTPAdapter(pool_maxsize=most_calls))
        self._http.auth = no_netrc
        self._http.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._http.headers.update({"Accept": "application/json", "Accept-Encoding": "identity"})
        self._token: Mapping[str, Any] | None = None

    @property
    def hurry(self) -> float:
        """How many seconds a page should wait for this portal."""
        return self._gate.hurry

    def environments(self) -> dict[str, Any]:
        """Return the portal's catalog by environment."""
        return self._call("GET", wire.CATALOG_ENVIRONMENTS)

    def request_session(self, environment: str, asking: Asking) -> Allocated:
        """Return a session in `environment`; raises PortalRefused, UnknownEnvironment."""
        path = wire.environment_path(environment, "request")
        # Asked again, a portal gives a user it knows the same session; somebody new would hold two seats.
        again = asking.user is not None
        answer = self._call("GET", path, asking.query, asking.body, asking.headers, again=again)
        url = parse_http_url(urljoin(self._url + "/", str(answer.get("url", ""))))
        session, given = answer.get("name") or answer.get("session"), answer.get("user")
        if not url or not answer.get("url") or not isinstance(session, str) or not isinstance(given, str) or not given:
            raise PortalMisconfigured(f"{self.name}: the answer to a request names no address or no user")
        return Allocated(session, url, given, str(answer.get("workshop", "")))

    def user_sessions(self, user: str, within: float | None = None) -> dict[str, Any]:
        """Return the live sessions of one user id, for a page `within` seconds; an unknown user has none."""
        if within is None:
            return self._call("GET", wire.user_sessions_path(user))
        try:
            return self._call("GET", wire.user_sessions_path(user), within=within)
        except PortalUnreachable:
            self._gate.late()
            raise

    def schedule(self, session: str) -> dict[str, Any]:
        """Return where a session's clock stands; raises UnknownSession."""
        return self._call("GET", wire.session_path(session, "schedule"))

    def extend(self, session: str) -> bool:
        """Return whether the session's end was moved; raises UnknownSession."""
        return self._call("GET", wire.session_path(session, "extend"), again=False).get("extended") is True

    def terminate(self, session: str) -> None:
        """End the session; raises UnknownSession when it is not live any more."""
        self._call("GET", wire.session_path(session, "terminate"), again=False)

    def _call(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: dict[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        again: bool = True,
        within: float | None = None,
    ) -> dict[str, Any]:
        """Return the JSON of one call, after one more login when the token did not count."""

        def send(token: Mapping[str, Any]) -> Answer:
            return self._send(method, path, query, body, {**(headers or {}), **_bearer(token)}, within)

        try:
            with self._gate.passing(hurried=within is not None):
                token = self._active_token(within)
                answer = self._reach(lambda: send(token), again)
                if answer.token_refused:
                    _log.info("portal %s no longer takes its token; logging in again", self.name)
                    renewed = self._renew(token, within)
                    answer = self._reach(lambda: send(renewed), again)
                return answer.checked().json()
        except GateClosed as closed:
            raise PortalResting(f"{self.name}: {closed}", closed.retry_after) from closed

    def _send(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None,
        body: dict[str, Any] | None,
        headers: Mapping[str, str],
        within: float | None,
    ) -> Answer:
        ends = time.monotonic() + (within or ANSWER_SECONDS)
        with self._http.request(
            method,
            self._api + path,
            params=query,
            json=body,
            headers=headers,
            timeout=within or (CONNECT_SECONDS, READ_SECONDS),
            stream=True,
            allow_redirects=False,
        ) as response:
            pieces = _within(response, ends)
            return Answer(self.name, path, response.status_code, response.headers.get("Retry-After", ""), pieces)

    def _reach(self, send: Callable[[], T], again: bool = True) -> T:
        """Return what `send` returns; a connection that broke is made once more when it may be asked `again`."""
        try:
            try:
                return send()
            except requests.Timeout:
                raise
            except (requests.ConnectionError, urllib3.exceptions.ProtocolError):
                if not again:
                    raise
                return send()
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            raise PortalUnreachable(f"{self.name}: {type(error).__name__}") from error

    def _active_token(self, within: float | None) -> Mapping[str, Any]:
        token = self._token
        if token is None or token.is_expired(leeway=_RENEW_BEFORE_SECONDS):  # type: ignore[attr-defined]
            return self._renew(token, within)
        return token

    def _renew(self, seen: Mapping[str, Any] | None, within: float | None) -> Mapping[str, Any]:
        """Return a token other than `seen`; of many threads that found it dead, one logs in."""
        if not self._lock.acquire(timeout=within or ANSWER_SECONDS):
            raise PortalUnreachable(f"{self.name}: a login is under way")
        try:
            if self._token is None or self._token is seen:
                self._token = self._reach(lambda: self._fetch_token(within))
            return self._token
        finally:
            self._lock.release()

    def _fetch_token(self, within: float | None) -> Mapping[str, Any]:
        login = self._login()
        try:
            token: Mapping[str, Any] = _Tokens(self._http).fetch_token(
                self._api + wire.TOKEN,
                auth=(login.client_id, login.client_secret),
                grant_type="password",
                username=login.username,
                password=login.password,
                timeout=within or (CONNECT_SECONDS, READ_SECONDS),
                allow_redirects=False,
            )
        except AuthlibBaseError as error:
            raise PortalMisconfigured(f"{self.name}: the login was refused ({error.error})") from error
        except requests.HTTPError as error:
            status = error.response.status_code
            kind = PortalUnreachable if status >= 500 else PortalMisconfigured
            raise kind(f"{self.name}: the login was answered {status}") from error
        except (ValueError, TypeError) as error:
            raise PortalMisconfigured(f"{self.name}: the login was not answered by a portal") from error
        if "access_token" not in token:
            raise PortalMisconfigured(f"{self.name}: the login was answered without a token")
        return token


def no_netrc(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Leave a request as it is: without this, a .netrc of whoever runs the program would take the token's place."""
    return request


def _bearer(token: Mapping[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {token['access_token']}"}


def _within(response: requests.Response, ends: float) -> bytes:
    """Return the body; raises when it is not whole in time, or is more than any catalog holds."""
    body = bytearray()
    while piece := response.raw.read1(_PIECE, decode_content=True):
        body += piece
        if time.monotonic() > ends:
            raise requests.ReadTimeout
        if len(body) > _MOST_BYTES:
            raise requests.exceptions.ContentDecodingError
    return bytes(body)
