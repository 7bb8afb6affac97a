"""Sends one request of the table to a portal, and never follows a redirect that leaves it.

Every secret that goes out or comes in is remembered, so that nothing of it gets into a report. The User-Agent names the
case, so that an owner finds it in the portal's log.
"""

import base64
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote, urlencode, urljoin, urlsplit

import requests

from portal_backend.conformance.case import Answer, Ask, Facts, Who
from portal_backend.contract.wire import NOTIFICATION_PARAMETER

REDIRECTS = (301, 302, 303, 307, 308)
AGENT = "workshop-index-conformance"
_MOST_HOPS = 5
_LONGEST_WAIT_SECONDS = 60
_SECRET_KEYS = ("access_token", "refresh_token", "password")


class Unreachable(Exception):
    """The portal does not answer; the text says how."""


@dataclass(frozen=True)
class Login:
    """The robot account, its OAuth2 client and, when known, the administrator."""

    username: str
    password: str = field(repr=False)
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    admin: str = ""
    admin_password: str = field(default="", repr=False)


class Client:
    """One portal, and the bearer tokens to speak to it with."""

    def __init__(self, portal: str, login: Login, timeout: float = 30, verify: bool | str = True) -> None:
        """Speak to the portal at `portal`; nothing is sent yet."""
        parts = urlsplit(portal)
        self.base = portal.rstrip("/")
        self.origin = f"{parts.scheme}://{parts.netloc}"
        self.login, self.timeout, self.verify = login, timeout, verify
        self.tokens: dict[Who, str] = {Who.UNKNOWN: "no-such-token"}
        self.issued: list[str] = []
        self._secrets = {text for text in (login.password, login.client_secret, login.admin_password) if text}
        self._http = self.browser()

    def browser(self) -> requests.Session:
        """Return a browser that has never been anywhere."""
        session = requests.Session()
        session.trust_env = False
        session.verify = self.verify
        return session

    def send(
        self,
        ask: Ask,
        facts: Facts,
        *,
        browser: requests.Session | None = None,
        bearer: str = "",
        about: str = "set-up",
    ) -> Answer:
        """Return the answer to one request; `about` is what it is sent for. Raises Unreachable."""
        keeps_cookies = ask.who in (Who.BROWSER, Who.STRANGER)
        http = (browser if ask.who is Who.BROWSER and browser else self.browser()) if keeps_cookies else self._http
        headers = {name: text.format_map(facts) for name, text in ask.headers.items()}
        headers |= self._authorization(ask.who, bearer) | {"User-Agent": f"{AGENT} ({about})"}
        data = ask.body
        if ask.form is not None:
            data = urlencode(_filled(ask.form, facts)).encode()
            headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
        url = self.base + _path(ask.path, facts) + _query(ask.query, facts)
        answer = self._patiently(http, ask.method, url, headers, data, ask.json)
        if not keeps_cookies:
            self._http.cookies.clear()
        return self._followed(http, answer, headers) if ask.follow else answer

    def hidden(self, text: str) -> str:
        """Return `text` without anything secret."""
        for secret in sorted(self._secrets, key=len, reverse=True):
            text = text.replace(secret, "…")
        return text

    def keep_secret(self, *texts: str) -> None:
        """Remember what must not get into a report."""
        self._secrets.update(text for text in texts if text)

    def _authorization(self, who: Who, bearer: str) -> dict[str, str]:
        if who is Who.CLIENT:
            pair = f"{self.login.client_id}:{self.login.client_secret}".encode()
            return {"Authorization": "Basic " + base64.b64encode(pair).decode()}
        token = bearer if who is Who.BEARER else self.tokens.get(who, "")
        return {"Authorization": f"Bearer {token}"} if token else {}

    def _patiently(self, http: requests.Session, *request: Any) -> Answer:
        """Send once more when the portal asks for a pause, and for no other reason."""
        answer = self._once(http, *request)
        pause = answer.headers.get("Retry-After", "")
        if answer.status == 429 and pause.isdigit() and int(pause) <= _LONGEST_WAIT_SECONDS:
            time.sleep(int(pause))
            answer = self._once(http, *request)
        return answer

    def _once(
        self, http: requests.Session, method: str, url: str, headers: Mapping[str, str], data: Any, json: Any
    ) -> Answer:
        try:
            response = http.request(
                method, url, headers=headers, data=data, json=json, timeout=self.timeout, allow_redirects=False
            )
        except requests.RequestException as error:
            raise Unreachable(f"{method} {url.partition('?')[0]}: {type(error).__name__}") from error
        return self._read(response)

    def _read(self, response: requests.Response) -> Answer:
        try:
            body = response.json()
        except ValueError:
            body = None
        if isinstance(body, dict):
            self.keep_secret(*(str(body[key]) for key in _SECRET_KEYS if body.get(key)))
            if isinstance(body.get("access_token"), str):
                self.issued.append(body["access_token"])
        location = urljoin(response.url, response.headers.get("Location", ""))
        return Answer(
            response.status_code,
            response.headers,
            response.text,
            body,
            location if response.headers.get("Location") else "",
            response.url,
            self.base,
        )

    def _followed(self, http: requests.Session, answer: Answer, headers: Mapping[str, str]) -> Answer:
        for _ in range(_MOST_HOPS):
            inside = answer.location.startswith(self.origin + "/")
            if answer.status not in REDIRECTS or not inside or f"{NOTIFICATION_PARAMETER}=" in answer.location:
                break
            answer = self._once(http, "GET", answer.location, headers, None, None)
        return replace(answer, base=self.base)


def _filled(fields: Mapping[str, str], facts: Facts) -> dict[str, str]:
    return {name.format_map(facts): text.format_map(facts) for name, text in fields.items()}


def _path(path: str, facts: Facts) -> str:
    return path.format_map({name: quote(text, safe="") for name, text in facts.items()})


def _query(query: Mapping[str, str] | str, facts: Facts) -> str:
    if isinstance(query, str):
        text = query.format_map({name: quote(text, safe="") for name, text in facts.items()})
    else:
        text = urlencode(_filled(query, facts))
    return f"?{text}" if text else ""
