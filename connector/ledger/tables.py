"""Declare the ledger's tables and the indexes its questions need.

There are no foreign keys: what belongs together is written in one transaction by the one writer, and checking each row
again would cost on the hot path. An index whose order looks odd serves a question that reads it from left to right.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from connector.ledger.column import Json, Key, Name, UtcTime, Word

__all__ = [
    "BUDGET",
    "ENTRY",
    "FILE",
    "MAPPING_STAT",
    "METADATA",
    "NAMING",
    "PLACE",
    "PUT_AWAY",
    "ROW_RECORDING",
    "RUN",
    "STEP",
    "LedgerTable",
]


class LedgerTable(SQLModel, registry=registry()):
    """A table of the ledger; an own registry keeps tables of other libraries out of its schema."""


class Place(LedgerTable, table=True):
    """A storage as seen by one tenant's source for one target."""

    __tablename__ = "place"
    __table_args__ = (UniqueConstraint("tenant", "source_kind", "target", "address", "labels", name="uq_place"),)

    id: int | None = Field(None, primary_key=True, sa_type=Key)
    tenant: str = Field(sa_type=Text)
    source_kind: str = Field(sa_type=Text)
    target: str = Field(sa_type=Text, description="Kind and address of the target.")
    address: str = Field(sa_type=Text, description="The storage's address, without secrets.")
    labels: str = Field(sa_type=Text, description="The job whose words label its files; empty where names are fixed.")


