"""What the cases stand on: what the portal offers, the sessions and tokens made for them, and their removal.

Only sessions this stage asked for are ever ended, and only tokens it was given are revoked.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

from portal_backend.conformance.case import Answer, Ask, Fields, Given, Need, Who
from portal_backend.conformance.client import Client, Unreachable
from portal_backend.contract import wire

INDEX = "https://index.example.com/labs"
GRANT = {"grant_type": "password", "username": "{username}", "password": "{password}"}
_EVERY_STATE = "&".join(f"state={state}" for state in wire.EnvironmentState)


class CannotRun(Exception):
    """The portal cannot be tested at all; the text says why and what to do."""


class NotTried(Exception):
    """A case does not apply to this portal, or was not wanted; the text says why."""


@dataclass(frozen=True)
class Situation:
    """What a request is filled in with, and whose browser or token it is sent by."""

    facts: dict[str, str]
    browser: requests.Session | None = None
    bearer: str = ""
    environment: Mapping[str, Any] = field(default_factory=dict)

    def knowing(self, **facts: str) -> "Situation":
        """Return the situation with more facts."""
        return replace(self, facts={**self.facts, **facts})


@dataclass(frozen=True)
class Wanted:
    """What the person who runs the kit wants of it."""

    environments: tuple[str, ...] = ()
    sessions: bool = True


class Stage:
    """One portal under test."""

    def __init__(self, client: Client, wanted: Wanted, stop: Callable[[], bool] = lambda: False) -> None:
        """Prepare to test; `look_around` comes next, and nothing waits once `stop` says so."""
        self.client, self.wanted, self.stop = client, wanted, stop
        self.catalog: dict[str, Any] = {"portal": {}, "environments": []}
        self.fulfilled: frozenset[Need] = frozenset()
        self.shared: dict[Given, Situation] = {}
        self._made: dict[str, None] = {}
        self._run = secrets.token_hex(4)
        self._users = 0

    def look_around(self) -> None:
        """Log in and learn what the portal offers; raises CannotRun."""
        try:
            self._log_in(Who.ROBOT, self.client.login.username, self.client.login.password)
            if self.client.login.admin_password:
                self._log_in(Who.ADMIN, self.client.login.admin, self.client.login.admin_password)
            self.refresh()
            self.fulfilled = _fulfilled(self)
        except Unreachable as error:
            raise CannotRun(f"The portal does not answer ({error}). Check its address.") from error

    def refresh(self) -> None:
        """Read the catalog anew; raises CannotRun when the robot cannot."""
        answer = self.ask("GET", wire.CATALOG_ENVIRONMENTS, query=_EVERY_STATE)
        if answer.status >= 500:
            # A portal with an environment that waits for its Workshop may fail on the wider question.
            answer = self.ask("GET", wire.CATALOG_ENVIRONMENTS)
        if answer.status != 200 or not isinstance(answer.body, dict) or "environments" not in answer.body:
            raise CannotRun(
                f"{self.client.base}{wire.CATALOG_ENVIRONMENTS} answers {answer.status} to the robot: "
                "this does not look like a training portal. Check the address."
            )
        self.catalog = answer.body

    @property
    def facts(self) -> dict[str, str]:
        """What every request may be filled in with."""
        login = self.client.login
        known = {
            "username": login.username,
            "password": login.password,
            "client_id": login.client_id,
            "client_secret": login.client_secret,
            "admin": login.admin or "admin",
            "portal": self.client.base,
            "index": INDEX,
            "user": self.new_user(),
        }
        first = next(iter(self.environments()), {})
        return known | self.named(first)

    @staticmethod
    def named(environment: Mapping[str, Any]) -> dict[str, str]:
        """Return what an environment is called."""
        workshop = environment.get("workshop") or {}
        return {"environment": str(environment.get("name", "")), "workshop": str(workshop.get("name", ""))}

    def environments(self, *states: str) -> list[Mapping[str, Any]]:
        """Return the environments that may be used, those with most room first."""
        found = [
            each
            for each in self.catalog["environments"]
            if each.get("state") in (states or (wire.EnvironmentState.RUNNING,))
            and (not self.wanted.environments or _is_named(each, self.wanted.environments))
        ]
        return sorted(found, key=lambda each: (_brief(each), -room(each)))

    def new_user(self) -> str:
        """Return a user id nobody has."""
        self._users += 1
        return f"conformance-{self._run}-{self._users}"

    def ask(self, method: str, path: str, **more: Any) -> Answer:
        """Return the answer to a request of the stage's own."""
        bearer, browser, facts = more.pop("bearer", ""), more.pop("browser", None), more.pop("facts", None)
        ask = Ask(method, path, **more)
        return self.client.send(ask, self.facts if facts is None else facts, browser=browser, bearer=bearer)

    def log_in(self) -> dict[str, str]:
        """Return a fresh pair of tokens; raises NotTried."""
        answer = self.ask("POST", wire.TOKEN, who=Who.CLIENT, form=GRANT)
        if answer.status != 200 or not isinstance(answer.body, dict):
            raise NotTried(f"no pair of tokens could be got: {answer.status}")
        return {"access": str(answer.body["access_token"]), "refresh": str(answer.body.get("refresh_token", ""))}

    def _log_in(self, who: Who, username: str, password: str) -> None:
        form = {"grant_type": "password", "username": username, "password": password}
        answer = self.ask("POST", wire.TOKEN, who=Who.CLIENT, form=form, facts={})
        if answer.status != 200 or not isinstance(answer.body, dict) or "access_token" not in answer.body:
            whose = "the administrator" if who is Who.ADMIN else "the robot"
            raise CannotRun(
                f"{whose.capitalize()} cannot log in: the portal answers {answer.status}. Check the credentials."
            )
        self.client.tokens[who] = str(answer.body["access_token"])

    def request(self, environment: Mapping[str, Any], user: str = "", **query: str) -> Situation:
        """Return a session got for a new user; raises NotTried when there is none."""
        if not self.wanted.sessions:
            raise NotTried("it makes sessions, and --read-only was given")
        path = wire.environment_path(str(environment["name"]), "request")
        given = {"user": user or self.new_user(), "index_url": INDEX} | query
        answer = self.ask("GET", path, query=given, facts={})
        self.note(answer)
        if answer.status != 200 or not isinstance(answer.body, dict):
            raise NotTried(f"no session in {environment['name']}: the portal answers {answer.status}")
        token = parse_qs(urlsplit(str(answer.body["url"])).query).get("token", [""])[0]
        facts = self.facts | self.named(environment)
        facts |= {"session": str(answer.body["name"]), "user": str(answer.body["user"]), "token": token}
        return Situation(facts | {"index": given["index_url"]}, environment=environment)

    def note(self, answer: Answer) -> str | None:
        """Return the session an answer hands out, if it does, and remember to end it at the end at the latest."""
        url = answer.body.get("url") if isinstance(answer.body, dict) else None
        if answer.status != 200 or not isinstance(url, str) or "/activate/" not in url:
            return None
        name = str(answer.body["name"])
        self.note_name(name)
        self.client.keep_secret(*parse_qs(urlsplit(url).query).get("token", []))
        return name

    def note_page(self, answer: Answer) -> str | None:
        """Return the session whose page a browser of the stage was led to, remembered like any other."""
        parts = urlsplit(answer.location or answer.url).path.split("/")
        name = parts[parts.index("session") + 1] if "session" in parts[:-1] else ""
        if name:
            self.note_name(name)
        return name or None

    def note_name(self, name: str) -> None:
        """Remember a session the stage has made."""
        self._made[name] = None

    def end(self, name: str) -> bool:
        """End a session of the stage; whether it is over now."""
        try:
            answer = self.ask("GET", wire.session_path(name, "terminate"), facts={})
        except Unreachable:
            return False
        over = answer.status in (200, 404)
        if over:
            self._made.pop(name, None)
        return over

    def clean_up(self) -> list[str]:
        """End every session and revoke every token that is left; return what could not be ended."""
        left = [name for name in list(self._made) if not self.end(name)]
        tokens = [*self.client.issued]
        for token in (each for each in tokens if each != self.client.tokens.get(Who.ROBOT)):
            self._revoke(token)
        self._revoke(self.client.tokens.get(Who.ROBOT, ""))
        return left

    def _revoke(self, token: str) -> None:
        login = {"client_id": self.client.login.client_id, "client_secret": self.client.login.client_secret}
        try:
            self.ask("POST", wire.REVOKE_TOKEN, who=Who.NOBODY, form={"token": token, **login}, facts={})
        except Unreachable:
            return


