"""From the REST API and the browser to the outbox: events of clients, and who is still there."""

from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from peer import RESOURCES, Peer, Starter

from portal_backend.contract.wire import session_path
from portal_backend.services import sessions
from portal_backend.services.sweeper import sweep

HOOK = "https://hooks.example.test/all"


@pytest.fixture
def told(start: Starter, tmp_path: Path) -> Peer:
    """A portal with a webhook, whose sessions are orphaned after ten minutes."""
    documents = list(yaml.safe_load_all(RESOURCES.read_text("utf-8")))
    portal = next(each for each in documents if each["kind"] == "TrainingPortal")
    portal["spec"]["analytics"] = {"webhook": {"url": HOOK}}
    for each in portal["spec"]["workshops"]:
        each["orphaned"] = "10m"
    file = tmp_path / "portal.yaml"
    file.write_text(yaml.safe_dump_all(documents), "utf-8")
    found = start(file)
    found.log_in()
    return found


def waiting(peer: Peer) -> list[tuple[str, str]]:
    """Return the target and the body of each letter."""
    with peer.app.extensions["portal"].store.reading() as connection:
        return [tuple(row) for row in connection.exec_driver_sql("SELECT target, body FROM outbox ORDER BY id")]


def test_an_event_of_a_client_is_passed_on(told: Peer) -> None:
    name = told.allocate("lab-basic")["name"]
    reply = told.post(session_path(name, "event"), json={"event": {"name": "Workshop/View", "data": {"page": "one"}}})
    assert (reply.status, reply.body) == (200, {})
    target, body = waiting(told)[-1]
    assert target == HOOK
    assert '"name": "Workshop/View"' in body and '"data": {"page": "one"}' in body


def test_a_session_may_name_a_target_of_the_owners_origin_only(told: Peer) -> None:
    for number, url in enumerate(("https://hooks.example.test/mine", "https://elsewhere.example.test/", "")):
        told.allocate("lab-basic", f"user-{number}", analytics_url=url)
    assert {target for target, _ in waiting(told)} == {HOOK, "https://hooks.example.test/mine"}


def test_no_letter_holds_what_is_known_of_a_person(told: Peer) -> None:
    told.allocate("lab-basic", "ann", email="ann@example.test", first_name="Ann-Sophie", last_name="Quill")
    text = " ".join(body for _, body in waiting(told))
    assert '"user": "ann"' in text
    assert not any(known in text for known in ("ann@example.test", "Ann-Sophie", "Quill"))


def test_an_open_page_keeps_its_session_and_a_closed_one_does_not(told: Peer) -> None:
    given, browser = told.allocate("lab-basic"), told.app.test_client()
    context = told.app.extensions["portal"]
    assert browser.get(given["url"]).status_code == 303
    page = browser.get(session_path(given["name"])).get_data(as_text=True)
    assert 'data-module="presence"' in page and 'data-seconds="150"' in page
    told.clock.forward(minutes=11)
    assert not swept(told), "a browser without scripts was taken for gone"
    for _ in range(6):
        assert browser.get(session_path(given["name"], "schedule")).status_code == 200
        told.clock.forward(seconds=150)
        assert not swept(told)
    told.clock.forward(minutes=10)
    assert swept(told) == 1
    held = sessions.find(context, given["name"])
    assert held is not None and held.session.ending == "orphaned"


def swept(peer: Peer) -> int:
    return sweep(peer.app.extensions["portal"], timedelta(hours=36)).ended


def test_the_robots_look_at_the_clock_watches_nobody(told: Peer) -> None:
    given, browser = told.allocate("lab-basic"), told.app.test_client()
    browser.get(given["url"])
    assert told.get(session_path(given["name"], "schedule")).status == 200
    held = sessions.find(told.app.extensions["portal"], given["name"])
    assert held is not None and held.session.last_seen is None
