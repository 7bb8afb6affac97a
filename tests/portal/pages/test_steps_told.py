"""What a webhook is told of a workshop being read, and that reading never suffers from it."""

import json
from typing import Any

import pytest
from passerby import Browser, Portal
from peer import Peer

from portal_backend.contract.wire import session_path
from portal_backend.store import engine

HOOK = "https://hooks.example.test/mine"


def told(peer: Peer) -> list[dict[str, Any]]:
    """Return the events that wait to be posted."""
    with peer.app.extensions["portal"].store.reading() as connection:
        bodies = connection.exec_driver_sql("SELECT body FROM outbox ORDER BY id").scalars().all()
    return [json.loads(body)["event"] for body in bodies]


def test_each_step_that_is_opened_is_told(portal: Portal) -> None:
    peer = portal(PORTAL_WEBHOOK_ORIGINS="https://hooks.example.test")
    given = peer.allocate("plenty", analytics_url=HOOK)
    browser = Browser(peer)
    browser.get(given["url"])
    page = session_path(given["name"])
    for address in (page, f"{page}?page=02-second", f"{page}?page=99-end"):
        assert browser.get(address).status_code == 200
    browser.client.head(page)
    browser.client.get(page, headers={"Purpose": "prefetch"})
    Browser(peer).get(page)
    seen = [event for event in told(peer) if event["name"] == "Workshop/View"]
    assert [event["data"] for event in seen] == [
        {"current": "01-first", "next": "02-second", "step": 1, "steps": 3},
        {"current": "02-second", "next": "99-end", "step": 2, "steps": 3},
        {"current": "99-end", "next": None, "step": 3, "steps": 3},
    ]
    assert {(event["user"], event["session"], event["workshop"]) for event in seen} == {
        ("ann", given["name"], "plenty")
    }


def test_who_reads_is_not_kept_waiting_for_an_error_by_who_listens(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine.open_store, "__defaults__", (0.1,))
    peer = portal(PORTAL_WEBHOOK_ORIGINS="https://hooks.example.test")
    given = peer.allocate("plenty", analytics_url=HOOK)
    browser = Browser(peer)
    browser.get(given["url"])
    before = told(peer)
    with engine.open_store(peer.settings.database_url).writing():
        assert browser.get(session_path(given["name"])).status_code == 200
    assert told(peer) == before


def test_a_workshop_without_steps_tells_of_none(portal: Portal) -> None:
    peer = portal(PORTAL_WEBHOOK_ORIGINS="https://hooks.example.test")
    given = peer.allocate("bare", analytics_url=HOOK)
    browser = Browser(peer)
    browser.get(given["url"])
    assert browser.get(session_path(given["name"])).status_code == 200
    assert "Workshop/View" not in {event["name"] for event in told(peer)}
