"""The migrations: they lead from nothing to exactly the tables, once, whoever else starts at the same time."""

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, Table, inspect, select
from storing import House, offer

from portal_backend.services import accounts, sessions
from portal_backend.store import upgrading
from portal_backend.store.engine import Store, open_store
from portal_backend.store.tables import metadata

UPGRADE = "import sys; from portal_backend.store.engine import open_store; open_store(sys.argv[1]).upgrade()"
ROOT = Path(__file__).resolve().parents[3]
ALEMBIC = Config()
ALEMBIC.set_main_option("script_location", str(upgrading._MIGRATIONS))
EARLIER = [each.revision for each in ScriptDirectory.from_config(ALEMBIC).walk_revisions()][:0:-1]

Rows = dict[str, list[dict[str, object]]]


def differences(store: Store) -> list[object]:
    with store.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        return list(compare_metadata(context, metadata))


def test_an_empty_database_gets_exactly_the_tables(empty_url: str) -> None:
    store = open_store(empty_url)
    assert differences(store) != []
    store.upgrade()
    assert differences(store) == []
    store.close()


def at_revision(url: str, revision: str) -> Store:
    """Return a store whose schema is that of an earlier release."""
    store = open_store(url)
    with store.writing() as connection:
        ALEMBIC.attributes["connection"] = connection
        command.upgrade(ALEMBIC, revision)
    return store


def contents(connection: Connection) -> Rows:
    """Return every row of every table, whatever tables and columns there are."""
    found = MetaData()
    found.reflect(connection)
    return {
        name: sorted((dict(row) for row in connection.execute(select(table)).mappings()), key=repr)
        for name, table in found.tables.items()
        if name != "alembic_version"
    }


def fill(connection: Connection, rows: Rows) -> Rows:
    """Put rows of the newest schema into an earlier one, as far as it has their tables and columns."""
    earlier = inspect(connection).get_table_names()
    for name in ("portal", "environments", "users", "sessions", "tokens", "outbox", "codes"):
        if name in earlier:
            table = Table(name, MetaData(), autoload_with=connection)
            for row in rows[name]:
                connection.execute(table.insert().values({key: row[key] for key in row if key in table.c}))
    return contents(connection)


@pytest.fixture
def lived_in(migrated_file: Path, tmp_path: Path) -> Rows:
    """What a portal's store holds after some life: a session in use, one ended, a token."""
    house = House(open_store(f"sqlite:///{shutil.copy(migrated_file, tmp_path / 'lived-in.sqlite3')}"))
    house.offer(offer(capacity=5, reserved=1, initial=1), offer("other"), maximum=9)
    house.ask(user="ann", email="ann@example.com", index_url="https://index.example/")
    sessions.end(house.context, house.ask("other", user="bob").session.name)
    accounts.issue(house.context, "robot", "robot-client", "user:info")
    with house.store.reading() as connection:
        found = contents(connection)
    house.store.close()
    return found


@pytest.mark.parametrize("revision", EARLIER)
def test_every_earlier_schema_is_brought_up_with_what_it_holds(empty_url: str, lived_in: Rows, revision: str) -> None:
    store = at_revision(empty_url, revision)
    assert differences(store) != []
    with store.writing() as connection:
        before = fill(connection, lived_in)
    assert len(before["sessions"]) > 2 and before["tokens"] and before["users"]
    store.upgrade()
    assert differences(store) == []
    with store.reading() as connection:
        after = contents(connection)
    for table, rows in before.items():
        columns = set(rows[0]) if rows else set()
        assert [{key: row[key] for key in row if key in columns} for row in after[table]] == rows, table
    resumed = House(store)
    (held,) = sessions.of_user(resumed.context, "ann")
    assert resumed.ask(user="ann").session.name == held.session.name
    assert sessions.end(resumed.context, held.session.name).name == held.session.name
    store.close()


def test_partial_indexes_have_the_predicates_of_the_tables(store: Store) -> None:
    dialect = store.engine.dialect.name
    with store.reading() as connection:
        found = {index["name"]: index for index in inspect(connection).get_indexes("sessions")}
    wanted = {index.name: index for index in metadata.tables["sessions"].indexes}
    assert found.keys() == wanted.keys()
    for name, index in wanted.items():
        assert found[name]["column_names"] == [column.name for column in index.columns]
        assert (f"{dialect}_where" in found[name]["dialect_options"]) is (index.dialect_kwargs != {})


def test_upgrading_again_changes_nothing(store: Store) -> None:
    store.upgrade()
    assert differences(store) == []


def test_an_upgrade_with_nothing_to_do_waits_for_nobody(store: Store, store_url: str) -> None:
    other = open_store(store_url, wait=0.1)
    with store.writing():
        other.upgrade()
    other.close()


def test_an_upgrade_waits_for_the_one_another_process_is_at(empty_url: str) -> None:
    first, second = open_store(empty_url), open_store(empty_url, wait=0.05)
    with ThreadPoolExecutor(1) as pool:
        with first.writing():
            upgrading = pool.submit(second.upgrade)
            with pytest.raises(TimeoutError):
                upgrading.result(timeout=0.3)
        upgrading.result(timeout=30)
    assert differences(second) == []
    for store in (first, second):
        store.close()


@pytest.mark.parametrize("starters", [4])
def test_many_processes_may_start_at_once(empty_url: str, starters: int) -> None:
    def start(_: int) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", UPGRADE, empty_url]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)

    with ThreadPoolExecutor(starters) as pool:
        done = list(pool.map(start, range(starters)))
    assert [(each.returncode, each.stderr) for each in done] == [(0, "")] * starters
    store = open_store(empty_url)
    assert differences(store) == []
    store.close()
