"""Declare the tables of a historical run: its plan, its partitions and their files, who is at work, who holds it."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, Text
from sqlmodel import Field

from connector.ledger.column import Json, Key, UtcTime, Word
from connector.ledger.tables import METADATA, LedgerTable

__all__ = ["CONTROL", "ITEM", "PARTITION", "PLAN", "PRESENCE"]


class Control(LedgerTable, table=True):
    """What a person asked of a schedule or a backfill from another terminal."""

    __tablename__ = "control"

    job: str = Field(primary_key=True, sa_type=Text)
    scope: str = Field(primary_key=True, sa_type=Word, description="schedule or backfill")
    state: str = Field(sa_type=Word, description="running, paused or cancelled")
    facts: Any = Field(sa_type=Json, description="Limits that were changed while it runs.")
    changed_at: datetime = Field(sa_type=UtcTime)


class BackfillPlan(LedgerTable, table=True):
    """The range that a job's backfill was asked for last."""

    __tablename__ = "backfill_plan"

    job: str = Field(primary_key=True, sa_type=Text)
    since: datetime = Field(sa_type=UtcTime)
    until: datetime = Field(sa_type=UtcTime)
    state: str = Field(sa_type=Word, description="planning, working, done or cancelled")
    run_id: str | None = Field(None, sa_type=Text)
    changed_at: datetime = Field(sa_type=UtcTime)


class BackfillPartition(LedgerTable, table=True):
    """A bounded part of a plan that one worker takes at a time."""

    __tablename__ = "backfill_partition"
    __table_args__ = (Index("ix_backfill_partition_job", "job", "state", "day", "id"),)

    id: int | None = Field(None, primary_key=True, sa_type=Key)
    job: str = Field(sa_type=Text)
    day: str = Field(sa_type=Word, description="Day on which its sessions ended, in the job's time zone.")
    items: int = Field(description="Sessions, and files that nobody could read.")
    size_bytes: int = Field(sa_type=BigInteger, description="Bytes of its recordings.")
    state: str = Field(sa_type=Word, description="filling, waiting, claimed or done")
    fence: int = Field(description="Counts the claims: who claimed it earlier can write no more.")
    owner: str | None = Field(None, sa_type=Text)
    lease_until: datetime | None = Field(None, sa_type=UtcTime)
    run_id: str | None = Field(None, sa_type=Text)
    counts: Any = Field(sa_type=Json)
    reasons: Any = Field(sa_type=Json)
    problem: str | None = Field(None, sa_type=Text)
    finished_at: datetime | None = Field(None, sa_type=UtcTime)


class BackfillItem(LedgerTable, table=True):
    """A metadata file of a partition."""

    __tablename__ = "backfill_item"
    __table_args__ = (Index("ix_backfill_item_partition", "partition_id"),)

    file_id: int = Field(primary_key=True, sa_type=Key)
    partition_id: int = Field(sa_type=Key)


class Presence(LedgerTable, table=True):
    """A process that is at work on a target, as it last said."""

    __tablename__ = "presence"

    id: str = Field(primary_key=True, sa_type=Text, description="Names machine and process.")
    target_key: str = Field(sa_type=Text)
    job: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Word, description="run, plan, backfill or serve")
    facts: Any = Field(sa_type=Json)
    seen_at: datetime = Field(sa_type=UtcTime)


CONTROL, PLAN, PARTITION, ITEM, PRESENCE = (
    METADATA.tables[name] for name in ("control", "backfill_plan", "backfill_partition", "backfill_item", "presence")
)
