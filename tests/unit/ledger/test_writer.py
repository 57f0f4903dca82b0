"""The one writer of a process and its asynchronous front."""

import asyncio
import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import event, text

from connector import ledger
from connector.errors import LedgerError
from connector.ledger import Change, Spent


async def test_a_write_is_committed_when_it_returns(url, file, make_change):
    """Whoever looks from outside sees the entry and its step as soon as write() is back."""
    async with ledger.open_ledger(url) as book:
        await book.write(make_change(), durable=True)
        with closing(sqlite3.connect(file)) as other:
            assert ("1418", "delivered") == other.execute("SELECT session_id, state FROM entry").fetchone()
            assert ("delivered",) == other.execute("SELECT name FROM step").fetchone()


async def test_changes_of_many_tasks_share_transactions(url, make_change):
    """A thousand changes of as many tasks take far fewer commits, and none is lost."""
    commits = []
    async with ledger.open_ledger(url) as book:
        event.listen(book._writer, "commit", commits.append)
        await asyncio.gather(*(book.write(make_change(str(number))) for number in range(1000)))
        rows = await book.read(ledger.counts_by_state)
    assert [1000] == [row.count for row in rows]
    assert 10 > len(commits)


async def test_commits_may_be_kept_apart(url, make_change):
    """Where a pause between groups is asked for, what comes within it shares a commit."""
    commits = []
    async with ledger.open_ledger(url, gather_seconds=0.5) as book:
        event.listen(book._writer, "commit", commits.append)
        await book.write(make_change("0"))
        later = []
        for number in range(1, 4):
            later.append(asyncio.create_task(book.write(make_change(str(number)))))
            await asyncio.sleep(0.01)
        await asyncio.gather(*later)
        assert 2 == len(commits)
        assert {f"{number}" for number in range(4)} == {
            row.session_id for number in range(4) for row in await book.read(ledger.find, str(number))
        }


async def test_what_nobody_waits_for_waits_for_company(url, make_change):
    """Posts of several turns of the loop go with the write that comes after them, in one commit."""
    commits = []
    async with ledger.open_ledger(url) as book:
        event.listen(book._writer, "commit", commits.append)
        for number in range(3):
            book.post(make_change(str(number)))
            await asyncio.sleep(0)
        await book.write(make_change("3"))
        assert 1 == len(commits)
        assert [4] == [row.count for row in await book.read(ledger.counts_by_state)]


async def test_what_nobody_waits_for_is_written_without_company_as_well(url, file, make_change):
    """A post that nothing follows is there soon: whoever looks from outside sees it while the ledger is open."""
    async with ledger.open_ledger(url) as book:
        committed = asyncio.Event()
        loop = asyncio.get_running_loop()
        event.listen(book._writer, "commit", lambda _: loop.call_soon_threadsafe(committed.set))
        book.post(make_change())
        await asyncio.wait_for(committed.wait(), 5)
        # The event comes just before the commit; what is asked of the writer next comes after it.
        await book.transact(ledger.counts_by_state)
        with closing(sqlite3.connect(file)) as other:
            assert [("1418",)] == other.execute("SELECT session_id FROM entry").fetchall()


async def test_what_happened_to_an_entry_stays_in_order(url, make_change):
    """Posted and written changes of one entry are kept in the order of the calls, its last state last."""
    async with ledger.open_ledger(url) as book:
        for number in range(50):
            book.post(make_change(step=f"step-{number}", state="sending"))
        await book.write(make_change(step="end"))
        entry = make_change().entry
        steps = await book.read(ledger.steps, entry.id)
        rows = await book.read(ledger.entries, [entry.id])
    assert [*(f"step-{number}" for number in range(50)), "end"] == [step.name for step in steps]
    assert "delivered" == rows[entry.id].state


async def test_a_transaction_sees_what_was_posted_before_it(url, make_change):
    """A function that is given to transact() runs after everything that was handed over earlier."""
    async with ledger.open_ledger(url) as book:
        book.post(make_change())
        assert 1 == len(await book.transact(ledger.find, "1418"))


