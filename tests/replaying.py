"""A portal that answers what a real one was recorded to answer: the case's own entry, names of the moment filled in.

What the kit asks between the cases (logging in, getting sessions, ending them) is answered with recorded bodies too;
only which session is whose is kept here.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from recorded import CASE_OF

from portal_backend.conformance.case import Case
from portal_backend.conformance.table.whole import CASES

HUB = "https://hub.example.test"
_ABOUT = re.compile(r"workshop-index-conformance \((.+)\)")
_KEPT = (
    "content-type",
    "www-authenticate",
    "allow",
    "cache-control",
    "access-control-allow-origin",
    "set-cookie",
    "retry-after",
)
Entry = dict[str, Any]
Query = list[tuple[str, str]]
_BY_ID = {case.id: case for case in CASES}


def entries_by_case(entries: list[Entry], profile: str) -> dict[str, Entry]:
    """Return for each case the first recorded entry of a profile that was asked in the same way."""
    found: dict[str, Entry] = {}
    for entry in entries:
        case = _BY_ID.get(CASE_OF[entry["id"]])
        if case is not None and entry["profile"] == profile and "request" in entry and asked_alike(case, entry):
            found.setdefault(case.id, entry)
    return found


def asked_alike(case: Case, entry: Entry) -> bool:
    """Whether a recorded request has the method and the kind of path a case has."""
    return entry["request"]["method"] == case.ask.method and of_kind(case, entry["request"]["path"])


def of_kind(case: Case, path: str) -> bool:
    """Whether a path is that of a case, whatever names are in it."""
    return re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(case.ask.path)), path) is not None


def with_stopped(entries: list[Entry]) -> dict[str, Entry]:
    """Return the entries by id, and `catalog`: everything listed at first, and what had stopped later."""
    found = {entry["id"]: entry for entry in entries}
    whole = json.loads(json.dumps(found["cat-env-state-upper"]))
    stopped = found["stop-stopped"]["response"]["body"]["environments"]
    names = {environment["name"] for environment in stopped}
    listed = whole["response"]["body"]["environments"]
    whole["response"]["body"]["environments"] = [each for each in listed if each["name"] not in names] + stopped
    return {**found, "catalog": whole}


@dataclass
class Held:
    """A session the portal gave out."""

    name: str
    environment: str
    user: str
    index: str
    timeout: str
    over: bool = False


@dataclass
class Recorded:
    """What one recorded portal answers."""

    entries: Mapping[str, Entry]
    by_case: Mapping[str, Entry]
    profile: str
    sessions: dict[str, Held] = field(default_factory=dict)
    numbers: Any = field(default_factory=lambda: count(100))
    asked: list[str] = field(default_factory=list)

    def entry_for(self, about: str, method: str, path: str, query: Mapping[str, str], token: bool) -> Entry:
        """Return the recorded entry that answers a request."""
        if about in self.by_case and of_kind(_BY_ID[about], path):
            self.asked.append(about)
            return self.by_case[about]
        name = self._name_for(method, path, query, token)
        assert name is not None, f"nothing was recorded for {method} {path} ({about})"
        return self.entries[name]

    def _name_for(self, method: str, path: str, query: Mapping[str, str], token: bool) -> str | None:
        action = path.rstrip("/").rpartition("/")[2]
        if path.startswith("/workshops/session/") and path.count("/") > 4:
            return self._of_session(path.split("/")[3], action)
        fixed = {
            "/oauth2/token/": "token-password-basic",
            "/oauth2/revoke-token/": "revoke-access",
            "/accounts/create/": "dis-accounts-create" if self.profile == "disabled" else "accounts-create",
            "/workshops/session/no-such-session/": "pub-page-other" if self.profile == "public" else "page-anonymous",
            "/workshops/catalog/": "browser-catalog",
            "/accounts/login/": "browser-catalog",
            "/": "index-anonymous",
        }
        if path in fixed:
            return fixed[path]
        if path == "/workshops/catalog/environments/":
            return self._catalog(query, token)
        if path.endswith("/request/"):
            return "req-get-ok"
        if path.startswith("/workshops/session/"):
            return "browser-create-page"
        return self._entrance(path, query)

    def _catalog(self, query: Mapping[str, str], token: bool) -> str:
        if not token:
            return "pub-cat-env" if self.profile == "public" else "cat-wks-anonymous"
        return "catalog" if self.profile == "anon" else "pub-cat-env"

    def _entrance(self, path: str, query: Mapping[str, str]) -> str | None:
        if path.startswith("/workshops/environment/"):
            if self.profile == "disabled":
                return "dis-env"
            if path == "/workshops/environment/nope/":
                return "browser-env-unknown"
            if path.endswith("/create/"):
                return "browser-create-again"
            return "browser-create-follow" if query else "browser-env-no-login"
        return None

    def _of_session(self, name: str, action: str) -> str | None:
        held = self.sessions.get(name)
        spare = held is None and name.endswith("-s003")
        if action == "schedule":
            if spare:
                return "reserved-schedule"
            if held is None or held.over or held.environment.endswith("w06") or held.timeout == "1":
                return "term-schedule"
            return "ext-schedule" if held.environment.endswith("w02") else "schedule-robot"
        if action == "terminate":
            gone = held is None or held.over
            if held is not None:
                held.over = True
            return "term-again" if gone else "term-ok"
        if action == "delete" and held is not None:
            held.over = True
        return {
            "activate": "act-token-only",
            "delete": "browser-delete",
            "extend": "ext-second",
            "config": "config-robot",
        }.get(action)

    def filled(self, entry: Entry, path: str, given: Query) -> tuple[str, dict[str, Any]]:
        """Return body and headers of an entry with the names of this moment for the recorded ones."""
        asked, answer, query = entry["request"], entry["response"], dict(given)
        pairs = _pairs(asked, path, given)
        body = answer["body"]
        if isinstance(body, dict) and "/activate/" in str(body.get("url", "")):
            pairs = self._given(body, path, query) | pairs
        if isinstance(body, dict):
            pairs |= self._listed(body, path)
        held = self.sessions.get(path.split("/")[3]) if path.startswith("/workshops/session/") else None
        text = json.dumps(body) if isinstance(body, dict) else str(body or "")
        headers = {name: value for name, value in answer["headers"].items() if name.lower() in (*_KEPT, "location")}
        location = str(headers.get("Location", ""))
        if held is None and path.startswith("/workshops/environment/") and "/workshops/session/" in location:
            pairs[location.split("/")[3]] = self._visited(path)
        if "index_url" in query and location.startswith("/workshops/environment/"):
            headers["Location"] = location.partition("?")[0] + "?index_url=x"
        headers["Location"] = _index(str(headers.get("Location", "")), held)
        text = _replaced(text, pairs).replace("<access_token: str len 30>", f"access-{next(self.numbers)}")
        return text.replace("<refresh_token: str len 30>", f"refresh-{next(self.numbers)}"), {
            name: _replaced(value, pairs) if isinstance(value, str) else value for name, value in headers.items()
        }

    def _given(self, body: Mapping[str, str], path: str, query: Mapping[str, str]) -> dict[str, str]:
        environment = path.split("/")[3]
        user = query.get("user") or body["user"]
        mine = (one for one in self.sessions.values() if one.user == user and not one.over)
        held = next((one for one in mine if one.environment == environment), None)
        if held is None:
            name = f"{environment}-s{next(self.numbers)}"
            held = Held(name, environment, user, query.get("index_url", ""), query.get("timeout", ""))
            self.sessions[name] = held
        return {body["name"]: held.name, body["user"]: user, body["environment"]: environment}

    def _visited(self, path: str) -> str:
        environment = path.split("/")[3]
        live = (one for one in self.sessions.values() if one.user == "a visitor" and not one.over)
        held = next(live, None)
        if held is None:
            name = f"{environment}-s{next(self.numbers)}"
            held = self.sessions[name] = Held(name, environment, "a visitor", "", "")
        return held.name

    def _listed(self, body: Mapping[str, Any], path: str) -> dict[str, str]:
        """Return what puts a session of the moment in place of the first one a recorded list has."""
        listed = body.get("sessions") if path.startswith("/workshops/user/") else None
        for environment in body.get("environments", ()):
            listed = listed or environment.get("sessions")
        live = [one for one in self.sessions.values() if not one.over and one.user != "a visitor"]
        if not listed or not isinstance(listed, list) or not live:
            return {}
        wanted = path.split("/")[3] if path.startswith("/workshops/user/") else live[0].user
        held = next((one for one in live if one.user == wanted), live[0])
        return {listed[0]["name"]: held.name, str(listed[0].get("user", "no such user")): held.user}


def _pairs(asked: Entry, path: str, query: Query) -> dict[str, str]:
    """Return recorded words and those of the moment, from path and query side by side."""
    pairs = dict(zip(asked["path"].split("/"), path.split("/"), strict=False))
    recorded = parse_qsl(asked["query"] or "", keep_blank_values=True)
    for (old_key, old), (key, new) in zip(recorded, query, strict=False):
        same = old_key.partition("[")[0] == key.partition("[")[0]
        if same and old and new and key.startswith(("name", "labels", "user", "client_id")):
            pairs[old] = new
        if same and old_key.startswith("labels["):
            pairs[old_key[7:-1]] = key[7:-1]
    return {old: new for old, new in pairs.items() if old and old != new}


def _replaced(text: str, pairs: Mapping[str, str]) -> str:
    if not pairs:
        return text
    words = "|".join(re.escape(old) for old in sorted(pairs, key=len, reverse=True))
    return re.sub(rf"(?<![\w-])(?:{words})(?![\w-])", lambda match: pairs[match[0]], text)


def _index(location: str, held: Held | None) -> str:
    if held is None or not location.startswith(HUB) or not held.index:
        return location
    host = f"{urlsplit(held.index).scheme}://{urlsplit(held.index).netloc}"
    if host == HUB.replace(".test", ".com"):
        return location.replace(HUB, host)
    return location.replace(f"{HUB}/", held.index)


def served(portal: Recorded) -> ThreadingHTTPServer:
    """Return a server that answers as `portal` on a port of its own."""

    class Answering(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            self.rfile.read(length)
            parts = urlsplit(self.path)
            query = parse_qsl(parts.query, keep_blank_values=True)
            about = _ABOUT.fullmatch(self.headers.get("User-Agent", ""))
            token = self.headers.get("Authorization", "").startswith("Bearer")
            entry = portal.entry_for(about[1] if about else "", self.command, parts.path, dict(query), token)
            text, headers = portal.filled(entry, parts.path, query)
            self.send_response(entry["response"]["status"])
            for name, value in headers.items():
                for each in value if isinstance(value, list) else [value]:
                    if each:
                        self.send_header(name, each)
            data = text.encode() if self.command != "HEAD" else b""
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PUT = do_HEAD = do_OPTIONS = answer

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return ThreadingHTTPServer(("127.0.0.1", 0), Answering)
