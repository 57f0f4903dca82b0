"""Write what happened: entries, steps, files that are done, budgets that were spent, messages that came and went."""

from collections.abc import Callable, Sequence
from dataclasses import fields
from functools import lru_cache
from operator import attrgetter
from typing import Any, Final, NamedTuple

from sqlalchemy import BigInteger, Connection, Dialect, Update, bindparam, select, update

from connector.ledger import budget, bulk, cases, dialect, inbox
from connector.ledger.correction import drop_placeholders
from connector.ledger.model import UNREADABLE_CHANNEL, Change, EntryRow, Progress, StepRow
from connector.ledger.tables import ENTRY, FILE, STEP

__all__ = ["apply_changes"]

KEPT: Final = frozenset({"id", "first_seen_at"})


class _Writing(NamedTuple):
    """How entries and steps are written, and the values of each in the order they are written in."""

    entries: bulk.Bulk
    progress: bulk.Bulk
    steps: bulk.Bulk
    finished: Update
    of_entry: Callable[[EntryRow], tuple[Any, ...]]
    of_progress: Callable[[Progress], tuple[Any, ...]]
    of_step: Callable[[StepRow], tuple[Any, ...]]


def apply_changes(connection: Connection, changes: Sequence[Change]) -> None:
    """Write these changes; where one entry comes several times, the last one stands and every step is kept.

    A file that is done and could be read loses the entry that stood for it while it could not be.
    """
    writing = _writing(connection.dialect)
    # In the order of the ids, so that two processes that write the same entries wait for, and never block, each other.
    whole, progress = _latest(changes)
    writing.entries.write(connection, (writing.of_entry(whole[id_]) for id_ in sorted(whole)))
    writing.progress.write(connection, (writing.of_progress(progress[id_]) for id_ in sorted(progress)))
    writing.steps.write(connection, (writing.of_step(step) for change in changes for step in change.steps))
    if done := [id_ for change in changes for id_ in change.files_done]:
        connection.execute(writing.finished, {"files": done})
        drop_placeholders(connection, _readable(changes))
    for spent in (change.budget for change in changes if change.budget is not None):
        budget.book(connection, spent)
    if received := [change.received for change in changes if change.received is not None]:
        inbox.accept(connection, received)
    if handled := [one for change in changes for one in change.handled]:
        inbox.mark_handled(connection, handled)
    if turns := [change.turn for change in changes if change.turn is not None]:
        cases.write_turns(connection, turns)


def _latest(changes: Sequence[Change]) -> tuple[dict[str, EntryRow], dict[str, Progress]]:
    """Give what stands of each entry in the end; an entry may be written whole and come further in one group."""
    whole: dict[str, EntryRow] = {}
    progress: dict[str, Progress] = {}
    for change in changes:
        if change.entry is not None:
            whole[change.entry.id] = change.entry
            progress.pop(change.entry.id, None)
        if change.progress is not None:
            progress[change.progress.id] = change.progress
    return whole, progress


def _readable(changes: Sequence[Change]) -> list[int]:
    entries = [change.entry for change in changes if change.entry is not None]
    unreadable = {entry.file_id for entry in entries if entry.channel == UNREADABLE_CHANNEL}
    return [id_ for change in changes for id_ in change.files_done if id_ not in unreadable]


@lru_cache(maxsize=4)
def _writing(database: Dialect) -> _Writing:
    names = EntryRow._fields
    entry = dialect.insert(database, ENTRY)
    changed = {name: entry.excluded[name] for name in names if name not in KEPT}
    entry = entry.on_conflict_do_update(index_elements=[ENTRY.c.id], set_=changed)
    entries = bulk.prepare(database, entry, ENTRY, names)
    further = update(ENTRY).where(ENTRY.c.id == bindparam("id"))
    progress = bulk.prepare(database, further, ENTRY, [name for name in Progress._fields if name != "id"])
    steps = bulk.prepare(database, dialect.insert(database, STEP), STEP, [field.name for field in fields(StepRow)])
    given = dialect.batch(database, "files", BigInteger)
    finished = update(FILE).where(FILE.c.id.in_(select(given.c.value))).values(pending=False)
    getters = [attrgetter(*part.names) for part in (entries, progress, steps)]
    return _Writing(entries, progress, steps, finished, *getters)