async def test_a_failing_function_leaves_nothing_behind(url):
    """What a function wrote before it raised is rolled back, and the caller gets its error."""

    def fail(connection):
        ledger.place_id(connection, "acme", "ccai", "target", "address")
        raise KeyError("meant")

    async with ledger.open_ledger(url) as book:
        with pytest.raises(KeyError, match="meant"):
            await book.transact(fail)
        assert 0 == await book.read(lambda connection: connection.execute(text("SELECT count(*) FROM place")).scalar())


async def test_readers_cannot_write(url):
    """A reading function that tries to write gets an error with a remedy."""
    async with ledger.open_ledger(url) as book:
        with pytest.raises(LedgerError, match="may not be written"):
            await book.read(ledger.place_id, "acme", "ccai", "target", "address")


async def test_closing_writes_what_was_posted(url, make_change):
    """Nothing that was posted is lost when the ledger is closed at once."""
    async with ledger.open_ledger(url) as book:
        for number in range(100):
            book.post(make_change(str(number)))
    async with ledger.open_ledger(url) as book:
        assert [100] == [row.count for row in await book.read(ledger.counts_by_state)]


async def test_an_unfit_change_harms_only_itself(url, make_change):
    """A value that no column can hold fails its own write; the changes of the same group are committed."""
    unfit = make_change("bad", detail="half a character: \ud800")
    async with ledger.open_ledger(url) as book:
        told = await asyncio.gather(
            *(book.write(make_change(str(number))) for number in range(3)),
            book.write(unfit),
            *(book.write(make_change(str(number))) for number in range(3, 6)),
            return_exceptions=True,
        )
        assert [None, None, None, UnicodeEncodeError, None, None, None] == [error and type(error) for error in told]
        assert [6] == [row.count for row in await book.read(ledger.counts_by_state)]


async def test_a_moment_without_a_zone_is_refused(url, make_change, now):
    """A naive time would mean another moment on another machine: it is an error of the caller."""
    change = make_change(ended_at=now.replace(tzinfo=None))
    async with ledger.open_ledger(url) as book:
        with pytest.raises(ValueError, match="no time zone"):
            await book.write(change)


async def test_a_lost_post_is_told_at_the_next_write_and_at_the_end(url, make_change):
    """A change that nobody waited for and that could not be written is not passed over in silence."""
    opened = ledger.open_ledger(url)
    book = await opened.__aenter__()
    book.post(make_change("bad", detail="\ud800"))
    await book.transact(ledger.find, "bad")
    with pytest.raises(UnicodeEncodeError):
        await book.write(make_change())
    with pytest.raises(UnicodeEncodeError):
        await opened.__aexit__(None, None, None)


async def test_a_cancelled_waiter_does_not_hold_up_the_others(url, make_change):
    """A task that is cancelled while it waits for its write leaves the writer in order."""
    async with ledger.open_ledger(url) as book:
        task = asyncio.create_task(book.write(make_change("1")))
        await asyncio.sleep(0)
        task.cancel()
        await book.write(make_change("2"))
        assert 2 == sum(row.count for row in await book.read(ledger.counts_by_state))


async def test_a_change_may_carry_everything_at_once(url, make_change, now):
    """Entry, steps, files and budget of one change are written in one transaction."""
    async with ledger.open_ledger(url) as book:
        place = await book.transact(ledger.place_id, "acme", "ccai", "target", "address")
        listed = [ledger.ListedFile("call-1.json", 1, 1, None, "metadata", "call", "1", None)]
        await book.transact(ledger.record_listing, place, ledger.ListedBatch(listed), now=now)
        assert 1 == await book.read(ledger.count_pending, [place])
        await book.write(make_change("1")._replace(files_done=(1,), budget=Spent("token", now, 3)))
        assert 0 == await book.read(ledger.count_pending, [place])
        granted = await book.transact(ledger.spend, "token", now, per_hour=5, per_day=None, wanted=9)
    assert 2 == granted


async def test_an_empty_change_is_no_trouble(url):
    """A change without anything in it is written in no time."""
    async with ledger.open_ledger(url) as book:
        await book.write(Change())
