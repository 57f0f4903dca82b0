"""Give an empty ledger in every database it may lie in, and short ways to fill it."""

import os
import shutil
import socket
import subprocess
import time
from dataclasses import replace
from datetime import UTC, datetime
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from connector import ledger
from connector.clock import SystemClock
from connector.ledger import Change, EntryRow, ListedFile, StepRow, change, database, schema

DATABASES = ("sqlite", "postgresql")
NOW = datetime(2026, 3, 24, 2, 30, tzinfo=UTC)
TARGET = "capturi https://capturi.example"
NUMBERS = count()
PROGRAMS = list(Path("/usr/lib/postgresql").glob("*/bin"))


class Server:
    """A PostgreSQL of our own in a folder of our own."""

    def __init__(self, folder):
        self.folder, self.data = folder, folder / "data"
        self.programs = max(PROGRAMS)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def start(self):
        # PostgreSQL refuses root.
        user = {"user": "postgres"} if os.geteuid() == 0 else {}
        if user:
            shutil.chown(self.folder, "postgres")
        self.log = (self.folder / "log").open("wb")
        making = [self.programs / "initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-N", "--locale=C.UTF-8"]
        subprocess.run(making, check=True, stdout=self.log, stderr=self.log, cwd=self.folder, **user)
        settings = [f"port={self.port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={self.folder}"]
        options = [part for setting in (*settings, "fsync=off") for part in ("-c", setting)]
        serving = [self.programs / "postgres", "-D", self.data, *options]
        self.process = subprocess.Popen(serving, stdout=self.log, stderr=self.log, cwd=self.folder, **user)
        self._wait()

    def _wait(self):
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            assert self.process.poll() is None, (self.folder / "log").read_text()[-2000:]
            time.sleep(0.1)
        raise AssertionError((self.folder / "log").read_text()[-2000:])

    def stop(self):
        if hasattr(self, "process"):
            self.process.terminate()
            self.process.wait(timeout=10)
        self.log.close()

    def make_database(self):
        name = f"ledger{next(NUMBERS)}"
        engine = create_engine(make_url(self.url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        engine.dispose()
        return make_url(self.url).set(database=name).render_as_string()


@pytest.fixture(scope="session")
def server():
    if not PROGRAMS or find_spec("psycopg") is None:
        pytest.skip("PostgreSQL or its driver is not installed")
    folder = Path("/var/lib" if os.geteuid() == 0 else "/tmp") / f"connector-postgresql-{os.getpid()}"  # noqa: S108
    folder.mkdir()
    server = Server(folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)


@pytest.fixture(params=DATABASES)
def url(request, tmp_path):
    """Give the address of a new ledger that has its tables."""
    if request.param == "sqlite":
        found = f"sqlite:///{tmp_path / 'connector.db'}"
    else:
        found = request.getfixturevalue("server").make_database()
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
        found = ledger.record_listing(self.connection, place or self.place, files, now=NOW, **options)
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
        channel, leg = facts.pop("channel", "call"), facts.pop("leg", "")
        row = EntryRow(
            id=ledger.entry_id("acme", "ccai", channel, session, leg=leg, target=TARGET),
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
        return replace(ListedFile(path, 10, 1_000, None, role, "call", session_id, None), **facts)

    return make