def room(environment: Mapping[str, Any]) -> int:
    """Return how many seats an environment has left."""
    return int(environment.get("capacity", 0)) - int(environment.get("allocated", 0))


def _brief(environment: Mapping[str, Any]) -> bool:
    return 0 < int(environment.get("duration", 0)) < 600


def _is_named(environment: Mapping[str, Any], names: Fields | tuple[str, ...]) -> bool:
    return environment.get("name") in names or (environment.get("workshop") or {}).get("name") in names


def _entrance(stage: Stage) -> str:
    """Return where a stranger who opens an environment's page ends; looking takes no session."""
    name = stage.facts["environment"]
    if not name:
        return ""
    path = wire.environment_path(name)
    answer = stage.ask("GET", path, who=Who.STRANGER, facts={})
    if "/accounts/login" in answer.location:
        # The field sends everybody to the login first; who may have an account at once is another page's affair.
        created = stage.ask("GET", "/accounts/create/", who=Who.STRANGER, facts={})
        return path if created.location and "/accounts/login" not in created.location else answer.location
    return answer.location or answer.url


def _public(stage: Stage) -> bool:
    return stage.ask("GET", wire.CATALOG_ENVIRONMENTS, who=Who.NOBODY, facts={}).status == 200


def _has_index(stage: Stage) -> bool:
    answer = stage.ask("GET", wire.session_path("no-such-session"), who=Who.STRANGER, follow=True, facts={})
    return bool(answer.location) and not answer.location.startswith(stage.client.origin + "/")


def _fulfilled(stage: Stage) -> frozenset[Need]:
    public, entrance = _public(stage), _entrance(stage)
    found = {
        Need.PUBLIC: public,
        Need.PRIVATE: not public,
        Need.CLOSED: "/accounts/login" in entrance,
        Need.CODE: "/workshops/access" in entrance,
        Need.ANONYMOUS: bool(entrance) and "/accounts/login" not in entrance and "/workshops/access" not in entrance,
        Need.INDEX: _has_index(stage),
        Need.ADMIN: bool(stage.client.login.admin_password),
    }
    return frozenset(need for need, met in found.items() if met)
