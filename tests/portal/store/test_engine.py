"""The store as a whole: one writer at a time, honest when it cannot answer, refused when it cannot work."""

import shutil
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from storing import House, offer

from portal_backend.store.engine import Store, StoreBusy, open_store

SHORT = 0.2


@pytest.fixture
def impatient(store_url: str) -> Iterator[Store]:
    """A store that waits for a moment only."""
    opened = open_store(store_url, wait=SHORT)
    yield opened
    opened.close()


@contextmanager
def held_elsewhere(store: Store) -> Iterator[None]:
    """Keep the write lock of the database, as another process would."""
    with store.writing():
        yield


def test_a_writer_waits_for_another_process_and_then_gives_up(store: Store, impatient: Store) -> None:
    with held_elsewhere(store), pytest.raises(StoreBusy), impatient.writing():
        raise AssertionError("two wrote at once")
    with impatient.writing():
        pass


def test_a_writer_waits_for_its_own_threads_and_then_gives_up(impatient: Store) -> None:
    entered, leave = threading.Event(), threading.Event()

    def write() -> None:
        with impatient.writing():
            entered.set()
            leave.wait(10)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        assert entered.wait(10)
        with pytest.raises(StoreBusy), impatient.writing():
            raise AssertionError("two wrote at once")
    finally:
        leave.set()
        thread.join()


def test_a_reader_does_not_wait_for_a_writer(house: House, impatient: Store) -> None:
    house.offer(offer())
    with held_elsewhere(house.store), impatient.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM environments")).scalar() == 1


def test_what_fails_half_way_leaves_nothing(house: House) -> None:
    house.offer(offer())
    with pytest.raises(ZeroDivisionError), house.store.writing() as connection:
        connection.execute(text("DELETE FROM environments"))
        raise ZeroDivisionError
    assert house.rows("environments") == 1


def test_a_mistake_in_a_statement_is_not_taken_for_a_busy_store(store: Store) -> None:
    with pytest.raises(DBAPIError), store.reading() as connection:
        connection.execute(text("SELECT nothing FROM nowhere"))


def test_too_many_readers_are_told_to_come_back(store_url: str) -> None:
    store = open_store(store_url, wait=SHORT)
    pool = store.engine.pool
    taken = [store.engine.connect() for _ in range(pool.size() + pool._max_overflow)]  # type: ignore[attr-defined]
    try:
        with pytest.raises(StoreBusy), store.reading():
            raise AssertionError("there was one more")
    finally:
        for connection in taken:
            connection.close()
        store.close()


def test_a_database_without_room_is_busy_and_recovers(migrated_file: Path, tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{shutil.copy(migrated_file, tmp_path)}")
    house = House(store)
    house.offer(offer(capacity=5000))
    house.ask()
    with store.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    _limit(store, pages + 2)
    with pytest.raises(StoreBusy):
        for _ in range(5000):
            house.ask(index_url="https://index.example/" + "x" * 1000)
    before = house.rows("sessions")
    _limit(store, 1_000_000)
    house.ask()
    assert house.rows("sessions") == before + 1
    store.close()


def _limit(store: Store, pages: int) -> None:
    """Let the database grow to so many pages; the setting is a connection's, and one connection writes."""
    with store.writing() as connection:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("sqlite://", id="in memory"),
        pytest.param("sqlite:///:memory:", id="in memory by name"),
        pytest.param("mysql://root@localhost/portal", id="another database"),
    ],
)
def test_a_store_that_cannot_work_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="store"):
        open_store(url)


def test_an_unreachable_server_is_busy() -> None:
    store = open_store("postgresql://nobody@127.0.0.1:1/nothing", wait=SHORT)
    with pytest.raises(StoreBusy), store.reading():
        raise AssertionError("somebody answered")
    store.close()


def test_nobody_else_may_read_a_new_file(tmp_path: Path) -> None:
    file = tmp_path / "portal.sqlite3"
    store = open_store(f"sqlite:///{file}")
    store.upgrade()
    store.close()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
