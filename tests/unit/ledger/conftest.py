"""Ledgers in real SQLite files, and short ways to write what they are about."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from connector.clock import SystemClock
from connector.ledger import Change, EntryRow, StepRow, database, schema
from tests.ledger_entries import NOW, entry_of


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
    return entry_of


@pytest.fixture
def make_change(make_entry: Callable[..., EntryRow]) -> Callable[..., Change]:
    """Give the change that a step of a session makes."""

    def make(session: str = "1418", step: str = "delivered", **facts: Any) -> Change:
        entry = make_entry(session, **facts)
        return Change(entry, (StepRow(entry.id, "run-1", NOW, step, {"session": session}),))

    return make
