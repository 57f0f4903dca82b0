"""Hand many rows to the driver at once: the one place below SQLAlchemy's statements, for what each session pays."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Dialect, Table
from sqlalchemy.sql.dml import Insert

__all__ = ["Bulk", "prepare"]


@dataclass(frozen=True, slots=True)
class Bulk:
    """An insert statement as the driver knows it, and how a value of a row becomes what the driver takes."""

    sql: str
    values: Callable[[Any], tuple[Any, ...]]
    converters: tuple[tuple[int, Callable[[Any], Any]], ...]
    """By position, for those columns whose values are not written as they are."""

    def write(self, connection: Connection, rows: Iterable[Any]) -> None:
        """Write these rows; nothing is sent where there is none."""
        if listed := [self._row(row) for row in rows]:
            connection.exec_driver_sql(self.sql, listed)

    def _row(self, row: Any) -> tuple[Any, ...]:
        values = list(self.values(row))
        for position, convert in self.converters:
            if (value := values[position]) is not None:
                values[position] = convert(value)
        return tuple(values)


def prepare(database: Dialect, statement: Insert, table: Table, names: Sequence[str]) -> Bulk:
    """Compile an insert of these columns; a row is an object with an attribute for each of them."""
    style = "qmark" if database.paramstyle == "qmark" else "format"
    positional: Any = type(database)
    compiled = statement.compile(dialect=positional(paramstyle=style), column_keys=list(names))
    order = compiled.positiontup or list(names)
    processors = [table.c[name].type.dialect_impl(database).bind_processor(database) for name in order]
    converters = tuple((position, found) for position, found in enumerate(processors) if found is not None)
    return Bulk(str(compiled), attrgetter(*order), converters)
