"""On SQLite no statement of a request may look through all sessions, nor at those long over."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import ClauseElement

from portal_backend.store.engine import Store, open_store
from portal_backend.store.prepared import Prepared
from portal_backend.store.queries import due, environments, seats, sessions, tokens, users


@pytest.fixture
def file_store(migrated_file: Path, tmp_path: Path) -> Iterator[Store]:
    """A store in a file, the only kind that tells its plans this way."""
    opened = open_store(f"sqlite:///{shutil.copy(migrated_file, tmp_path)}")
    yield opened
    opened.close()


def plan(store: Store, statement: ClauseElement | Prepared) -> list[str]:
    """Return what SQLite would do, one step a line."""
    clause = statement.statement if isinstance(statement, Prepared) else statement
    compiled = clause.compile(dialect=store.engine.dialect)
    values = tuple(1 for _ in compiled.positiontup or ())
    with store.reading() as connection:
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", values)
        return [row[3] for row in rows]


STATEMENTS = {
    "place": environments._place,
    "situation": seats._situation,
    "numbers": environments._take_numbers,
    "find": sessions._find,
    "find with tokens": sessions._find_with_tokens,
    "of owner": sessions._of_owner,
    "spares given up": sessions._give_up,
    "save": sessions._save,
    "seen": sessions._seen,
    "user": users._find,
    "token": tokens._by_access,
    "refresh token": tokens._by_refresh,
    "revoked token": tokens._drop,
    "past end": due._past_end,
    "starting": due._starting,
    "stopping": due._stopping,
    "next end": seats._next_end_here,
    "next end of user": seats._next_end_of_user,
}


@pytest.mark.parametrize("statement", STATEMENTS.values(), ids=STATEMENTS.keys())
def test_a_statement_searches_by_an_index(file_store: Store, statement: ClauseElement | Prepared) -> None:
    steps = plan(file_store, statement)
    assert steps
    scanned = [step for step in steps if step.startswith("SCAN") and step.split()[1] in ("sessions", "users", "tokens")]
    assert scanned == []


def test_counting_seats_reads_indexes_only(file_store: Store) -> None:
    steps = [step for step in plan(file_store, seats._seats) if "sessions" in step]
    assert steps
    assert [step for step in steps if "COVERING INDEX" not in step] == []


def test_a_users_own_session_is_found_among_the_users_own(file_store: Store) -> None:
    """A user has a few sessions and an environment thousands; SQLite must not choose the latter's index."""
    steps = [step for step in plan(file_store, seats._situation) if "sessions" in step]
    assert len([step for step in steps if "ix_sessions_owner (owner=? AND environment=?" in step]) == 3
    assert len([step for step in steps if "ix_sessions_live_here" in step]) == 1
