"""Name the conditions that several questions share."""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import ColumnElement, text

from connector.ledger.model import Window
from connector.ledger.tables import ENTRY

__all__ = ["NOT_DELIVERED", "OPEN_STATES", "WAITS", "within"]

WAITS: Final = text("file.pending")
NOT_DELIVERED: Final = text("entry.state <> 'delivered'")
# These are the very words of the partial indexes: SQLite uses them only for a question that repeats them.

OPEN_STATES: Final = ("held", "sending")
"""An entry in any other state is in its final one; asked this way round, that takes one look at an index, not three."""


def within(window: Window) -> Iterator[ColumnElement[bool]]:
    """Give the conditions that an entry ended within the window; one without an end is in the unbounded window only."""
    if window.since is not None:
        yield ENTRY.c.ended_at >= window.since
    if window.until is not None:
        yield ENTRY.c.ended_at < window.until
