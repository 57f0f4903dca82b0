"""The copy of the ledger that a dry run works on."""

import asyncio
import signal
import sys

from connector import ledger


def content(file):
    """Give what lies in the ledger and in its log of changes; the index of the log is nobody's content."""
    return {path.name: path.read_bytes() for path in file.parent.iterdir() if not path.name.endswith("-shm")}


async def test_a_copy_knows_all_and_tells_nothing_back(url, file, make_change):
    """While the ledger is open elsewhere its newest changes are copied too; what the copy gets does not come back."""
    async with ledger.open_ledger(url) as book:
        await book.write(make_change("1"))
        before = content(file)
        with ledger.rehearsal_copy(url) as copy:
            async with ledger.open_ledger(copy) as other:
                assert 1 == len(await other.read(ledger.find, "1"))
                await other.write(make_change("2"))
        assert before == content(file)
        assert [] == await book.read(ledger.find, "2")


async def test_a_closed_ledger_is_copied_without_a_trace(url, file, make_change):
    """A rehearsal changes no byte beside the ledger and leaves no file behind."""
    async with ledger.open_ledger(url) as book:
        await book.write(make_change("1"))
    before = {path: path.read_bytes() for path in file.parent.iterdir()}
    assert not file.with_name("connector.db-wal").exists()
    with ledger.rehearsal_copy(url) as copy:
        async with ledger.open_ledger(copy) as other:
            await other.write(make_change("2"))
            assert 2 == sum(row.count for row in await other.read(ledger.counts_by_state))
    assert before == {path: path.read_bytes() for path in file.parent.iterdir()}


async def test_a_ledger_that_is_not_there_yet_is_rehearsed_empty(url, file, make_change):
    """A first dry run works on an empty copy and makes no ledger."""
    with ledger.rehearsal_copy(url) as copy:
        async with ledger.open_ledger(copy) as other:
            await other.write(make_change())
    assert [] == list(file.parent.iterdir())


LEAVES_A_LOG = """
import asyncio, os, signal, sys
from connector import ledger

async def main(url):
    async with ledger.open_ledger(url) as book:
        await book.transact(ledger.place_id, "acme", "ccai", "target", "address")
        os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main(sys.argv[1]))
"""


async def test_the_log_that_a_killed_run_left_is_copied_and_stays(url, file):
    """Changes that only stand in the log of a killed process are in the copy, and still in the log afterwards."""
    done = await asyncio.create_subprocess_exec(sys.executable, "-c", LEAVES_A_LOG, url)
    assert -signal.SIGKILL == await done.wait()
    before = content(file)
    with ledger.rehearsal_copy(url) as copy:
        async with ledger.open_ledger(copy) as other:
            assert 1 == await other.transact(ledger.place_id, "acme", "ccai", "target", "address")
            assert 2 == await other.transact(ledger.place_id, "acme", "ccai", "target", "elsewhere")
    assert before == content(file)
