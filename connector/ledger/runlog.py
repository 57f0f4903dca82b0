"""Keep the runs of jobs and how each field of their mappings fared."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, and_, delete, func, select, update

from connector.ledger import dialect
from connector.ledger.model import RunRow
from connector.ledger.tables import MAPPING_STAT, RUN

__all__ = ["finish_run", "latest_runs", "run", "runs", "save_statistics", "start_run", "statistics"]


def start_run(connection: Connection, row: RunRow) -> None:
    """Note that a run began."""
    # A server that went away may have written it before it could say so.
    connection.execute(dialect.insert(connection, RUN).on_conflict_do_nothing(), asdict(row))


def finish_run(connection: Connection, row: RunRow) -> None:
    """Note how a run ended: every value of the row replaces the one that was there."""
    connection.execute(update(RUN).where(RUN.c.id == row.id).values(asdict(row)))


def run(connection: Connection, run_id: str) -> RunRow | None:
    """Give a run, None where there is none of this id."""
    row = connection.execute(select(RUN).where(RUN.c.id == run_id)).mappings().first()
    return None if row is None else RunRow(**row)


def runs(connection: Connection, limit: int = 20, job: str | None = None) -> list[RunRow]:
    """Give the latest runs, of one job or of all, newest first."""
    wanted = select(RUN).order_by(RUN.c.started_at.desc(), RUN.c.id.desc()).limit(limit)
    if job is not None:
        wanted = wanted.where(RUN.c.job == job)
    return [RunRow(**row) for row in connection.execute(wanted).mappings()]


def latest_runs(connection: Connection) -> list[RunRow]:
    """Give the newest run of each job, by the job's name."""
    newest = select(RUN.c.job, func.max(RUN.c.started_at).label("started_at")).group_by(RUN.c.job).subquery()
    same = and_(RUN.c.job == newest.c.job, RUN.c.started_at == newest.c.started_at)
    rows = connection.execute(select(RUN).join(newest, same).order_by(RUN.c.job, RUN.c.id)).mappings()
    return list({row.job: row for row in (RunRow(**row) for row in rows)}.values())


def save_statistics(connection: Connection, run_id: str, facts: Mapping[str, Mapping[str, Any]]) -> None:
    """Keep {mapping: {field: facts}} of a run in place of what was kept for it before."""
    connection.execute(delete(MAPPING_STAT).where(MAPPING_STAT.c.run_id == run_id))
    rows = [
        {"run_id": run_id, "mapping": mapping, "field": field, "facts": told}
        for mapping, fields in facts.items()
        for field, told in fields.items()
    ]
    if rows:
        connection.execute(MAPPING_STAT.insert(), rows)


def statistics(connection: Connection, run_id: str) -> dict[str, dict[str, Any]]:
    """Give {mapping: {field: facts}} of a run."""
    columns = (MAPPING_STAT.c.mapping, MAPPING_STAT.c.field, MAPPING_STAT.c.facts)
    told: dict[str, dict[str, Any]] = {}
    for mapping, field, facts in connection.execute(select(*columns).where(MAPPING_STAT.c.run_id == run_id)):
        told.setdefault(mapping, {})[field] = facts
    return told
