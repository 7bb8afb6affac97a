"""Replays what a real portal was asked and compares our answers: the same status and the same JSON shape.

Where the contract says that we differ on purpose, the table says so; where nothing is said, nothing may differ.
"""

import base64
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from peer import INDEX, Peer, start_portal

from portal_backend.services import accounts, sessions

ROOT = Path(__file__).resolve().parents[3]
RECORDED = Path(os.environ.get("WORKSHOP_INDEX_CONTRACT") or ROOT.parent / "shared" / "contract" / "transcript.json")
IN_SCOPE = (
    *("token-", "revoke", "cat-", "env-status-", "req-", "reserved-", "schedule-", "extend-", "config-", "authorize-"),
    *("event-", "terminate-other", "catalog-user-token", "request-user-token", "user-"),
)
# Entries that need a session's own OAuth2 client, or a browser.
LATER = ("authorize-code-", "extend-cookie-only")

OURS = {
    # A missing or bad token is 401, with a challenge.
    **dict.fromkeys(
        (
            "revoked-access-used",
            "cat-env-bad-token", "cat-env-basic", "cat-wks-anonymous", "cat-wks-bad-token", "env-status-bad-token",
            "req-bad-token", "schedule-no-token", "schedule-bad-token", "schedule-unknown-no-token", "extend-no-token",
            "extend-bad-token", "config-no-token", "config-bad-token", "config-unknown-no-token",
            "authorize-unknown-no-token", "user-no-token",
        ),
        401,
    ),
    # A confidential client must send its secret.
    "token-password-body-no-secret": 401,
    "revoke-no-secret": 401,
    "token-client-credentials": 200,
    # Paths are answered in place.
    "token-no-slash": 200,
    "cat-env-no-slash": 200,
    "req-no-slash": 200,
    # No index_url is the portal's own; a workshop's name will do; a window below zero is not sensible.
    "req-no-index": 200,
    "req-blank-index": 200,
    "req-workshop-name": 200,
    "req-timeout--1": 400,
    # No input gives a 500.
    **dict.fromkeys(
        ("req-body-item-string", "req-body-bad-utf8", "req-timeout-1.5", "req-timeout-99999999999999999999",
         "event-not-json", "event-list", "event-null"),
        400,
    ),
    "req-timeout-empty": 200,
    "cat-env-state-starting": 200,
    # Bearer clients have no forgery to fear: POST works where it means something, and is 405 elsewhere.
    "extend-post": 200,
    "config-post": 405,
    "cat-env-post": 405,
    "cat-env-post-no-token": 405,
    # OPTIONS tells the methods.
    "cat-env-options": 200,
}  # fmt: skip

# What we send beside the recorded keys; `resource` is missing only in what the recorded portal says of one environment.
ADDED = {"id", "reason", "retry_after", "resource"}


def recorded() -> list[Any]:
    """Return the entries that are about what is built, as test parameters."""
    if not RECORDED.is_file():
        reason = f"no recorded answers at {RECORDED}: name the file in WORKSHOP_INDEX_CONTRACT"
        return [pytest.param(None, marks=pytest.mark.skip(reason=reason))]
    entries = [each for each in json.loads(RECORDED.read_text()) if "request" in each and each["profile"] == "anon"]
    kept = (each for each in entries if each["id"].startswith(IN_SCOPE) and not each["id"].startswith(LATER))
    return [pytest.param(each, id=each["id"]) for each in kept]


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peer]:
    """A portal in which the sessions the recording speaks of are as they were."""
    peer = start_portal(tmp_path_factory.mktemp("recorded"))
    peer.log_in()
    for user in ("first", "second"):
        peer.allocate("lab-basic", user)
    _activate(peer, peer.allocate("lab-basic", "user-1"), "peer-portal-w01-s003")
    for user in ("t-0", "t--1", "t-600"):
        peer.allocate("lab-overtime", user, timeout="0" if user == "t-0" else "600")
    for user in ("first", "second", "t0n"):
        peer.allocate("lab-noexp", user, timeout="0")
    peer.allocate("lab-params", "p1")
    peer.allocate("lab-params", "p2")
    peer.allocate("lab-initial0", "i1")
    yield peer
    peer.app.extensions["portal"].store.close()


