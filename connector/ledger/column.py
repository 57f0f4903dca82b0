"""Store times, words and JSON so that both databases give back what was put in."""

from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import BigInteger, DateTime, Dialect, Integer, Text, TypeDecorator
from sqlalchemy.types import TypeEngine

__all__ = ["Json", "Key", "Name", "UtcTime", "Word"]

Key = BigInteger().with_variant(Integer(), "sqlite")
"""A number that the database gives: SQLite only counts up by itself in a column that is called INTEGER."""

Name = Text().with_variant(Text(collation="C"), "postgresql")
"""Text that is paged by: both databases sort it by code point, as Python does."""


class UtcTime(TypeDecorator[datetime]):
    """An aware moment; PostgreSQL has a type for it, SQLite gets text of one length, so that order is time."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose text where the database has no type for moments."""
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Write the moment in UTC; raise ValueError for one without a time zone."""
        if value is None:
            return None
        if value.tzinfo is not UTC:
            if value.tzinfo is None:
                raise ValueError(f"{value} has no time zone")
            value = value.astimezone(UTC)
        return value.isoformat(timespec="microseconds")[:26] + "Z" if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Read the moment, aware, in UTC."""
        if value is None:
            return None
        if dialect.name == "sqlite":
            return datetime.fromisoformat(value).replace(tzinfo=UTC)
        moment: datetime = value
        return moment.astimezone(UTC)


class Word(TypeDecorator[str]):
    """One word of a closed list; a member of an enumeration is stored as the text it stands for."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's shape
        """Write plain text: database drivers have ideas of their own about enumerations."""
        return None if value is None else str(value)


class Json(TypeDecorator[Any]):
    """Facts as JSON text; what no JSON can say is written as text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's shape
        """Write JSON text, keys in the order they came."""
        return None if value is None else orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS).decode()

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002 - SQLAlchemy's shape
        """Read the facts back."""
        return None if value is None else orjson.loads(value)
