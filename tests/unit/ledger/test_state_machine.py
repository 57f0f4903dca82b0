"""The ledger against a model of it: whatever is written, taken back or killed, both know the same."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from connector import ledger
from connector.clock import SystemClock
from connector.ledger import Change, EntryRow, ListedFile, Resting, StepRow, change, database, schema

NOW = datetime(2026, 3, 24, 2, 30, tzinfo=UTC)
TARGET = "capturi https://capturi.example"
SESSIONS = st.sampled_from(["1", "2", "3"])


class Books(RuleBasedStateMachine):
    """Three sessions, one file each; a killed transaction leaves both sides as they were."""

    def __init__(self):
        super().__init__()
        self.folder = TemporaryDirectory(prefix="connector-books-")
        self.url = f"sqlite:///{Path(self.folder.name) / 'connector.db'}"
        schema.upgrade(self.url, SystemClock())
        self.engine = database.connect(self.url, busy_seconds=5, writes=True)
        self.states: dict[str, tuple[str, datetime | None]] = {}
        self.steps: dict[str, list[str]] = {}
        self.waiting: set[str] = set()
        with self.engine.begin() as connection:
            self.place = ledger.place_id(connection, "acme", "ccai", TARGET, "file:///export")

    def teardown(self):
        self.engine.dispose()
        self.folder.cleanup()

    def write(self, killed, *changes):
        """Write in one transaction, which is carried out or, where the process dies before, is not."""
        with self.engine.connect() as connection, connection.begin() as transaction:
            change.apply_changes(connection, changes)
            transaction.rollback() if killed else transaction.commit()

    @rule(session=SESSIONS, killed=st.booleans())
    def list(self, session, killed):
        """List the session's file, changed."""
        size = len(self.steps.get(session, [])) + 1
        file = ListedFile(f"call-{session}.json", size, size, None, "metadata", "call", session, None)
        with self.engine.connect() as connection, connection.begin() as transaction:
            found = ledger.record_listing(connection, self.place, ledger.ListedBatch([file]), now=NOW)
            transaction.rollback() if killed else transaction.commit()
        if not killed and found.new + found.changed:
            self.waiting.add(session)

    @rule(session=SESSIONS, state=st.sampled_from(["held", "delivered", "refused"]), killed=st.booleans())
    def close(self, session, state, killed):
        """Give the session its outcome; its file waits no more. Half of what is held rests for an hour."""
        file = self.file_id(session)
        rest = NOW + timedelta(hours=1) if state == "held" and len(self.steps.get(session, [])) % 2 else None
        entry = replace(entry_of(session), state=state, file_id=file, retry_at=rest)
        self.write(
            killed, Change(entry, steps=(StepRow(entry.id, "run", NOW, state),), files_done=(file,) if file else ())
        )
        if not killed:
            self.states[session] = (state, rest)
            self.steps.setdefault(session, []).append(state)
            self.waiting.discard(session)

    @rule(hours=st.sampled_from([0, 2]))
    def rejudge(self, hours):
        """Wake what is held, but for what rests still, as each run does."""
        now = NOW + timedelta(hours=hours)
        facts = {"tenant": "acme", "source_kind": "ccai", "target": TARGET, "mapping_hashes": {}, "policy_hash": "x"}
        with self.engine.begin() as connection:
            ledger.mark_rejudged(connection, **facts, resting=Resting(now, now + timedelta(hours=6)))
        for session, (state, rest) in self.states.items():
            if state == "held" and (rest is None or rest <= now) and self.file_id(session):
                self.waiting.add(session)

    @invariant()
    def both_know_the_same(self):
        """Entries, steps and what waits are as the model says."""
        with self.engine.connect() as connection:
            known = ledger.entries(connection, [entry_of(session).id for session in ("1", "2", "3")])
            assert {one: state for one, (state, _) in self.states.items()} == {
                row.session_id: row.state for row in known.values()
            }
            for session in ("1", "2", "3"):
                told = ledger.steps(connection, entry_of(session).id)
                assert self.steps.get(session, []) == [step.name for step in told]
            groups, _ = ledger.pending_groups(connection, [self.place])
            assert self.waiting == {group.session_id for group in groups}

    def file_id(self, session):
        with self.engine.connect() as connection:
            sql = "SELECT id FROM file WHERE session_id = ?"
            return connection.exec_driver_sql(sql, (session,)).scalar()


def entry_of(session):
    return EntryRow(
        id=ledger.entry_id("acme", "ccai", "call", session, leg="", target=TARGET),
        tenant="acme",
        source_kind="ccai",
        channel="call",
        session_id=session,
        target=TARGET,
        job="nightly",
        state="held",
        first_seen_at=NOW,
        changed_at=NOW,
    )


TestBooks = Books.TestCase
TestBooks.settings = settings(max_examples=15, stateful_step_count=20, deadline=None)
