"""Tells whether anything was committed to a database since it was last asked, by this process or any other.

SQLite counts the commits of other connections; one that never writes sees all of them. PostgreSQL names what a
transaction can see: as long as that name is the same, so is all it can read. Neither looks at a table.
"""

import sqlite3
import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol, TypeVar

from sqlalchemy import URL, Dialect, Engine

from portal_backend.store.busy import StoreBusy, told_as_busy

_T = TypeVar("_T")
_MOST = 4096
Version = Hashable


class Changes(Protocol):
    """Something that tells one state of a database from another; `cheap` when asking costs less than one row read."""

    cheap: bool

    def version(self) -> Version:
        """Return what is the same as long as nothing was committed; raises StoreBusy."""
        ...

    def close(self) -> None:
        """Let go of the database."""
        ...


class SqliteChanges:
    """Watches a SQLite file through a connection of its own, which is opened when first needed."""

    cheap = True

    def __init__(self, url: URL, wait: float) -> None:
        """Take the address of the file."""
        self._file, self._wait = str(url.database), wait
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    def version(self) -> Version:
        """Return SQLite's count of the changes seen."""
        with self.reading() as connection:
            return int(connection.execute("PRAGMA data_version").fetchone()[0])

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give the connection to the one who reads with it; raises StoreBusy."""
        with self._lock:
            try:
                if self._connection is None:
                    self._connection = sqlite3.connect(
                        self._file, timeout=self._wait, isolation_level=None, check_same_thread=False
                    )
                yield self._connection
            except sqlite3.OperationalError as fault:
                raise StoreBusy(str(fault)) from fault

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None


@dataclass(frozen=True)
class Glance:
    """A driver's own connection, as `Prepared` takes one: for a single row it costs a tenth of a whole Connection."""

    dialect: Dialect
    connection: sqlite3.Connection


class PostgresqlChanges:
    """Watches a PostgreSQL database by the snapshot a new transaction gets."""

    cheap = False

    def __init__(self, engine: Engine) -> None:
        """Take the engine to ask through."""
        self._engine = engine

    def version(self) -> Version:
        """Return the name of what can be seen now."""
        with told_as_busy(), self._engine.begin() as connection:
            return str(connection.exec_driver_sql("SELECT pg_current_snapshot()").scalar_one())

    def close(self) -> None:
        """Do nothing: the connection is the engine's."""


class Memory:
    """What was read from a database, for as long as nobody commits anything to it.

    The version is asked for before the value is read, so a value is never older than the version it is kept under.
    """

    def __init__(self, changes: Changes) -> None:
        """Remember nothing yet."""
        self._changes = changes
        self._known: tuple[Version, dict[Hashable, object]] = (None, {})

    def look_up(self, key: Hashable, read: Callable[[], _T]) -> _T:
        """Return what `recall` would, unless reading one row costs no more than asking what was committed."""
        return self.recall(key, read) if self._changes.cheap else read()

    def recall(self, key: Hashable, read: Callable[[], _T], good: Callable[[_T], bool] = lambda _: True) -> _T:
        """Return what `read` returned for this key since the last commit, if it is still `good`, or call it now."""
        version = self._changes.version()
        known, values = self._known
        if known != version:
            values = {}
            self._known = (version, values)
        found = values.get(key)
        if found is not None and good(found):  # type: ignore[arg-type]
            return found  # type: ignore[return-value]
        value = read()
        if len(values) < _MOST:
            values[key] = value
        return value
