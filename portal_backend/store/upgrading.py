"""Brings a database to the newest schema with Alembic, one process at a time and all or nothing."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from portal_backend.store.busy import StoreLocked, told_as_busy

_MIGRATIONS = Path(__file__).parent / "migrations"
_PATIENCE = 60.0
_PAUSE = 0.05


def upgrade(engine: Engine, writing: Callable[[], AbstractContextManager[Connection]]) -> None:
    """Run the migrations that are missing inside one write transaction; without any, nothing is locked.

    While another process does the same this one waits, longer than a request would, and then finds nothing to do.
    """
    settings = Config()
    settings.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    newest = ScriptDirectory.from_config(settings).get_current_head()
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            with told_as_busy():
                return _upgrade_once(engine, writing, settings, newest)
        except StoreLocked:
            if time.monotonic() > until:
                raise
            time.sleep(_PAUSE)


def _upgrade_once(
    engine: Engine, writing: Callable[[], AbstractContextManager[Connection]], settings: Config, newest: str | None
) -> None:
    if engine.dialect.name == "sqlite":
        _use_wal(engine)
    with engine.connect() as connection:
        if MigrationContext.configure(connection).get_current_revision() == newest:
            return
    with writing() as connection:
        settings.attributes["connection"] = connection
        command.upgrade(settings, "head")


def _use_wal(engine: Engine) -> None:
    """Switch the file to WAL, once for all who open it; this cannot be done inside a transaction."""
    with engine.execution_options(begin="").connect() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode = WAL")
