"""Statements that run for nearly every request: compiled once, then given to the driver without a detour.

SQLAlchemy writes the SQL and names the conversions; what it would look up again for each execution is kept here. Faults
of the driver are told as SQLAlchemy would tell them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.base import Executable

from portal_backend.store.changes import Glance

Row = Sequence[Any]
_Convert = Callable[[Any], Any]


def _lost(connection: Connection, fault: Any) -> bool:
    """Whether the database went away, in which case the connection is given up."""
    driver: Any = connection.connection.dbapi_connection
    lost = connection.dialect.is_disconnect(fault, driver, None)
    if lost:
        connection.invalidate(fault)
    return lost


@dataclass(frozen=True)
class _Compiled:
    """The SQL for one driver, its parameters with places for what is given, and what has to be converted."""

    sql: str
    template: list[Any] | dict[Any, Any]
    given: tuple[tuple[Any, str, _Convert | None], ...]
    received: tuple[tuple[int, _Convert], ...]

    def parameters(self, values: Mapping[str, Any]) -> Any:
        """Return what the driver takes."""
        filled = self.template.copy()
        for place, name, convert in self.given:
            filled[place] = convert(values[name]) if convert else values[name]
        return filled

    def row(self, values: Row) -> Row:
        """Return a row of the driver as Python values; what is NULL is None in every type."""
        if not self.received:
            return values
        row = list(values)
        for index, convert in self.received:
            if row[index] is not None:
                row[index] = convert(row[index])
        return row


class Prepared:
    """One statement; `run` on any connection."""

    def __init__(self, statement: Executable) -> None:
        """Take a statement whose values are all bound by name."""
        self.statement = statement
        self._known: dict[tuple[str, tuple[str, ...]], _Compiled] = {}

    def first(self, connection: Connection | Glance, values: Mapping[str, Any]) -> Row | None:
        """Return the first row, or None."""
        compiled = self._compiled(connection.dialect, values)
        found = self._cursor(connection, compiled, compiled.parameters(values), lambda cursor: cursor.fetchone())
        return None if found is None else compiled.row(found)

    def all(self, connection: Connection | Glance, values: Mapping[str, Any]) -> list[Row]:
        """Return every row."""
        compiled = self._compiled(connection.dialect, values)
        found = self._cursor(connection, compiled, compiled.parameters(values), lambda cursor: cursor.fetchall())
        return [compiled.row(row) for row in found]

    def run(self, connection: Connection | Glance, values: Mapping[str, Any]) -> int:
        """Run it for its effect and return how many rows that had."""
        compiled = self._compiled(connection.dialect, values)
        changed = self._cursor(connection, compiled, compiled.parameters(values), lambda cursor: cursor.rowcount)
        return int(changed)

    def run_each(self, connection: Connection | Glance, many: Sequence[Mapping[str, Any]]) -> None:
        """Run it once with each of these values, of which all name the same."""
        compiled = self._compiled(connection.dialect, many[0])
        parameters = [compiled.parameters(values) for values in many]
        self._cursor(connection, compiled, parameters, lambda _: None, "executemany")

    def _cursor(
        self,
        connection: Connection | Glance,
        compiled: _Compiled,
        parameters: Any,
        take: Callable[[Any], Any],
        way: str = "execute",
    ) -> Any:
        dialect = connection.dialect
        driver: Any = dialect.loaded_dbapi
        cursor = connection.connection.cursor()
        try:
            getattr(cursor, way)(compiled.sql, parameters)
            return take(cursor)
        except driver.Error as fault:
            lost = isinstance(connection, Connection) and _lost(connection, fault)
            raise DBAPIError.instance(
                compiled.sql,
                None,
                fault,
                driver.Error,
                hide_parameters=True,
                connection_invalidated=lost,
                dialect=dialect,
            ) from fault
        finally:
            cursor.close()

    def _compiled(self, dialect: Dialect, values: Mapping[str, Any]) -> _Compiled:
        key = (dialect.name, tuple(values))
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._compile(dialect, list(values))
        return found

    def _compile(self, dialect: Dialect, names: list[str]) -> _Compiled:
        statement: Any = self.statement
        made = statement.compile(dialect=dialect, column_keys=names if statement.is_dml else None)
        converts = {name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in made.binds.items()}
        fixed = {
            name: convert(value) if (convert := converts.get(name)) and name not in names else value
            for name, value in made.params.items()
        }
        order = list(made.positiontup or fixed)
        columns = () if statement.is_dml and not statement.exported_columns else statement.exported_columns
        received = (
            (index, column.type.dialect_impl(dialect).result_processor(dialect, None))
            for index, column in enumerate(columns)
        )
        named = made.positiontup is None
        return _Compiled(
            made.string,
            fixed if named else [fixed[name] for name in order],
            tuple(
                (name if named else place, name, converts.get(name))
                for place, name in enumerate(order)
                if name in names
            ),
            tuple((index, convert) for index, convert in received if convert),
        )
