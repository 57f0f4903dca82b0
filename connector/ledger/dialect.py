"""Say in one place what SQLite and PostgreSQL say differently."""

from typing import Any

import orjson
from sqlalchemy import (
    BigInteger,
    Connection,
    Dialect,
    Subquery,
    Table,
    Text,
    TypeDecorator,
    bindparam,
    column,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import TypeEngine

__all__ = ["batch", "insert", "is_sqlite"]

Insert = sqlite.Insert | postgresql.Insert


class _List(TypeDecorator[list[Any]]):
    """A list of any length in one parameter: JSON text for SQLite, an array for PostgreSQL."""

    impl = Text
    cache_ok = True

    def __init__(self, item: type[Text] | type[BigInteger]) -> None:
        super().__init__()
        self.item = item

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Text() if is_sqlite(dialect) else postgresql.ARRAY(self.item()))

    def process_bind_param(self, value: list[Any] | None, dialect: Dialect) -> Any:
        return orjson.dumps(value).decode() if is_sqlite(dialect) else value


def is_sqlite(where: Dialect | Connection) -> bool:
    """Tell whether this is SQLite; everything else is PostgreSQL."""
    dialect = where.dialect if isinstance(where, Connection) else where
    return dialect.name == "sqlite"


def insert(where: Dialect | Connection, table: Table) -> Insert:
    """Give the insert statement that knows `on_conflict_do_update` and `on_conflict_do_nothing`."""
    return sqlite.insert(table) if is_sqlite(where) else postgresql.insert(table)


def batch(where: Dialect | Connection, name: str, item: type[Text] | type[BigInteger] = Text) -> Subquery:
    """Give the list in the parameter of that name as a table with the columns position (from 0) and value."""
    listed = bindparam(name, type_=_List(item))
    if is_sqlite(where):
        rows = func.json_each(listed).table_valued(column("key", BigInteger), column("value", item))
        return select(rows.c.key.label("position"), rows.c.value.label("value")).subquery(name)
    rows = func.unnest(listed).table_valued(column("value", item), with_ordinality="position").render_derived()
    return select((rows.c.position - 1).label("position"), rows.c.value.label("value")).subquery(name)
