"""Remember how far old messages were brought in, so that an import goes on where it ended."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select

from connector.ledger import dialect
from connector.ledger.import_tables import IMPORT

__all__ = ["Range", "drop_import", "import_place", "set_import_place"]

Range = tuple[str, datetime, datetime]
"""An intake, the first moment of a range, and the first one behind it."""


def import_place(connection: Connection, of: Range) -> Mapping[str, Any] | None:
    """Give where the import of this range stands, in its reader's own words; None where it never began."""
    found: Mapping[str, Any] | None = connection.execute(select(IMPORT.c.place).where(*_is(of))).scalar_one_or_none()
    return found


def set_import_place(connection: Connection, of: Range, place: Mapping[str, Any], now: datetime) -> None:
    """Note where the import of this range stands now."""
    intake, since, until = of
    insert = dialect.insert(connection, IMPORT).values(
        intake=intake, since=since, until=until, place=dict(place), changed_at=now
    )
    changed = {name: insert.excluded[name] for name in ("place", "changed_at")}
    key = [IMPORT.c.intake, IMPORT.c.since, IMPORT.c.until]
    connection.execute(insert.on_conflict_do_update(index_elements=key, set_=changed))


def drop_import(connection: Connection, of: Range) -> None:
    """Forget the range: its import is done, and another one begins anew."""
    connection.execute(delete(IMPORT).where(*_is(of)))


def _is(of: Range) -> tuple[Any, ...]:
    return tuple(
        column == value for column, value in zip((IMPORT.c.intake, IMPORT.c.since, IMPORT.c.until), of, strict=True)
    )
