"""Declare the tables of schedules and of the moments at which they were due."""

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field

from connector.ledger.column import UtcTime, Word
from connector.ledger.tables import METADATA, LedgerTable

__all__ = ["SCHEDULE", "SLOT"]


class Schedule(LedgerTable, table=True):
    """Since when a job's schedule is known as it stands: nothing that was due before counts as missed."""

    __tablename__ = "schedule"

    job: str = Field(primary_key=True, sa_type=Text)
    cron: str = Field(sa_type=Text)
    timezone: str = Field(sa_type=Text)
    since: datetime = Field(sa_type=UtcTime)


class Slot(LedgerTable, table=True):
    """One moment at which a job was due, and the run that was for it; without one nothing was made up for it."""

    __tablename__ = "slot"

    job: str = Field(primary_key=True, sa_type=Text)
    due_at: datetime = Field(primary_key=True, sa_type=UtcTime)
    run_id: str | None = Field(None, sa_type=Text)
    note: str | None = Field(None, sa_type=Word, description="Why there was no run.")
    noted_at: datetime = Field(sa_type=UtcTime)


SCHEDULE, SLOT = (METADATA.tables[name] for name in ("schedule", "slot"))
