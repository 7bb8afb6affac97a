"""Asks one program questions over HTTP, and hears an answer or a fault: nothing is followed, kept or repeated.

Only GETs, and the POSTs that get a token and give it back. Whoever was silent once is not asked again.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import requests
import urllib3

from frontend.doctor.reaching import fault_of, within
from frontend.portal_client import Login, no_netrc
from frontend.site.doctor.heard import Answer, Fault, Heard
from portal_backend.contract.wire import REVOKE_TOKEN, TOKEN

_MOST_BYTES = 32 * 1024 * 1024
_GRACE_SECONDS = 1.0
_AGENT = "workshop-index-doctor"


class Asking:
    """Questions to the program at `url`, each with `seconds` for its answer."""

    def __init__(self, url: str, seconds: float) -> None:
        self._url, self._seconds = url.rstrip("/"), seconds
        self._silent: Fault | None = None

    def get(self, path: str, token: str = "", **headers: str) -> Heard:
        """Return the answer to a GET; underscores in names of headers stand for hyphens."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent |= {"Authorization": f"Bearer {token}"} if token else {}
        return self._ask("GET", path, sent)

    def log_in(self, login: Login) -> Heard:
        """Return the answer to the robot's login, as the site logs in."""
        form = {"grant_type": "password", "username": login.username, "password": login.password}
        return self._ask("POST", TOKEN, {}, form, login)

    def give_back(self, token: str, login: Login) -> Heard:
        """Return the answer to taking a token back (RFC 7009)."""
        self._silent = None  # whoever has given a token is asked to take it back, silent or not
        return self._ask("POST", REVOKE_TOKEN, {}, {"token": token}, login)

    def _ask(
        self, method: str, path: str, headers: Mapping[str, str], form: Any = None, login: Login | None = None
    ) -> Heard:
        if self._silent is not None:
            return self._silent
        basic = (login.client_id.encode(), login.client_secret.encode()) if login else None

        def send() -> Heard:
            asked = datetime.now(UTC)
            try:
                return self._sent(method, path, headers, form, basic, asked)
            except (requests.RequestException, urllib3.exceptions.HTTPError, UnicodeError) as error:
                return _fault(error)

        silent: Heard = Fault.SILENT
        heard = within(self._seconds + _GRACE_SECONDS, send, silent)
        if isinstance(heard, Fault):
            self._silent = heard
        return heard

    def _sent(
        self, method: str, path: str, headers: Mapping[str, str], form: Any, basic: Any, asked: datetime
    ) -> Heard:
        own = {"User-Agent": _AGENT, "Accept": "application/json, text/html", "Accept-Encoding": "identity"}
        with (
            requests.Session() as http,
            http.request(
                method,
                self._url + path,
                data=form,
                headers={**own, **headers},
                auth=basic or no_netrc,
                timeout=self._seconds,
                allow_redirects=False,
                stream=True,
            ) as response,
        ):
            heard = datetime.now(UTC)
            body = response.raw.read(_MOST_BYTES, decode_content=True)
            cookies = tuple(response.raw.headers.getlist("Set-Cookie"))
            known = {name.lower(): value for name, value in response.headers.items()}
            return Answer(response.status_code, asked, heard, known, cookies, _parsed(body), response.url)


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _fault(error: BaseException) -> Fault:
    """Return what an error of an HTTP request means, by what lies at its bottom."""
    if isinstance(error, requests.Timeout | urllib3.exceptions.TimeoutError):
        return Fault.SILENT
    seen: BaseException | None = error
    while seen is not None:
        inner = getattr(seen, "reason", None)
        if isinstance(seen, OSError) and not isinstance(seen, requests.RequestException):
            return fault_of(seen)
        seen = inner if isinstance(inner, BaseException) else seen.__cause__ or seen.__context__
    return Fault.BROKEN
