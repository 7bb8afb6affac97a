"""Opens the store: SQLite in WAL mode, or PostgreSQL; readers never wait, writers take turns.

A decision is atomic because one write transaction runs at a time: on SQLite by BEGIN IMMEDIATE, on PostgreSQL by a lock
that lasts as long as the transaction. Both wait up to a bound; then, and when the database cannot be reached or has no
room, StoreBusy is raised: nothing was changed and the caller may try again.
"""

import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url

from portal_backend.store.busy import StoreBusy, StoreLocked, told_as_busy
from portal_backend.store.changes import Changes, Glance, Memory, PostgresqlChanges, SqliteChanges
from portal_backend.store.pen import Pen
from portal_backend.store.together import Together, Work
from portal_backend.store.upgrading import upgrade

__all__ = ["Store", "StoreBusy", "open_store"]

_T = TypeVar("_T")
WAIT_SECONDS = 5.0
_READING = {"sqlite": "BEGIN", "postgresql": ""}
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(current_schema(), 0))"


class Store:
    """One database, shared by the threads of a process; open it after the process has forked."""

    def __init__(self, engine: Engine, changes: Changes, wait: float = WAIT_SECONDS) -> None:
        """Take an engine made by `open_store`, and what watches the same database."""
        self.engine = engine
        self._wait = wait
        self._turn = threading.Lock()
        self._changes, self._memory = changes, Memory(changes)
        self._glancer = engine.execution_options(begin="")
        self._pen = Pen(self._glancer, wait) if engine.dialect.name == "sqlite" else None
        locked = engine.execution_options(begin=_LOCK)
        self._transaction = self._pen.transaction if self._pen else locked.begin
        self._together = Together(lambda: self.writing())

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection for reading; raises StoreBusy when there is none in time."""
        with told_as_busy(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def glancing(self) -> Iterator[Connection]:
        """Give a connection for reading with one statement, which needs no transaction; raises StoreBusy."""
        with told_as_busy(), self._glancer.begin() as connection:
            yield connection

    @contextmanager
    def peeking(self) -> Iterator[Connection | Glance]:
        """Give what one `Prepared` statement can be read with, at the least cost there is; raises StoreBusy."""
        if isinstance(self._changes, SqliteChanges):
            with told_as_busy(), self._changes.reading() as raw:
                yield Glance(self.engine.dialect, raw)
            return
        with self.glancing() as connection:
            yield connection

    def look_up(self, key: Hashable, read: Callable[[], _T]) -> _T:
        """Return what `read` returned for this key, which is little, since anybody has committed anything."""
        return self._memory.look_up(key, read)

    def recall(self, key: Hashable, read: Callable[[], _T], good: Callable[[_T], bool] = lambda _: True) -> _T:
        """Return what `read` returned for this key, anew when anybody has committed anything or it is not `good`."""
        return self._memory.recall(key, read, good)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection whose transaction is the only one writing, committed on the way out; raises StoreBusy."""
        if not self._turn.acquire(timeout=self._wait):
            raise StoreLocked("other requests of this process kept the database busy")
        try:
            with told_as_busy(), self._transaction() as connection:
                yield connection
        finally:
            self._turn.release()

    def write(self, work: Work[_T]) -> _T:
        """Return what `work` did with such a connection, in a transaction it may share; raises StoreBusy.

        It may be called twice, because what failed in company is done again alone: it must change nothing else.
        """
        return self._together.write(work)

    def upgrade(self) -> None:
        """Bring the database to the newest schema; safe when several processes start at once."""
        upgrade(self.engine, self.writing)

    def close(self) -> None:
        """Close every connection."""
        self._changes.close()
        with self._turn:
            if self._pen is not None:
                self._pen.close()
        self.engine.dispose()


def open_store(url: str, wait: float = WAIT_SECONDS) -> Store:
    """Return the store at a SQLAlchemy URL; `wait` seconds is how long a busy database is waited for."""
    parsed = make_url(url)
    made = {"sqlite": _sqlite, "postgresql": _postgresql}.get(parsed.get_backend_name())
    if made is None:
        raise ValueError(f"the store cannot be {parsed.get_backend_name()}; use a sqlite or a postgresql URL")
    engine = made(parsed, wait)
    event.listen(engine, "begin", _begin)
    changes = SqliteChanges(parsed, wait) if engine.dialect.name == "sqlite" else PostgresqlChanges(engine)
    return Store(engine, changes, wait)


def _begin(connection: Connection) -> None:
    """Begin a transaction with the statement the connection is to begin with, if any."""
    statement = connection.get_execution_options().get("begin", _READING[connection.dialect.name])
    if statement:
        connection.exec_driver_sql(statement)


def _sqlite(url: URL, wait: float) -> Engine:
    if not url.database or url.database == ":memory:":
        raise ValueError("the store needs a file; name one in the URL, as in sqlite:///instance/portal.sqlite3")
    Path(url.database).touch(mode=0o600)
    engine = create_engine(
        url,
        pool_size=16,
        max_overflow=48,
        pool_use_lifo=True,
        pool_timeout=wait,
        connect_args={"timeout": wait, "check_same_thread": False, "isolation_level": None},
    )

    @event.listens_for(engine, "connect")
    def prepare(raw: Any, _record: Any) -> None:
        raw.execute("PRAGMA foreign_keys = ON")
        raw.execute("PRAGMA synchronous = NORMAL")

    return engine


def _postgresql(url: URL, wait: float) -> Engine:
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=8,
        max_overflow=24,
        pool_timeout=wait,
        pool_pre_ping=True,
        connect_args={"connect_timeout": max(2, round(wait))},
    )

    @event.listens_for(engine, "connect")
    def prepare(raw: Any, _record: Any) -> None:
        raw.execute(f"SET lock_timeout = {round(wait * 1000)}")
        raw.commit()

    return engine
