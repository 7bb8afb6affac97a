"""The one connection by which a process writes to a SQLite file, and how it gets its turn among other processes.

To SQLAlchemy this connection is always inside a transaction; the real ones begin and end here, at the driver, which
costs less. It is the same connection for all of them, so it keeps what it has read and compiled.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from portal_backend.store.turn import Turn

_SHORTEST_NAP, _LONGEST_NAP = 0.0002, 0.002
_BEGIN, _COMMIT = "BEGIN IMMEDIATE", "COMMIT"


class Pen:
    """Writes, one transaction at a time; whoever holds it lets no other thread of the process have it."""

    def __init__(self, engine: Engine, wait: float) -> None:
        """Take an engine whose connections begin nothing by themselves, and for how many seconds others are waited."""
        self._engine, self._wait = engine, wait
        self._connection: Connection | None = None
        self._turn = Turn(f"{engine.url.database}-turn")

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Give the connection in a transaction no other process writes beside, committed on the way out."""
        connection = self._connection or self._connect()
        raw: Any = connection.connection.dbapi_connection
        due = time.monotonic() + self._wait
        with self._turn.taken(due):
            _run(raw, _BEGIN, due)
            try:
                yield connection
                _run(raw, _COMMIT)
            except BaseException:
                self._undo(raw)
                raise

    def _connect(self) -> Connection:
        connection = self._engine.connect()
        connection.detach()
        connection.begin()
        # SQLite itself looks less and less often, down to ten times a second, and would sleep through many short turns.
        if connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal":
            connection.exec_driver_sql("PRAGMA busy_timeout = 0")
        self._connection = connection
        return connection

    def _undo(self, raw: Any) -> None:
        """Roll back; a connection that cannot even do that is given up."""
        try:
            raw.rollback()
        except sqlite3.Error:
            self._disconnect()

    def close(self) -> None:
        """Close everything; the next transaction opens it again."""
        self._disconnect()
        self._turn.close()

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _run(raw: Any, statement: str, due: float = 0.0) -> None:
    """Run a statement, until `due` again and again for as long as another process writes."""
    nap = _SHORTEST_NAP
    while True:
        try:
            raw.execute(statement)
            return
        except sqlite3.OperationalError as fault:
            if fault.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() >= due:
                raise OperationalError(statement, None, fault) from fault
        time.sleep(nap)
        nap = min(_LONGEST_NAP, nap * 1.2)
