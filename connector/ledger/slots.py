"""Keep, for all processes and machines, which due moments of a job are dealt with."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from connector.ledger import dialect, runlog
from connector.ledger.model import RunRow
from connector.ledger.slot_tables import SCHEDULE, SLOT

__all__ = ["SlotRow", "latest_slots", "note_slots", "reckoned_from", "slot", "start_slot_run", "watch_schedule"]


class SlotRow(NamedTuple):
    """One moment at which a job was due; `note` says why there was no run."""

    job: str
    due_at: datetime
    run_id: str | None
    note: str | None
    noted_at: datetime


def reckoned_from(connection: Connection, job: str, cron: str, timezone: str) -> datetime | None:
    """Give the moment after which this schedule's slots are still open; None where it is a new or changed one."""
    known = connection.execute(select(SCHEDULE).where(SCHEDULE.c.job == job)).first()
    if known is None or (known.cron, known.timezone) != (cron, timezone):
        return None
    last: datetime | None = connection.execute(select(func.max(SLOT.c.due_at)).where(SLOT.c.job == job)).scalar()
    since: datetime = known.since
    return max(since, last) if last is not None else since


def watch_schedule(connection: Connection, job: str, cron: str, timezone: str, now: datetime) -> datetime:
    """Note that the job has this schedule from now on, and give the moment after which its slots are open."""
    if (found := reckoned_from(connection, job, cron, timezone)) is not None:
        return found
    row = {"job": job, "cron": cron, "timezone": timezone, "since": now}
    written = dialect.insert(connection, SCHEDULE).values(**row)
    connection.execute(written.on_conflict_do_update(index_elements=[SCHEDULE.c.job], set_=row))
    return now


def start_slot_run(connection: Connection, row: RunRow, due_at: datetime) -> bool:
    """Note that a run began for this slot, both or nothing; False where the slot is dealt with already."""
    if not _claim(connection, SlotRow(row.job, due_at, row.id, None, row.started_at)):
        return False
    runlog.start_run(connection, row)
    return True


def note_slots(connection: Connection, job: str, due: Collection[datetime], note: str, now: datetime) -> int:
    """Note that these slots get no run, and give how many of them nobody had dealt with."""
    return sum(_claim(connection, SlotRow(job, due_at, None, note, now)) for due_at in sorted(due))


def slot(connection: Connection, job: str, due_at: datetime) -> SlotRow | None:
    """Give what became of one due moment; None where it is still open."""
    row = connection.execute(select(SLOT).where(SLOT.c.job == job, SLOT.c.due_at == due_at)).first()
    return SlotRow(*row) if row else None


def latest_slots(connection: Connection, job: str, limit: int = 20) -> Sequence[SlotRow]:
    """Give the job's latest slots that are dealt with, newest first."""
    wanted = select(SLOT).where(SLOT.c.job == job).order_by(SLOT.c.due_at.desc()).limit(limit)
    return [SlotRow(*row) for row in connection.execute(wanted)]


def _claim(connection: Connection, row: SlotRow) -> bool:
    written = dialect.insert(connection, SLOT).values(**row._asdict()).on_conflict_do_nothing()
    # By what it gives back and not by a count of rows, which not every driver tells.
    return connection.execute(written.returning(SLOT.c.job)).first() is not None
