"""Declare the tables of messages: what was let in and waits to be forwarded."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, LargeBinary, Text, text
from sqlmodel import Field

from connector.ledger.column import Json, Key, UtcTime, Word
from connector.ledger.tables import METADATA, LedgerTable

__all__ = ["INBOX"]


class Inbox(LedgerTable, table=True):
    """A request that was let in, as it came, and whether it still waits to be forwarded."""

    __tablename__ = "inbox"
    __table_args__ = (
        Index(
            "ix_inbox_waiting",
            *("intake", "id"),
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("ix_inbox_repeats", "body_hash", "received_at"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(None, primary_key=True, sa_type=Key, description="The order of acceptance.")
    intake: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Word)
    received_at: datetime = Field(sa_type=UtcTime)
    headers: Any = Field(sa_type=Json)
    body: bytes = Field(sa_type=LargeBinary)
    body_hash: str = Field(sa_type=Text)
    repeats: str = Field(sa_type=Text, description="What its sender calls the event.")
    state: str = Field(sa_type=Word)
    code: str | None = Field(None, sa_type=Word)
    handled_at: datetime | None = Field(None, sa_type=UtcTime)


INBOX = METADATA.tables["inbox"]