class File(LedgerTable, table=True):
    """A file as last listed, and whether it still waits to be judged."""

    __tablename__ = "file"
    __table_args__ = (
        UniqueConstraint("place_id", "path", name="uq_file"),
        Index("ix_file_session", "place_id", "session_id", "role"),
        Index(
            "ix_file_pending",
            *("place_id", "role", "session_id", "id"),
            sqlite_where=text("pending"),
            postgresql_where=text("pending"),
        ),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(None, primary_key=True, sa_type=Key)
    place_id: int = Field(sa_type=Key)
    path: str = Field(sa_type=Name)
    size_bytes: int = Field(sa_type=BigInteger)
    modified_ns: int = Field(sa_type=BigInteger, description="Nanoseconds since 1970 in UTC.")
    etag: str | None = Field(None, sa_type=Text)
    role: str = Field(sa_type=Word)
    channel: str | None = Field(None, sa_type=Word)
    session_id: str | None = Field(None, sa_type=Name, description="By its name, or by its body once that was read.")
    part: int | None = None
    pending: bool
    first_seen_at: datetime = Field(sa_type=UtcTime)


class PutAway(LedgerTable, table=True):
    """A version of a file that was moved or tagged because it did its duty."""

    __tablename__ = "put_away"

    file_id: int = Field(primary_key=True, sa_type=Key, sa_column_kwargs={"autoincrement": False})
    size_bytes: int = Field(sa_type=BigInteger)
    modified_ns: int = Field(sa_type=BigInteger)
    at: datetime = Field(sa_type=UtcTime)


class Naming(LedgerTable, table=True):
    """The words about names under which the files of a place got their labels."""

    __tablename__ = "naming"

    place_id: int = Field(primary_key=True, sa_type=Key, sa_column_kwargs={"autoincrement": False})
    digest: str = Field(sa_type=Text)


class RowRecording(LedgerTable, table=True):
    """A recording, and a session that it belongs to by what a row of a file of many sessions tells."""

    __tablename__ = "row_recording"

    file_id: int = Field(primary_key=True, sa_type=Key, sa_column_kwargs={"autoincrement": False})
    session_id: str = Field(primary_key=True, sa_type=Name)


class Entry(LedgerTable, table=True):
    """One conversation or message for one target, and how far it came."""

    __tablename__ = "entry"
    __table_args__ = (
        UniqueConstraint("session_id", "channel", "source_kind", "tenant", "target", "leg", name="uq_entry"),
        Index("ix_entry_state", "tenant", "target", "state", "source_kind", "code"),
        Index(
            "ix_entry_work",
            *("tenant", "target", "source_kind", "state", "mapping_hash", "policy_hash", "file_id"),
            sqlite_where=text("state <> 'delivered'"),
            postgresql_where=text("state <> 'delivered'"),
        ),
        Index("ix_entry_file", "file_id", "state", "ended_at"),
        Index("ix_entry_external_id", "external_id"),
        Index("ix_entry_uid", "uid", sqlite_where=text("uid IS NOT NULL"), postgresql_where=text("uid IS NOT NULL")),
        Index("ix_entry_customer_hash", "customer_hash"),
    )

    id: str = Field(primary_key=True, sa_type=Text)
    tenant: str = Field(sa_type=Text)
    source_kind: str = Field(sa_type=Word)
    channel: str = Field(sa_type=Word)
    session_id: str = Field(sa_type=Name)
    leg: str = Field(sa_type=Text)
    target: str = Field(sa_type=Text)
    external_id: str | None = Field(None, sa_type=Text)
    job: str = Field(sa_type=Text)
    state: str = Field(sa_type=Word)
    code: str | None = Field(None, sa_type=Word)
    detail: str | None = Field(None, sa_type=Text)
    uuid: str | None = Field(None, sa_type=Text)
    started_at: datetime | None = Field(None, sa_type=UtcTime)
    ended_at: datetime | None = Field(None, sa_type=UtcTime)
    version: str | None = Field(None, sa_type=Text)
    file_id: int | None = Field(None, sa_type=Key)
    mapping: str | None = Field(None, sa_type=Text)
    mapping_hash: str | None = Field(None, sa_type=Text)
    policy_hash: str | None = Field(None, sa_type=Text)
    uid: str | None = Field(None, sa_type=Text)
    created: bool
    created_at: datetime | None = Field(None, sa_type=UtcTime)
    audio_state: str = Field(sa_type=Word)
    audio_sha256: str | None = Field(None, sa_type=Text)
    audio_bytes: int | None = Field(None, sa_type=BigInteger)
    audio_tries: int
    transcript_version: str | None = Field(None, sa_type=Text)
    customer_hash: str | None = Field(None, sa_type=Text)
    run_id: str | None = Field(None, sa_type=Text)
    first_seen_at: datetime = Field(sa_type=UtcTime)
    changed_at: datetime = Field(sa_type=UtcTime)
    retry_at: datetime | None = Field(None, sa_type=UtcTime)


class Step(LedgerTable, table=True):
    """One thing that happened to an entry."""

    __tablename__ = "step"
    __table_args__ = (Index("ix_step_entry", "entry_id"),)

    id: int | None = Field(None, primary_key=True, sa_type=Key)
    entry_id: str = Field(sa_type=Text)
    run_id: str | None = Field(None, sa_type=Text)
    at: datetime = Field(sa_type=UtcTime)
    name: str = Field(sa_type=Word)
    facts: Any = Field(sa_type=Json)


class Run(LedgerTable, table=True):
    """One execution of a job."""

    __tablename__ = "run"
    __table_args__ = (Index("ix_run_started_at", "started_at"),)

    id: str = Field(primary_key=True, sa_type=Text)
    job: str = Field(sa_type=Text)
    tenant: str = Field(sa_type=Text)
    started_at: datetime = Field(sa_type=UtcTime)
    finished_at: datetime | None = Field(None, sa_type=UtcTime)
    dry_run: bool
    options: Any = Field(sa_type=Json)
    counts: Any = Field(sa_type=Json)
    reasons: Any = Field(sa_type=Json)
    exit_code: int | None = None
    error: str | None = Field(None, sa_type=Text)
    report: str | None = Field(None, sa_type=Text)
    mapping_hash: str | None = Field(None, sa_type=Text)


class MappingStat(LedgerTable, table=True):
    """How one field of one mapping fared in one run."""

    __tablename__ = "mapping_stat"

    run_id: str = Field(primary_key=True, sa_type=Text)
    mapping: str = Field(primary_key=True, sa_type=Text)
    field: str = Field(primary_key=True, sa_type=Text)
    facts: Any = Field(sa_type=Json)


class Budget(LedgerTable, table=True):
    """What was spent of a limit that all processes share."""

    __tablename__ = "budget"

    target_key: str = Field(primary_key=True, sa_type=Text)
    window: str = Field(primary_key=True, sa_type=Word, description="hour or day")
    starts_at: datetime = Field(primary_key=True, sa_type=UtcTime)
    count: int = Field(sa_type=BigInteger)


METADATA = LedgerTable.metadata
PLACE, FILE, ENTRY, STEP = (METADATA.tables[name] for name in ("place", "file", "entry", "step"))
PUT_AWAY, ROW_RECORDING, NAMING = (METADATA.tables[name] for name in ("put_away", "row_recording", "naming"))
RUN, MAPPING_STAT, BUDGET = (METADATA.tables[name] for name in ("run", "mapping_stat", "budget"))
