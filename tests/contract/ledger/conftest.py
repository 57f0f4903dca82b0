"""Give an empty ledger in every database it may lie in, and short ways to fill it."""

import pytest
from sqlalchemy import text

from connector import ledger
from connector.clock import SystemClock
from connector.ledger import Change, ListedFile, StepRow, change, database, schema
from tests.ledger_entries import NOW, TARGET, entry_of

DATABASES = ("sqlite", "postgresql")


@pytest.fixture(params=DATABASES)
def url(request, tmp_path):
    """Give the address of a new ledger that has its tables."""
    if request.param == "sqlite":
        found = f"sqlite:///{tmp_path / 'connector.db'}"
    else:
        found = request.getfixturevalue("postgresql_server").make_database()
    schema.upgrade(found, SystemClock())
    return found


class Book:
    """An empty ledger inside a transaction that is never committed, with one place in it."""

    now = NOW
    target = TARGET

    def __init__(self, connection):
        self.connection = connection
        self.place = self.add_place("file:///export")

    def add_place(self, address, target=TARGET):
        return ledger.place_id(self.connection, "acme", "ccai", target, address)

    def list(self, *files, done=(), place=None, **options):
        """Record files as listed; afterwards those whose ids are in `done` wait no more."""
        batch = ledger.ListedBatch(files)
        found = ledger.record_listing(self.connection, place or self.place, batch, now=NOW, **options)
        change.apply_changes(self.connection, [Change(files_done=tuple(done))])
        return found

    def waiting(self):
        """Tell which files wait, by path."""
        return set(self.connection.execute(text("SELECT path FROM file WHERE pending")).scalars())

    def write(self, session="1", steps=(), **facts):
        """Write and give the entry of a session, a delivered call unless it is told otherwise."""
        entry = self.entry(session, **facts)
        told = tuple(StepRow(entry.id, "run-1", NOW, name) for name in steps)
        change.apply_changes(self.connection, [Change(entry, told)])
        return entry

    @staticmethod
    def entry(session="1", **facts):
        """Give the entry without writing it."""
        return entry_of(session, **facts)


@pytest.fixture
def book(url):
    engine = database.connect(url, busy_seconds=5, writes=True)
    with engine.connect() as connection, connection.begin() as transaction:
        yield Book(connection)
        transaction.rollback()
    engine.dispose()


@pytest.fixture
def make_entry():
    return Book.entry


@pytest.fixture
def listed():
    """Give a function that gives a file as a storage lists it, metadata of a call unless it is told otherwise."""

    def make(path, session_id=None, role="metadata", **facts):
        return ListedFile(path, 10, 1_000, None, role, "call", session_id, None)._replace(**facts)

    return make
