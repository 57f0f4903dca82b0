"""What the ledger says and keeps when its disk or file is in trouble."""

import asyncio
import os
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest
from sqlalchemy.exc import IntegrityError

from connector import ledger
from connector.errors import ConfigurationError, LedgerError
from connector.ledger.soundness import SMALL_BYTES


class SmallDisk:
    """A disk of 1 MiB, to be mounted anew with other options."""

    def __init__(self, folder):
        self.file = folder / "connector.db"
        self.url = f"sqlite:///{self.file}"
        self.folder = folder

    def remount(self, options):
        subprocess.run(["mount", "-o", f"remount,{options}", self.folder], check=True)


@pytest.fixture
def small_disk(tmp_path):
    """Give a small disk; only root can make one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root can mount a disk")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], check=False)
    if mounted.returncode:
        pytest.skip("this machine lets nobody mount a disk")
    yield SmallDisk(folder)
    subprocess.run(["umount", folder], check=True)


async def test_a_full_disk_stops_every_waiting_writer_and_loses_nothing(small_disk, make_change):
    """On a full disk all who wait are told so with the remedy, what was committed stays, and space heals it."""
    committed = 0
    async with ledger.open_ledger(small_disk.url) as book:
        told = []
        while not any(told):
            changes = [make_change(f"{committed + number}", detail="x" * 500) for number in range(50)]
            told = await asyncio.gather(*(book.write(change) for change in changes), return_exceptions=True)
            committed += told.count(None)
        errors = [error for error in told if error is not None]
        assert {LedgerError} == {type(error) for error in errors}
        assert "the disk is full" in str(errors[0])
        assert "free some space" in str(errors[0])
        assert committed == sum(row.count for row in await book.read(ledger.counts_by_state))
        small_disk.remount("size=16m")
        await book.write(make_change("after"))
    with closing(sqlite3.connect(small_disk.file)) as other:
        assert ("ok",) == other.execute("PRAGMA integrity_check").fetchone()
        assert (committed + 1,) == other.execute("SELECT count(*) FROM step").fetchone()


LIMITED = """
import asyncio, resource, signal, sys
from connector import ledger
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

async def main(url):
    async with ledger.open_ledger(url) as book:
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
        for number in range(10_000):
            await book.transact(ledger.place_id, "acme", "ccai", "x" * 1000, str(number))

asyncio.run(main(sys.argv[1]))
"""


def test_a_file_that_may_not_grow_is_told_as_the_ledgers_trouble(url, file):
    """Where the system lets the file grow no further, the error is the ledger's own, and the file stays whole."""
    done = subprocess.run([sys.executable, "-c", LIMITED, url], capture_output=True, text=True, check=False)
    assert "connector.errors.LedgerError: the ledger" in done.stderr
    with closing(sqlite3.connect(file)) as other:
        assert ("ok",) == other.execute("PRAGMA integrity_check").fetchone()


async def test_a_disk_that_may_not_be_written_is_named(small_disk, make_change):
    """A ledger on a disk that turned read-only gives an error that says what to do."""
    async with ledger.open_ledger(small_disk.url) as book:
        await book.write(make_change())
    small_disk.remount("ro")
    with pytest.raises(LedgerError, match="this user may write there"):
        async with ledger.open_ledger(small_disk.url):
            pass


async def test_a_lock_that_lasts_is_told_and_passes(url, file, make_change):
    """Another program's lock that outlasts the patience is an error with a remedy; afterwards all goes on."""
    async with ledger.open_ledger(url, busy_seconds=0.1) as book:
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            told = await asyncio.gather(
                *(book.write(make_change(str(number))) for number in range(5)), return_exceptions=True
            )
            assert [LedgerError] * 5 == [type(error) for error in told]
            assert "another program has kept it locked" in str(told[0])
            assert [] == await book.read(ledger.counts_by_state)
            other.execute("ROLLBACK")
        await book.write(make_change())


