"""The described API under schemathesis: what fits is taken, what does not is refused, nothing is a fault.

Every check and every phase (examples, the edges of each schema, random requests, chains of requests) is on.
WORKSHOP_INDEX_FUZZ_EXAMPLES sets how many random requests each operation gets; the default keeps the run short.
"""

import os
import threading
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from peer import Peer, start_portal
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from werkzeug.serving import WSGIRequestHandler, make_server

from portal_backend.api.openapi import OPERATIONS

EXAMPLES = int(os.environ.get("WORKSHOP_INDEX_FUZZ_EXAMPLES") or 5)
_TAKEN = ["2xx", "3xx", "401", "403", "404", "409", "429", "503"]
_REFUSED = ["400", "401", "403", "404", "405", "406", "409", "413", "415", "422", "429"]


class Handler(WSGIRequestHandler):
    """Keeps connections open, and says nothing."""

    protocol_version = "HTTP/1.1"

    def log(self, *_: object, **__: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peer]:
    """A portal with the robot logged in, whose limits do not get in the way."""
    started = start_portal(
        tmp_path_factory.mktemp("fuzzed"), PORTAL_LIMIT_TOKEN="off", PORTAL_ROBOT_USERNAME="robot-not-in-any-example"
    )
    started.log_in()
    yield started
    started.app.extensions["portal"].store.close()


@pytest.fixture(scope="module")
def address(portal: Peer) -> Iterator[str]:
    """Where that portal answers."""
    server = make_server("127.0.0.1", 0, portal.app, threaded=True, request_handler=Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def settled(portal: Peer) -> dict[str, Any]:
    """Return how to fuzz: who asks, and what no schema can tell."""
    client = portal.credentials.robot_client
    # Only the portal knows which secrets, codes and sessions there are; of filters, what makes no sense is not given.
    secrets = {"positive_data_acceptance": {"expected-statuses": [*_TAKEN, "400"]}}
    filters = {"negative_data_rejection": {"expected-statuses": [*_REFUSED, "200"]}}
    return {
        "seed": 1,
        "continue-on-failure": False,
        "generation": {"max-examples": EXAMPLES, "deterministic": True, "database": "none"},
        "checks": {"not_a_server_error": {"expected-statuses": ["2xx", "3xx", "4xx", "503"]}},
        "operations": [
            {"include-name": ["POST /oauth2/token/", "GET /oauth2/authorize/"], "checks": secrets},
            {
                "include-name": ["GET /workshops/catalog/environments/", "GET /workshops/catalog/workshops/"],
                "checks": filters,
            },
            # A visitor is led on whatever stands in a link; a form without its token is refused whatever is in it.
            {
                "include-tag": "Browsers",
                "checks": {
                    "positive_data_acceptance": {"expected-statuses": [*_TAKEN, "400"]},
                    "negative_data_rejection": {"expected-statuses": [*_REFUSED, "200", "303"]},
                },
            },
            # What the address names is not read from the body again, so what is wrong there is never looked at.
            {
                "include-path-regex": "/request/$",
                "checks": {"negative_data_rejection": {"expected-statuses": [*_REFUSED, "200", "503"]}},
            },
        ],
        "auth": {
            "openapi": {
                "bearer": {"bearer": portal.token},
                "client": {"username": client.name, "password": client.secret},
            }
        },
    }


@pytest.fixture(scope="module")
def played(portal: Peer, address: str) -> list[events.EngineEvent]:
    """Everything that happened while the whole API was fuzzed."""
    config = SchemathesisConfig.from_dict(settled(portal))
    schema = schemathesis.openapi.from_url(f"{address}/openapi.json", config=config)
    schema.config.update(base_url=address)
    return list(from_schema(schema).execute())


def scenarios(played: list[events.EngineEvent]) -> list[Any]:
    """Return what was asked, operation by operation and phase by phase."""
    return [event for event in played if isinstance(event, events.ScenarioFinished)]


def test_every_check_holds(played: list[events.EngineEvent]) -> None:
    wrong = []
    for scenario in scenarios(played):
        for case, checks in scenario.recorder.checks.items():
            for check in (each for each in checks if each.status.value == "failure"):
                sent = scenario.recorder.interactions[case]
                wrong.append(
                    f"{check.name}: {sent.request.method} {sent.request.uri} {sent.request.body!r} "
                    f"=> {sent.response.status_code if sent.response else 'nothing'}: {check.failure_info.failure}"
                )
    assert not wrong, "\n".join(wrong)


def test_nothing_went_wrong_on_the_way(played: list[events.EngineEvent]) -> None:
    faults = [event for event in played if isinstance(event, events.NonFatalError | events.FatalError)]
    assert [str(getattr(fault, "info", fault)) for fault in faults] == []
    phases = {event.phase.name.value: event.status.value for event in played if isinstance(event, events.PhaseFinished)}
    assert set(phases.values()) <= {"success", "skip"}, phases


def test_no_answer_is_a_fault(played: list[events.EngineEvent]) -> None:
    for scenario in scenarios(played):
        for sent in scenario.recorder.interactions.values():
            assert sent.response is not None, sent.request.uri
            if sent.response.status_code >= 500:
                assert sent.response.json()["error"] == "No session available", sent.request.uri


def test_every_operation_was_asked_and_answered(played: list[events.EngineEvent]) -> None:
    asked = Counter(
        case.value.operation.definition.raw["operationId"]
        for scenario in scenarios(played)
        for case in scenario.recorder.cases.values()
    )
    assert len(asked) >= len(OPERATIONS)
    assert min(asked.values()) > 2, asked
