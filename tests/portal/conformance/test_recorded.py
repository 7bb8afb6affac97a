"""The kit against a real portal's recorded answers, and which of them it covers."""

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from recorded import CASE_OF
from replaying import Recorded, entries_by_case, served, with_stopped

from portal_backend.conformance.case import Origin, Verdict
from portal_backend.conformance.client import Client, Login
from portal_backend.conformance.reports import FORMATS, as_text
from portal_backend.conformance.running import Findings, run
from portal_backend.conformance.stage import Wanted
from portal_backend.conformance.table.whole import CASES

ROOT = Path(__file__).resolve().parents[3]
TRANSCRIPT = Path(os.environ.get("WORKSHOP_INDEX_CONTRACT") or ROOT.parent / "shared" / "contract" / "transcript.json")
LOGIN = Login("robot@educates", "robot-pass", "client", "client-secret-text", "educates", "admin-pass")


@pytest.fixture(scope="module")
def transcript() -> list[dict[str, Any]]:
    """Everything a real portal was asked, and what it answered."""
    if not TRANSCRIPT.is_file():
        pytest.skip(f"no recorded answers at {TRANSCRIPT}: name the file in WORKSHOP_INDEX_CONTRACT")
    return list(json.loads(TRANSCRIPT.read_text("utf-8")))


@contextmanager
def replayed(portal: Recorded) -> Iterator[str]:
    """The address of a portal that gives recorded answers."""
    server = served(portal)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_every_recorded_answer_has_a_case_or_a_reason(transcript: list[dict[str, Any]]) -> None:
    assert {entry["id"] for entry in transcript} == set(CASE_OF)


@pytest.mark.parametrize("entry", sorted(CASE_OF))
def test_what_a_recorded_answer_is_mapped_to_exists(entry: str) -> None:
    known = {case.id for case in CASES}
    assert CASE_OF[entry] in known or len(CASE_OF[entry].split()) > 5


@pytest.fixture(scope="module", params=["anon", "disabled", "public"])
def findings(request: pytest.FixtureRequest, transcript: list[dict[str, Any]]) -> tuple[Recorded, Findings]:
    """What the kit says of the recorded portal in one of its set-ups."""
    by_case = entries_by_case(transcript, request.param)
    portal = Recorded(with_stopped(transcript), by_case, request.param)
    with replayed(portal) as address:
        return portal, run(Client(address, LOGIN), Wanted(), [case for case in CASES if case.id in by_case])


def test_a_real_portal_differs_only_where_it_may(findings: tuple[Recorded, Findings]) -> None:
    _, found = findings
    wrong = {outcome.case.id: outcome.found for outcome in found.outcomes if outcome.fails}
    assert wrong == {}
    assert not found.failed


def test_a_real_portal_holds_every_case_of_the_field_that_could_be_tried(findings: tuple[Recorded, Findings]) -> None:
    _, found = findings
    tried = [each for each in found.outcomes if each.verdict is not Verdict.NOT_TRIED]
    assert {each.verdict for each in tried if each.case.origin is Origin.FIELD} == {Verdict.HOLDS}


def test_where_a_real_portal_differs_is_told(findings: tuple[Recorded, Findings]) -> None:
    portal, found = findings
    allowed = [outcome for outcome in found.outcomes if outcome.verdict is Verdict.ALLOWED]
    assert len(allowed) >= {"anon": 70, "disabled": 0, "public": 2}[portal.profile]
    assert all(outcome.found and outcome.case.origin is Origin.OURS for outcome in allowed)


def test_the_recorded_answers_were_really_asked_for(findings: tuple[Recorded, Findings]) -> None:
    portal, found = findings
    tried = {each.case.id for each in found.outcomes if each.verdict is not Verdict.NOT_TRIED}
    assert set(portal.asked) == tried
    assert len(tried) >= {"anon": 150, "disabled": 5, "public": 5}[portal.profile]


