"""Somebody else writes without coming to an end: what changes something answers 503, what only reads goes on."""

from collections.abc import Iterator

import pytest
from peer import INDEX, REQUEST, Peer, Starter

from portal_backend.contract.wire import CATALOG_ENVIRONMENTS, CATALOG_WORKSHOPS, TOKEN, session_path
from portal_backend.store import engine
from portal_backend.store.engine import Store, open_store


@pytest.fixture
def impatient(start: Starter, monkeypatch: pytest.MonkeyPatch) -> Peer:
    """A portal that waits for its store for a moment only."""
    monkeypatch.setattr(engine.open_store, "__defaults__", (0.2,))
    peer = start()
    peer.log_in()
    return peer


@pytest.fixture
def elsewhere(store_url: str) -> Iterator[Store]:
    """The same store, as another process has it."""
    opened = open_store(store_url)
    yield opened
    opened.close()


def test_what_changes_something_is_put_off_and_nothing_is_lost(impatient: Peer, elsewhere: Store) -> None:
    peer = impatient
    name = peer.allocate()["name"]
    own = session_path(name)
    writes = [
        ("POST", TOKEN, {"token": None, "data": peer.password_form}),
        ("POST", REQUEST.format("lab-noexp"), {"query": {"user": "bob", "index_url": INDEX}}),
        ("GET", f"{own}terminate/", {}),
        ("POST", f"{own}extend/", {}),
    ]
    with elsewhere.writing():
        for method, path, more in writes:
            reply = peer.send(method, path, **more)
            assert (reply.status, reply.body["reason"]) == (503, "service-unavailable"), path
        for path in (CATALOG_ENVIRONMENTS, CATALOG_WORKSHOPS, f"{own}schedule/", "/workshops/user/ann/sessions/"):
            assert peer.get(path).status == 200, path
        assert peer.get(CATALOG_ENVIRONMENTS, "name=lab-noexp").body["environments"][0]["allocated"] == 1
    assert [peer.send(method, path, **more).status for method, path, more in writes] == [200, 200, 200, 404]
    assert peer.get(CATALOG_ENVIRONMENTS, "name=lab-noexp").body["environments"][0]["allocated"] == 1
