"""Name the conditions that several questions share."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, or_, select, text

from connector.ledger.model import UNREADABLE_CHANNEL, UNREADABLE_ROW_CHANNEL, Window
from connector.ledger.tables import ENTRY, FILE

__all__ = ["NOT_DELIVERED", "OPEN_STATES", "WAITS", "within"]

WAITS: Final = text("file.pending")
NOT_DELIVERED: Final = text("entry.state <> 'delivered'")
# These are the very words of the partial indexes: SQLite uses them only for a question that repeats them.

OPEN_STATES: Final = ("held", "sending")
"""An entry in any other state is in its final one; asked this way round, that takes one look at an index, not three."""


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ITS_FILE = FILE.alias("its_file")


def within(window: Window) -> Iterator[ColumnElement[bool]]:
    """Give the conditions that an entry ended within the window; one without an end is in the unbounded window only.

    What could not be read, or was forgotten, tells no end of its own: the last change of its file counts instead, as it
    does where a run meets such a file anew.
    """
    if window.since is None and window.until is None:
        return
    told = or_(ENTRY.c.channel.in_((UNREADABLE_CHANNEL, UNREADABLE_ROW_CHANNEL)), ENTRY.c.code == "forgotten")
    changed_ns = select(_ITS_FILE.c.modified_ns).where(_ITS_FILE.c.id == ENTRY.c.file_id).scalar_subquery()
    by_end, by_file = [], [ENTRY.c.ended_at.is_(None), told]
    if window.since is not None:
        by_end.append(ENTRY.c.ended_at >= window.since)
        by_file.append(changed_ns >= _nanoseconds(window.since))
    if window.until is not None:
        by_end.append(ENTRY.c.ended_at < window.until)
        by_file.append(changed_ns < _nanoseconds(window.until))
    yield or_(and_(*by_end), and_(*by_file))


def _nanoseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1) * 1000