async def test_looking_needs_no_lock(url, file, make_change):
    """Who only reads is not held up by a writer of another process, not even at opening and closing."""
    async with ledger.open_ledger(url) as book:
        await book.write(make_change())
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        async with ledger.open_ledger(url, busy_seconds=0.1) as book:
            assert 1 == len(await book.read(ledger.find, "1418"))
        other.execute("ROLLBACK")


@pytest.mark.parametrize("damage", ["no database at all", "a page overwritten"])
async def test_a_damaged_file_is_told_before_anything_is_written(url, file, make_change, damage):
    """A file that is damaged, or is something else, ends the run with the remedy and stays as it is."""
    async with ledger.open_ledger(url) as book:
        await asyncio.gather(*(book.write(make_change(str(number))) for number in range(200)))
    whole = file.read_bytes()
    damaged = b"x" * len(whole) if damage == "no database at all" else whole[:8192] + b"\xff" * 8192 + whole[16384:]
    file.write_bytes(damaged)
    with pytest.raises(LedgerError, match="backup copy"):
        async with ledger.open_ledger(url):
            pass
    assert damaged == file.read_bytes()


LARGE_ROWS = 45_000


async def grow(url, make_change):
    """Make a ledger that is too large to be read whole whenever it is opened."""
    async with ledger.open_ledger(url) as book:
        await book.write(make_change())
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as other, other:
        facts = "x" * 900
        rows = ((f"acme-{number}", facts) for number in range(LARGE_ROWS))
        other.execute("CREATE TABLE filler (id TEXT PRIMARY KEY, facts TEXT)")
        other.executemany("INSERT INTO filler VALUES (?, ?)", rows)


async def test_a_large_file_is_read_through_once_a_day(url, file, make_change):
    """Damage in a large ledger is found at its first opening of a day, and that its end is missing at every one."""
    await grow(url, make_change)
    assert file.stat().st_size > SMALL_BYTES
    whole, middle = file.read_bytes(), file.stat().st_size // 8192 * 4096
    file.write_bytes(whole[:middle] + b"\xff" * 65_536 + whole[middle + 65_536 :])
    with pytest.raises(LedgerError, match="it is damaged"):
        async with ledger.open_ledger(url):
            pass
    file.write_bytes(whole)
    async with ledger.open_ledger(url):
        pass
    note = file.with_name("connector.db-checked")
    noted = note.stat().st_mtime_ns
    async with ledger.open_ledger(url):
        pass
    assert noted == note.stat().st_mtime_ns, "it was read through twice a day"
    file.write_bytes(whole[: len(whole) - 1_000_000])
    with pytest.raises(LedgerError, match="it is damaged"):
        async with ledger.open_ledger(url):
            pass


async def test_the_database_of_another_program_is_not_touched(url, file):
    """A database with other tables than a ledger's is refused as a mistake in the settings."""
    with closing(sqlite3.connect(file)) as other:
        other.execute("CREATE TABLE customers (id INTEGER)")
    with pytest.raises(ConfigurationError, match="other tables than a ledger's"):
        async with ledger.open_ledger(url):
            pass


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("no address", "is no database address"),
        ("mysql://host/db", "is no known database"),
        ("sqlite://", "would be lost"),
        ("sqlite:////no/such/folder/connector.db", "folder /no/such/folder is missing"),
    ],
)
async def test_a_wrong_address_is_a_mistake_to_mend(url, told):
    """An address that cannot be a ledger's is told as a mistake in the settings, with an example or the remedy."""
    with pytest.raises(ConfigurationError, match=told):
        async with ledger.open_ledger(url):
            pass


async def test_errors_carry_no_values(url, make_change):
    """What the database complains about never shows what was to be written."""
    async with ledger.open_ledger(url) as book:
        await book.write(make_change("secret-session", id="0" * 32))
        with pytest.raises(IntegrityError) as raised:
            await book.write(make_change("secret-session", id="1" * 32))
    assert "secret-session" not in str(raised.value)
