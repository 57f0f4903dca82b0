"""The ledger against a model of it, in every database: whatever is written or killed, both know the same."""

from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from connector import ledger
from connector.ledger import Change, ListedFile, Resting, StepRow, change, database
from connector.ledger.tables import FILE, METADATA
from tests.ledger_entries import NOW, TARGET, entry_of

SESSIONS = st.sampled_from(["1", "2", "3"])
KILLED = st.sampled_from([False, False, False, True])


class Books(RuleBasedStateMachine):
    """Three sessions, one file each; a killed transaction leaves both sides as they were."""

    def __init__(self, url):
        super().__init__()
        self.engine = database.connect(url, busy_seconds=5, writes=True)
        self.states: dict[str, tuple[str, datetime | None]] = {}
        self.steps: dict[str, list[str]] = {}
        self.waiting: set[str] = set()
        with self.engine.begin() as connection:
            # What the story before this one left behind: an empty database for each would take far longer.
            for table in reversed(METADATA.sorted_tables):
                connection.execute(table.delete())
            self.place = ledger.place_id(connection, "acme", "ccai", TARGET, "file:///export")
        for session in ("1", "2", "3"):
            self.list(session, killed=False)

    def teardown(self):
        self.engine.dispose()

    def write(self, killed, *changes):
        """Write in one transaction, which is carried out or, where the process dies before, is not."""
        with self.engine.connect() as connection, connection.begin() as transaction:
            change.apply_changes(connection, changes)
            transaction.rollback() if killed else transaction.commit()

    @rule(session=SESSIONS, killed=KILLED)
    def list(self, session, killed):
        """List the session's file, changed."""
        size = len(self.steps.get(session, [])) + 1
        file = ListedFile(f"call-{session}.json", size, size, None, "metadata", "call", session, None)
        with self.engine.connect() as connection, connection.begin() as transaction:
            found = ledger.record_listing(connection, self.place, ledger.ListedBatch([file]), now=NOW)
            transaction.rollback() if killed else transaction.commit()
        if not killed and found.new + found.changed:
            self.waiting.add(session)

    @rule(
        session=SESSIONS,
        state=st.sampled_from(["held", "held", "delivered", "refused"]),
        rests=st.booleans(),
        killed=KILLED,
    )
    def close(self, session, state, rests, killed):
        """Give the session its outcome; its file waits no more. What is held may rest for an hour."""
        file = self.file_id(session)
        rest = NOW + timedelta(hours=1) if state == "held" and rests else None
        entry = entry_of(session)._replace(state=state, file_id=file, retry_at=rest)
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
        facts = {
            "tenant": "acme",
            "source_kind": "ccai",
            "target": TARGET,
            "mapping_hashes": {},
            "policy_hash": "x",
            "agents_hash": "x+",
            "job": "nightly",
        }
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
            return connection.execute(select(FILE.c.id).where(FILE.c.session_id == session)).scalar()


def test_the_ledger_knows_what_its_model_knows(url):
    """After every step of every story, entries, steps and what waits are as the model says, in this database."""
    story = settings(max_examples=15, stateful_step_count=20, deadline=None)
    run_state_machine_as_test(lambda: Books(url), settings=story)
