"""Write what happened: entries, steps, files that are done and budgets that were spent."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from functools import cache
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import Connection, Dialect, bindparam, update

from connector.ledger import budget, dialect
from connector.ledger.correction import drop_placeholders
from connector.ledger.model import UNREADABLE_CHANNEL, Change, EntryRow, StepRow
from connector.ledger.tables import ENTRY, FILE, STEP

__all__ = ["apply_changes"]

_ENTRY_NAMES: Final = tuple(field.name for field in fields(EntryRow))
_STEP_NAMES: Final = tuple(field.name for field in fields(StepRow))
_entry_values = attrgetter(*_ENTRY_NAMES)
_step_values = attrgetter(*_STEP_NAMES)
_KEPT: Final = frozenset({"id", "first_seen_at"})


def apply_changes(connection: Connection, changes: Sequence[Change]) -> None:
    """Write these changes; where one entry comes several times, the last one stands and every step is kept.

    A file that is done and was no placeholder's of its own loses the placeholder that stood for it.
    """
    # The keys are in order so that two processes that write the same entries wait for, and never block, each other.
    latest = {change.entry.id: change.entry for change in changes if change.entry is not None}
    _write(
        connection,
        _upsert(connection.dialect),
        (dict(zip(_ENTRY_NAMES, _entry_values(latest[id_]), strict=True)) for id_ in sorted(latest)),
    )
    steps = (step for change in changes for step in change.steps)
    _write(connection, STEP.insert(), (dict(zip(_STEP_NAMES, _step_values(step), strict=True)) for step in steps))
    _write(connection, _DONE, ({"file": id_} for change in changes for id_ in change.files_done))
    drop_placeholders(connection, _readable(changes))
    for spent in (change.budget for change in changes if change.budget is not None):
        budget.book(connection, spent)


def _readable(changes: Sequence[Change]) -> list[int]:
    """Give the files that were read: what stood for them while they could not be is no longer so."""
    unreadable = {
        change.entry.file_id for change in changes if change.entry and change.entry.channel == UNREADABLE_CHANNEL
    }
    return [id_ for change in changes for id_ in change.files_done if id_ not in unreadable]


def _write(connection: Connection, statement: Any, rows: Iterable[dict[str, Any]]) -> None:
    if listed := list(rows):
        connection.execute(statement, listed)


_DONE = update(FILE).where(FILE.c.id == bindparam("file")).values(pending=False)


@cache
def _upsert(database: Dialect) -> dialect.Insert:
    statement = dialect.insert(database, ENTRY)
    changed = {name: statement.excluded[name] for name in _ENTRY_NAMES if name not in _KEPT}
    return statement.on_conflict_do_update(index_elements=[ENTRY.c.id], set_=changed)
