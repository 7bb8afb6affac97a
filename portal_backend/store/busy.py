"""Tells "not now" from a mistake: which faults of a database mean that the same may work a moment later."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

_LOCKED = ("SQLITE_BUSY", "SQLITE_LOCKED", "55P03")
_BUSY = ("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN", "08", "40", "53", "57P")
"""SQLite's names, and PostgreSQL's classes: connections, serialization, no resources, the server going down."""


class StoreBusy(Exception):
    """The database did not answer in time, cannot be reached or has no room; nothing was changed."""


class StoreLocked(StoreBusy):
    """Somebody else was writing for longer than this one waited."""


@contextmanager
def told_as_busy() -> Iterator[None]:
    """Turn faults that mean "not now" into StoreBusy and let all others through."""
    try:
        yield
    except PoolTimeout as fault:
        raise StoreBusy("every connection to the database is in use") from fault
    except DBAPIError as fault:
        code = _code(fault)
        if code.startswith(_LOCKED):
            raise StoreLocked(str(fault.orig)) from fault
        if fault.connection_invalidated or code.startswith(_BUSY):
            raise StoreBusy(str(fault.orig)) from fault
        raise


def _code(fault: DBAPIError) -> str:
    """Return what the driver calls a fault; one that never reached a PostgreSQL server has no code of its own."""
    name: str | None = getattr(fault.orig, "sqlite_errorname", None)
    if name is not None:
        return name
    unreached = "08" if isinstance(fault, OperationalError) else ""
    return getattr(fault.orig, "sqlstate", None) or unreached
