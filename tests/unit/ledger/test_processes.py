"""The ledger between processes: killed ones, simultaneous ones, and what each of them imports."""

import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import pytest

from connector import ledger

WRITES = """
import asyncio, sys
from datetime import UTC, datetime
from connector import ledger

async def main(url, name, count):
    async with ledger.open_ledger(url) as book:
        async def write(number):
            session, now = f"{name}-{number}", datetime.now(UTC)
            entry = ledger.EntryRow(
                id=ledger.entry_id("acme", "ccai", "call", session, leg="", target="t"), tenant="acme",
                source_kind="ccai", channel="call", session_id=session, target="t", job="nightly", state="sending",
                first_seen_at=now, changed_at=now,
            )
            steps = tuple(ledger.StepRow(entry.id, "run", now, step) for step in ("read", "create.intended"))
            await book.write(ledger.Change(entry, steps), durable=number % 7 == 0)
            print(session, flush=True)
        for start in range(0, count, 8):
            await asyncio.gather(*(write(number) for number in range(start, start + 8)))

asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
"""

LOOKS = """
import sqlite3, sys
found = sqlite3.connect(sys.argv[1])
print(found.execute("SELECT count(*) FROM entry").fetchone()[0])
found.close()
"""


def start(url, name, count):
    return subprocess.Popen([sys.executable, "-c", WRITES, url, name, str(count)], stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("seconds", [0.0, 0.05, 0.3])
def test_a_kill_at_any_moment_loses_no_committed_change(url, file, seconds):
    """After kill -9 the file is whole, every change that was told as written is there, and each has all its steps."""
    child = start(url, "life", 100_000)
    first = child.stdout.readline().strip()
    time.sleep(seconds)
    child.send_signal(signal.SIGKILL)
    told = {first, *(line.strip() for line in child.communicate()[0].splitlines(keepends=True) if line.endswith("\n"))}
    with closing(sqlite3.connect(file)) as found:
        assert ("ok",) == found.execute("PRAGMA integrity_check").fetchone()
        there = {session for (session,) in found.execute("SELECT session_id FROM entry")}
        torn = "SELECT count(*) FROM entry WHERE (SELECT count(*) FROM step WHERE entry_id = entry.id) <> 2"
        assert (0,) == found.execute(torn).fetchone()
    assert set() == told - there


def test_two_processes_make_and_write_one_ledger_at_once(url, file):
    """Two processes that begin with a new ledger at the same moment both write all they have."""
    children = [start(url, name, 400) for name in ("one", "two")]
    assert [0, 0] == [child.wait(timeout=60) for child in children]
    for child in children:
        child.stdout.close()
    with closing(sqlite3.connect(file)) as found:
        assert (800,) == found.execute("SELECT count(*) FROM entry").fetchone()
        assert (1600,) == found.execute("SELECT count(*) FROM step").fetchone()


async def test_who_closes_a_ledger_leaves_the_log_that_others_write(url, file, make_change):
    """A process at work is seen by others: one that looks and goes takes no log away, and sees all that was written."""

    def look():
        done = subprocess.run([sys.executable, "-c", LOOKS, str(file)], capture_output=True, text=True, check=True)
        return int(done.stdout)

    async with ledger.open_ledger(url):
        pass
    async with ledger.open_ledger(url) as book:
        for number in range(1, 4):
            await book.write(make_change(str(number)))
            assert number == look()
            assert file.with_name(f"{file.name}-wal").exists()


def test_a_ledger_that_needs_no_migration_is_opened_without_alembic(url):
    """Neither making a new ledger nor opening it again imports what only migrations need."""
    opens = """
import asyncio, sys
from connector import ledger

async def main():
    for _ in range(2):
        async with ledger.open_ledger(sys.argv[1]):
            pass

asyncio.run(main())
print(sorted(name for name in sys.modules if name in ("alembic", "mako", "connector.session", "connector.storage")))
"""
    done = subprocess.run([sys.executable, "-c", opens, url], capture_output=True, text=True, check=True)
    assert "[]" == done.stdout.strip()
