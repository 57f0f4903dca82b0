"""Declare the table of how far old messages were brought in."""

from datetime import datetime
from typing import Any

from sqlalchemy import Text
from sqlmodel import Field

from connector.ledger.column import Json, UtcTime
from connector.ledger.tables import METADATA, LedgerTable

__all__ = ["IMPORT"]


class MessageImport(LedgerTable, table=True):
    """How far the messages of one range were read out of the system that an intake's sender is."""

    __tablename__ = "message_import"

    intake: str = Field(primary_key=True, sa_type=Text)
    since: datetime = Field(primary_key=True, sa_type=UtcTime)
    until: datetime = Field(primary_key=True, sa_type=UtcTime)
    place: Any = Field(sa_type=Json, description="Where to go on, in the reader's own words.")
    changed_at: datetime = Field(sa_type=UtcTime)


IMPORT = METADATA.tables["message_import"]
