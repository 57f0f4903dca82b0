"""Answer what a report asks of the ledger: which runs, what each entry came to in them, how their fields fared."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, Text, func, select, type_coerce

from connector.ledger import dialect
from connector.ledger.model import EVER, RunRow, Window
from connector.ledger.tables import ENTRY, FILE, MAPPING_STAT, RUN, STEP
from connector.reason import Code, Outcome

__all__ = [
    "Closing",
    "FieldStatistics",
    "awaited_audio",
    "closings",
    "field_statistics",
    "first_step",
    "newest_run",
    "runs_before",
    "runs_between",
    "runs_by_id",
]

OUTCOMES = tuple(outcome.value for outcome in Outcome if outcome is not Outcome.UNCHANGED)
PAGE_ROWS = 5_000
WRITING_DELAY = timedelta(minutes=10)
"""Steps are written in groups and by several processes: so far their order of writing may stray from their times."""


class Closing(NamedTuple):
    """What one entry came to in one run: the step that closed it, and what the ledger knows of the entry now."""

    step_id: int
    entry_id: str
    run_id: str
    at: datetime
    outcome: str
    facts: dict[str, Any]
    external_id: str | None
    channel: str
    session_id: str
    leg: str
    ended_at: datetime | None
    audio_state: str
    mapping: str | None
    path: str | None
    """The file the entry came from, as its storage lists it."""


class FieldStatistics(NamedTuple):
    """How one field of one mapping fared in one run, as the run counted it."""

    run_id: str
    mapping: str
    field: str
    facts: dict[str, Any]


def newest_run(connection: Connection, job: str | None = None) -> RunRow | None:
    """Give the newest run that was no dry run, of this job where one is named."""
    asked = select(RUN).where(RUN.c.dry_run.is_(False)).order_by(RUN.c.started_at.desc(), RUN.c.id.desc()).limit(1)
    row = connection.execute(asked.where(RUN.c.job == job) if job else asked).first()
    return _run(row) if row else None


def runs_by_id(connection: Connection, run_ids: Sequence[str]) -> list[RunRow]:
    """Give the runs of these names, oldest first; a name that the ledger does not know gives none."""
    return [_run(row) for row in connection.execute(_oldest_first(select(RUN).where(RUN.c.id.in_(run_ids))))]


def runs_between(connection: Connection, window: Window = EVER, job: str | None = None) -> list[RunRow]:
    """Give the runs that started within the window and were no dry runs, oldest first."""
    asked = select(RUN).where(RUN.c.dry_run.is_(False))
    if window.since is not None:
        asked = asked.where(RUN.c.started_at >= window.since)
    if window.until is not None:
        asked = asked.where(RUN.c.started_at < window.until)
    return [_run(row) for row in connection.execute(_oldest_first(asked.where(RUN.c.job == job) if job else asked))]


def runs_before(connection: Connection, run: RunRow, limit: int) -> list[RunRow]:
    """Give the newest runs of the same job that started before this one and were no dry runs."""
    earlier = select(RUN).where(RUN.c.job == run.job, RUN.c.dry_run.is_(False), RUN.c.started_at < run.started_at)
    return [_run(row) for row in connection.execute(earlier.order_by(RUN.c.started_at.desc()).limit(limit))]


def field_statistics(
    connection: Connection, run_ids: Sequence[str], *, field: str | None = None
) -> list[FieldStatistics]:
    """Give what these runs counted, of every field or of one, oldest run first."""
    table = MAPPING_STAT.c
    asked = select(table.run_id, table.mapping, table.field, table.facts).where(table.run_id.in_(run_ids))
    asked = asked.join(RUN, RUN.c.id == table.run_id).order_by(RUN.c.started_at, table.run_id, table.mapping)
    return [FieldStatistics(*row) for row in connection.execute(asked.where(table.field == field) if field else asked)]


def awaited_audio(connection: Connection, entry_ids: Sequence[str]) -> set[str]:
    """Give those of the entries that were held once because their recording was not there yet."""
    given = dialect.batch(connection, "entries")
    asked = (
        select(STEP.c.entry_id)
        .select_from(given.join(STEP, STEP.c.entry_id == given.c.value))
        .where(STEP.c.name == Outcome.HELD.value, type_coerce(STEP.c.facts, Text).contains(Code.AUDIO_AWAITED.value))
        .distinct()
    )
    return set(connection.scalars(asked, {"entries": list(entry_ids)}))


def closings(connection: Connection, runs: Sequence[RunRow], collect: Callable[[Sequence[Closing]], None]) -> None:
    """Hand what every entry came to in these runs to `collect`, a few thousand at a time in the order of writing."""
    if not runs:
        return
    page = _page(runs)
    after = first_step(connection, min(run.started_at for run in runs) - WRITING_DELAY) - 1
    before = _step_after(connection, runs)
    while rows := connection.execute(page.where(STEP.c.id > after, STEP.c.id < before)).all():
        collect([Closing(*row) for row in rows])
        after = rows[-1].id


def _page(runs: Sequence[RunRow]) -> Select[Any]:
    step, entry = STEP.c, ENTRY.c
    columns = (step.id, step.entry_id, step.run_id, step.at, step.name, step.facts, entry.external_id, entry.channel,
               entry.session_id, entry.leg, entry.ended_at, entry.audio_state, entry.mapping, FILE.c.path)  # fmt: skip
    return (
        select(*columns)
        .select_from(STEP.join(ENTRY, entry.id == step.entry_id).outerjoin(FILE, FILE.c.id == entry.file_id))
        .where(step.name.in_(OUTCOMES), step.run_id.in_([run.id for run in runs]))
        .order_by(step.id)
        .limit(PAGE_ROWS)
    )


def _step_after(connection: Connection, runs: Sequence[RunRow]) -> int:
    """Give a step's number that is beyond every step of these runs."""
    ends = [run.finished_at for run in runs if run.finished_at]
    if len(ends) < len(runs):
        return _newest_step(connection) + 1
    return first_step(connection, max(ends) + WRITING_DELAY)


def _newest_step(connection: Connection) -> int:
    return connection.scalar(select(func.max(STEP.c.id))) or 0


def first_step(connection: Connection, moment: datetime) -> int:
    """Find by halving the first step at or after the moment: steps have an index by number, and none by time."""
    lowest, highest = 0, _newest_step(connection) + 1
    while lowest < highest:
        middle = (lowest + highest) // 2
        asked = select(STEP.c.id, STEP.c.at).where(STEP.c.id >= middle).order_by(STEP.c.id).limit(1)
        found = connection.execute(asked).first()
        if found is None or found.at >= moment:
            highest = middle
        else:
            lowest = found.id + 1
    return lowest


def _oldest_first(asked: Select[Any]) -> Select[Any]:
    return asked.order_by(RUN.c.started_at, RUN.c.id)


def _run(row: Row[Any]) -> RunRow:
    return RunRow(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name
