"""Ledgers in real SQLite files, and short ways to write what they are about."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from connector.clock import SystemClock
from connector.ledger import Change, EntryRow, StepRow, database, entry_id, schema

NOW = datetime(2026, 3, 24, 2, 30, tzinfo=UTC)
TARGET = "capturi https://capturi.example"


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "connector.db"


@pytest.fixture
def url(file: Path) -> str:
    return f"sqlite:///{file}"


@pytest.fixture
def connection(url: str) -> Iterator[Connection]:
    """Give a connection inside a transaction of the writer."""
    schema.upgrade(url, SystemClock())
    engine = database.connect(url, busy_seconds=5, writes=True)
    with engine.connect() as opened, opened.begin():
        yield opened
    engine.dispose()


@pytest.fixture
def make_entry() -> Callable[..., EntryRow]:
    def make(session: str = "1418", **facts: Any) -> EntryRow:
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
        return replace(row, **facts)

    return make


@pytest.fixture
def make_change(make_entry: Callable[..., EntryRow]) -> Callable[..., Change]:
    """Give the change that a step of a session makes."""

    def make(session: str = "1418", step: str = "delivered", **facts: Any) -> Change:
        entry = make_entry(session, **facts)
        return Change(entry, (StepRow(entry.id, "run-1", NOW, step, {"session": session}),))

    return make