def test_nothing_is_left_behind_on_a_real_portal(findings: tuple[Recorded, Findings]) -> None:
    portal, found = findings
    assert found.left_behind == []
    assert [held.name for held in portal.sessions.values() if not held.over] == []


def tampered(transcript: list[dict[str, Any]], entry: str, **changes: Any) -> Recorded:
    """Return the recorded portal with one of its answers changed."""
    entries = json.loads(json.dumps(transcript))
    changed = next(each for each in entries if each["id"] == entry)
    changed["response"] |= changes
    return Recorded(with_stopped(entries), entries_by_case(entries, "anon"), "anon")


def asked_of(portal: Recorded, case: str) -> Findings:
    """Return what the kit says of one case."""
    with replayed(portal) as address:
        return run(Client(address, LOGIN), Wanted(), [each for each in CASES if each.id == case])


@pytest.mark.parametrize(
    ("entry", "changes", "verdict"),
    [
        pytest.param("schedule-robot", {"body": {"status": "RUNNING"}}, Verdict.DIFFERS, id="a key is missing"),
        pytest.param("schedule-robot", {"status": 500}, Verdict.DIFFERS, id="a fault"),
        pytest.param("config-robot", {"status": 404}, Verdict.UNSUPPORTED, id="an endpoint is missing"),
        pytest.param("event-ok", {"status": 405}, Verdict.UNSUPPORTED, id="a method is missing"),
        pytest.param("schedule-no-token", {"status": 200}, Verdict.DIFFERS, id="open to everybody"),
        pytest.param("token-password-wrong-password", {"status": 200}, Verdict.DIFFERS, id="any password will do"),
        pytest.param("env-status-unknown", {"body": "Nothing there"}, Verdict.DIFFERS, id="another error text"),
        pytest.param("cat-env-name-unknown", {"body": {"portal": {}, "environments": []}}, Verdict.DIFFERS, id="empty"),
        pytest.param("page-robot-bearer", {"headers": {"Location": "/"}}, Verdict.DIFFERS, id="no notification"),
        pytest.param(
            "redir-repeat-param-delete", {"headers": {"Location": "https://hub.example.test/?a=1"}}, Verdict.DIFFERS,
            id="a return address loses a part",
        ),
        pytest.param("term-again", {"status": 200}, Verdict.DIFFERS, id="ended twice"),
    ],
)  # fmt: skip
def test_a_portal_that_breaks_a_promise_is_found_out(
    transcript: list[dict[str, Any]], entry: str, changes: dict[str, Any], verdict: Verdict
) -> None:
    found = asked_of(tampered(transcript, entry, **changes), CASE_OF[entry])
    assert [outcome.verdict for outcome in found.outcomes] == [verdict]
    assert found.failed and found.outcomes[0].found


def test_what_cannot_be_ended_is_named(transcript: list[dict[str, Any]]) -> None:
    portal = tampered(transcript, "term-ok", status=500)
    found = asked_of(portal, "session/schedule")
    assert found.left_behind == [*portal.sessions]
    assert found.left_behind[0] in as_text(found)


def test_a_pause_the_portal_asks_for_is_kept(transcript: list[dict[str, Any]]) -> None:
    headers = {"Retry-After": "0", "Content-Type": "application/json"}
    portal = tampered(transcript, "schedule-robot", status=429, headers=headers)
    found = asked_of(portal, "session/schedule")
    assert portal.asked == ["session/schedule"] * 2
    assert found.outcomes[0].verdict is Verdict.DIFFERS


def test_no_secret_gets_into_a_report(transcript: list[dict[str, Any]]) -> None:
    portal = tampered(transcript, "config-robot", status=500, body={"error": LOGIN.client_secret, "password": "s3cret"})
    found = asked_of(portal, "session/config")
    assert found.outcomes[0].found.count("…") == 2
    for form in FORMATS.values():
        assert LOGIN.client_secret not in form(found) and "s3cret" not in form(found)
