"""Entries of a ledger for the tests that write them."""

from datetime import UTC, datetime
from typing import Any

from connector.ledger import EntryRow, entry_id

__all__ = ["NOW", "TARGET", "entry_of"]

NOW = datetime(2026, 3, 24, 2, 30, tzinfo=UTC)
TARGET = "capturi https://capturi.example"


def entry_of(session: str = "1418", **facts: Any) -> EntryRow:
    """Give the entry of a call that was delivered, but for what is told otherwise."""
    channel, leg = facts.pop("channel", "call"), facts.pop("leg", "")
    row = EntryRow(
        id=entry_id("acme", "ccai", channel, session, leg=leg, target=TARGET),
        tenant="acme",
        source_kind="ccai",
        channel=channel,
        session_id=session,
        leg=leg,
        target=TARGET,
        job="nightly",
        state="delivered",
        first_seen_at=NOW,
        changed_at=NOW,
    )
    return row._replace(**facts)
