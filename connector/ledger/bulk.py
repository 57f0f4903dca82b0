"""Hand many rows to the driver at once, below SQLAlchemy's statements: each file and each step pays for this."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from sqlalchemy import Connection, Dialect, Insert, Table, Update

__all__ = ["Bulk", "prepare"]

ROWS: Final = 500
"""So many rows are in memory as the driver takes them; more of them at once are no faster."""


@dataclass(frozen=True, slots=True)
class Bulk:
    """A statement that writes rows as the driver knows it, and how values become what the driver takes."""

    sql: str
    names: tuple[str, ...]
    """The columns in the order in which a row's values are given."""
    converters: tuple[tuple[int, Callable[[Any], Any]], ...]
    """By position, for those columns whose values are not written as they are."""

    def write(self, connection: Connection, rows: Iterable[Sequence[Any]]) -> None:
        """Write these rows; nothing is sent where there is none."""
        converted = map(self._row, rows)
        while part := list(islice(converted, ROWS)):
            connection.exec_driver_sql(self.sql, part)

    def _row(self, row: Sequence[Any]) -> tuple[Any, ...]:
        values = list(row)
        for position, convert in self.converters:
            if (value := values[position]) is not None:
                values[position] = convert(value)
        return tuple(values)


def prepare(database: Dialect, statement: Insert | Update, table: Table, names: Collection[str]) -> Bulk:
    """Compile a statement that sets these columns; see the result for their order."""
    positional: Any = type(database)
    style = "qmark" if database.paramstyle == "qmark" else "format"
    compiled = statement.compile(dialect=positional(paramstyle=style), column_keys=list(names))
    order = tuple(compiled.positiontup or ())
    processors = [table.c[name].type.dialect_impl(database).bind_processor(database) for name in order]
    converters = tuple((position, found) for position, found in enumerate(processors) if found is not None)
    return Bulk(str(compiled), order, converters)
