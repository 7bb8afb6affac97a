"""No room left, or somebody else writing for too long: the portal answers 503, changes nothing, and recovers."""

import sqlite3
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from crowd import write
from peer import INDEX, REQUEST, Peer, Reply, Starter
from storing import House

from portal_backend.store import engine
from portal_backend.store.engine import Store
from portal_backend.store.tables import metadata


def store_of(peer: Peer) -> Store:
    """Return the store a portal in process works with."""
    found: Store = peer.app.extensions["portal"].store
    return found


def file_of(peer: Peer) -> Path:
    """Return the file of that store."""
    return Path(str(store_of(peer).engine.url.database))


@contextmanager
def full(peer: Peer) -> Iterator[None]:
    """Leave the database no page more than it has."""
    with store_of(peer).writing() as connection:
        before = connection.exec_driver_sql("PRAGMA max_page_count").scalar_one()
        connection.exec_driver_sql("PRAGMA max_page_count = 1")
    try:
        yield
    finally:
        with store_of(peer).writing() as connection:
            connection.exec_driver_sql(f"PRAGMA max_page_count = {before}")


@contextmanager
def locked(peer: Peer) -> Iterator[None]:
    """Write, and do not come to an end."""
    other = sqlite3.connect(file_of(peer), isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        yield
    finally:
        other.close()


def rows(peer: Peer) -> list[tuple[object, ...]]:
    """Return every session and user as they are stored."""
    with sqlite3.connect(file_of(peer)) as connection:
        return [
            *connection.execute("SELECT * FROM sessions ORDER BY name"),
            *connection.execute("SELECT * FROM users ORDER BY id"),
            *connection.execute("SELECT name, sessions_made FROM environments ORDER BY name"),
        ]


@pytest.mark.parametrize("trouble", [full, locked])
def test_a_store_that_cannot_be_written_is_told_and_got_over(
    trouble: Callable[[Peer], Iterator[None]], tmp_path: Path, start: Starter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine.open_store, "__defaults__", (0.3,))
    write(tmp_path, roomy=500)
    peer = start(tmp_path / "portal.yaml")
    peer.log_in()

    def ask(number: int) -> Reply:
        # What is still free in the pages there are is used up first.
        query = {"index_url": INDEX, "user": f"user-{number}", "first_name": "x" * 150, "last_name": "y" * 150}
        return peer.post(REQUEST.format("roomy"), query)

    with trouble(peer):
        for number in range(100):
            before = rows(peer)
            refused = ask(number)
            if refused.status != 200:
                break
        assert (refused.status, refused.body["reason"]) == (503, "service-unavailable")
        assert int(refused.headers["Retry-After"]) > 0
        assert rows(peer) == before
        assert peer.get("/workshops/catalog/environments/").status == 200
        assert peer.get("/healthz", token=None).status == 200
    assert ask(1000).status == 200
    assert rows(peer) != before


WITHOUT_ROOM = """
CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full';
END $$;
CREATE TRIGGER no_room BEFORE INSERT ON sessions FOR EACH STATEMENT EXECUTE FUNCTION no_room();
"""


@pytest.fixture
def server(migrated_schema: str) -> Iterator[psycopg.Connection]:
    """The PostgreSQL server, as whoever looks after it is connected."""
    with psycopg.connect(migrated_schema, autocommit=True) as connection:
        yield connection
        connection.execute("DROP FUNCTION IF EXISTS no_room CASCADE")
        connection.execute(f"TRUNCATE {', '.join(metadata.tables)}")


@pytest.fixture
def mark() -> str:
    """What the portal's connections are known by."""
    return uuid.uuid4().hex


@pytest.fixture
def peer(migrated_schema: str, server: psycopg.Connection, mark: str, start: Starter) -> Peer:
    """A portal over that server, with the robot logged in."""
    portal = start(PORTAL_DATABASE_URL=f"{migrated_schema}&application_name={mark}")
    portal.log_in()
    return portal


def ask(peer: Peer, user: str) -> Reply:
    """Ask for a session."""
    return peer.post(REQUEST.format("lab-noexp"), {"index_url": INDEX, "user": user})


def test_a_server_without_room_is_told_and_got_over(
    peer: Peer, server: psycopg.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    house = House(store_of(peer))
    assert ask(peer, "ann").status == 200
    before = house.rows("sessions"), house.rows("users")
    server.execute(WITHOUT_ROOM)
    refused = ask(peer, "bob")
    assert (refused.status, refused.body["reason"]) == (503, "service-unavailable")
    assert "No space left on device" in caplog.text
    assert (house.rows("sessions"), house.rows("users")) == before
    assert peer.get("/workshops/catalog/environments/").status == ask(peer, "ann").status == 200
    server.execute("DROP FUNCTION no_room CASCADE")
    assert ask(peer, "bob").status == 200


def test_a_server_that_ends_every_connection_is_got_over(peer: Peer, server: psycopg.Connection, mark: str) -> None:
    assert ask(peer, "ann").status == 200
    ended = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = %s"
    assert server.execute(ended, [mark]).fetchone() > (0,)
    assert [ask(peer, user).status for user in ("ann", "bob")] == [200, 200]
    assert peer.get("/readyz", token=None).status == 200
