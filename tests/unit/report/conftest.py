"""A ledger with runs in it, written row by row, as a run would have left them."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import create_engine, insert

from connector.ledger.tables import ENTRY, FILE, MAPPING_STAT, METADATA, RUN, STEP

START = datetime(2026, 3, 24, 2, 30, tzinfo=UTC)


class Book:
    """Writes rows of a ledger."""

    def __init__(self, connection):
        self.connection = connection
        self.start = START

    def run(self, run_id, *, started_at=START, **facts):
        row = {
            "id": run_id, "job": "nightly", "tenant": "acme", "started_at": started_at,
            "finished_at": started_at + timedelta(minutes=1), "dry_run": False, "options": {}, "counts": {},
            "reasons": {}, "exit_code": 0, **facts,
        }  # fmt: skip
        self.connection.execute(insert(RUN), row)

    def entry(self, entry_id, **facts):
        row = {
            "id": entry_id, "tenant": "acme", "source_kind": "ccai", "channel": "call", "session_id": entry_id,
            "leg": "", "target": "capturi https://capturi.example", "job": "nightly", "state": "delivered",
            "external_id": f"acme-call-{entry_id}", "ended_at": START - timedelta(hours=2), "created": True,
            "audio_state": "none", "audio_tries": 0, "first_seen_at": START, "changed_at": START, **facts,
        }  # fmt: skip
        self.connection.execute(insert(ENTRY), row)

    def file(self, file_id, path):
        row = {
            "id": file_id, "place_id": 1, "path": path, "size_bytes": 1, "modified_ns": 1, "role": "metadata",
            "pending": False, "first_seen_at": START,
        }  # fmt: skip
        self.connection.execute(insert(FILE), row)

    def step(self, entry_id, run_id, name, *, at=START, **facts):
        row = {"entry_id": entry_id, "run_id": run_id, "at": at, "name": name, "facts": facts}
        self.connection.execute(insert(STEP), row)

    def field(self, run_id, mapping, field, **facts):
        row = {"run_id": run_id, "mapping": mapping, "field": field, "facts": facts}
        self.connection.execute(insert(MAPPING_STAT), row)


@pytest.fixture
def connection():
    engine = create_engine("sqlite://")
    with engine.connect() as opened:
        METADATA.create_all(opened)
        yield opened
    engine.dispose()


@pytest.fixture
def book(connection):
    return Book(connection)