def _activate(peer: Peer, given: dict[str, Any], expected: str) -> None:
    assert given["name"] == expected
    token = parse_qs(urlsplit(given["url"]).query)["token"][0]
    assert isinstance(sessions.activate(peer.app.extensions["portal"], expected, token), sessions.Activated)


class Asking:
    """Fills in what the recording left out: credentials and tokens."""

    def __init__(self, peer: Peer, entry: dict[str, Any]) -> None:
        self.peer, self.entry, self.pair = peer, entry, peer.log_in()

    def bearer(self) -> str:
        """Return the token this entry was sent with."""
        name = self.entry["id"]
        context = self.peer.app.extensions["portal"]
        if "bad-token" in name or name == "revoked-access-used":
            return "no-such-token"
        if name.endswith(("-admin", "admin-token")):
            return str(self.peer.log_in_as_admin()["access_token"])
        if name.endswith(("-owner", "user-token")):
            return accounts.issue(context, "user-1", "peer-portal-w01-s003", "user:info").access
        if name.endswith("-other"):
            return accounts.issue(context, "user-2", "peer-portal-w01-s003", "user:info").access
        return str(self.pair["access_token"])

    def fill(self, text: str) -> str:
        """Return `text` with the portal's own credentials for the recorded ones."""
        known = self.peer.credentials
        values = {
            "<client-id>": known.robot_client.name,
            "<client-secret>": known.robot_client.secret,
            "<robot-password>": known.robot.secret,
            "<refresh-token>": "used" if self.entry["id"].endswith("-reuse") else self.pair["refresh_token"],
            "<token>": self.pair["access_token"],
        }
        for name, value in values.items():
            text = text.replace(name, quote(str(value)) if "=" in text else str(value))
        return text

    def headers(self) -> dict[str, str]:
        """Return the recorded request headers, credentials filled in."""
        found = dict(self.entry["request"]["headers"] or {})
        scheme, _, rest = str(found.get("Authorization", "")).partition(" ")
        if scheme == "Bearer":
            found["Authorization"] = f"Bearer {self.bearer()}"
        elif scheme == "Basic" and rest:
            found["Authorization"] = "Basic " + base64.b64encode(self.fill(rest).encode()).decode()
        return found

    def body(self) -> bytes | None:
        """Return the recorded body."""
        text = self.entry["request"]["body"]
        if text is None:
            return None
        return b"\xff\xfe{}" if text.startswith("b'") else self.fill(text).encode()


@pytest.mark.parametrize("entry", recorded())
def test_our_answer_is_the_recorded_one_but_for_what_is_ours(portal: Peer, entry: dict[str, Any]) -> None:
    asking, asked, wanted = Asking(portal, entry), entry["request"], entry["response"]
    reply = portal.send(
        asked["method"],
        asked["path"],
        asking.fill(asked["query"] or ""),
        token=None,
        headers=asking.headers(),
        data=asking.body(),
    )
    assert reply.status == OURS.get(entry["id"], wanted["status"]), reply.body
    if isinstance(wanted["body"], dict) and reply.status == wanted["status"]:
        assert differences(wanted["body"], reply.body) == []
    if (
        reply.status == wanted["status"] >= 400
        and isinstance(wanted["body"], str)
        and not wanted["body"].startswith("\n")
    ):
        assert not wanted["body"] or reply.body["error"] == wanted["body"]


def differences(wanted: Any, found: Any, at: str = "") -> list[str]:
    """Return where two JSON values differ in keys or types; what only one side sends is in `ADDED`."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        if at.endswith((".labels", ".labels.")):
            return []
        keys = [f"{at}.{key}" for key in (wanted.keys() - ADDED) ^ (found.keys() - ADDED)]
        return keys + [
            each for key in wanted.keys() & found.keys() for each in differences(wanted[key], found[key], f"{at}.{key}")
        ]
    if isinstance(wanted, list) and isinstance(found, list):
        return differences(wanted[0], found[0], f"{at}[]") if wanted and found else []
    return [] if type(wanted) is type(found) else [f"{at}: {type(wanted).__name__}, not {type(found).__name__}"]


def test_the_index_of_the_recording_is_accepted(portal: Peer) -> None:
    assert portal.allocate("lab-noexp", "somebody", index_url=INDEX)["user"] == "somebody"
