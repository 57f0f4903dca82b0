"""Declare the tables of forwarding: text conversations, what their senders told of them, and facts about calls."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Text, text
from sqlmodel import Field

from connector.ledger.column import Json, Key, Name, UtcTime, Word
from connector.ledger.tables import METADATA, LedgerTable

__all__ = ["CALL_EVENT", "CASE_EVENT", "TEXT_CASE"]


class TextCase(LedgerTable, table=True):
    """A text conversation for one target: what the target knows of it, and when there is something to do for it."""

    __tablename__ = "text_case"
    __table_args__ = (
        Index(
            "ix_text_case_due",
            *("intake", "due_at"),
            sqlite_where=text("due_at IS NOT NULL"),
            postgresql_where=text("due_at IS NOT NULL"),
        ),
        Index(
            "ix_text_case_closes",
            *("intake", "closes_at"),
            sqlite_where=text("closes_at IS NOT NULL"),
            postgresql_where=text("closes_at IS NOT NULL"),
        ),
    )

    id: str = Field(primary_key=True, sa_type=Text)
    intake: str = Field(sa_type=Text)
    name: str = Field(sa_type=Name, description="The id of the conversation at its sender.")
    session: int = Field(description="Counts the conversations that its sender held under this id.")
    case_uid: str | None = Field(None, sa_type=Text, description="The id that the target knows it by.")
    fields: Any = Field(sa_type=Json, description="The newest fields known, as the target takes them.")
    fields_at: datetime | None = Field(None, sa_type=UtcTime, description="How new they are.")
    whole: bool = Field(description="Whether they came with a message, and are all there are.")
    sent: bool = Field(description="Whether the target has the case.")
    closed: bool
    due_at: datetime | None = Field(None, sa_type=UtcTime, description="When its next event may go.")
    closes_at: datetime | None = Field(None, sa_type=UtcTime, description="When it counts as ended unless more comes.")


class CaseEvent(LedgerTable, table=True):
    """One thing that a sender told of a text conversation, in the order of acceptance."""

    __tablename__ = "case_event"
    __table_args__ = (
        Index("ix_case_event_case", "case_key", "message"),
        Index(
            "ix_case_event_open",
            *("case_key", "id"),
            sqlite_where=text("open"),
            postgresql_where=text("open"),
        ),
        Index("ix_case_event_entry", "entry_id"),
        Index("ix_case_event_inbox", "inbox_id"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(None, primary_key=True, sa_type=Key)
    intake: str = Field(sa_type=Text)
    case_key: str = Field(sa_type=Text)
    inbox_id: int | None = Field(None, sa_type=Key, description="The request that told it; none: the time told it.")
    position: int = Field(description="Its place among what that request told.")
    act: str = Field(sa_type=Word)
    message: str | None = Field(None, sa_type=Name, description="The id of the message at its sender.")
    teller: str = Field(sa_type=Text, description="Which of several browsers told it.")
    number: int = Field(description="Which of several equal messages it is.")
    entry_id: str | None = Field(None, sa_type=Text)
    accepted_at: datetime = Field(sa_type=UtcTime)
    open: bool = Field(description="Whether it still waits.")
    tries: int


class CallEvent(LedgerTable, table=True):
    """A fact about a call that its source told beside the call's own record."""

    __tablename__ = "call_event"

    tenant: str = Field(primary_key=True, sa_type=Text)
    session_id: str = Field(primary_key=True, sa_type=Name)
    digest: str = Field(primary_key=True, sa_type=Text, description="The same for one fact that several tell.")
    at: datetime = Field(sa_type=UtcTime)
    type: str = Field(sa_type=Word)
    facts: Any = Field(sa_type=Json, description="Without personal data.")


TEXT_CASE, CASE_EVENT, CALL_EVENT = (METADATA.tables[name] for name in ("text_case", "case_event", "call_event"))
