"""Killed at any step, the next forwarding goes on: each accepted message arrives once, in order."""

import asyncio
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
TICKETS, COMMENTS = "12345", 8
WORKER = """
import asyncio
from pathlib import Path
from connector import ledger
from connector.clock import SystemClock
from connector.job.definition import loader
from connector.job.forward.runner import forward
from connector.settings import Settings

async def main():
    settings = Settings(home=Path({home!r}), ledger="connector.db", hash_key="k")
    plan = loader.load_intake("desk", settings)
    async with ledger.open_ledger(settings.ledger_url) as book:
        await forward(plan, settings, book, clock=SystemClock())

asyncio.run(main())
"""


def start(folder):
    return subprocess.Popen([sys.executable, "-c", WORKER.format(home=str(folder))], cwd=ROOT)


def count(folder, question):
    try:
        with closing(sqlite3.connect(f"file:{folder / 'connector.db'}?mode=ro", uri=True)) as connection:
            return connection.execute(question).fetchone()[0]
    except sqlite3.OperationalError:
        return 0


async def kill_when(process, condition):
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 - another process sets no event
            await asyncio.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    await asyncio.to_thread(process.wait)


@pytest.mark.parametrize(
    "question",
    [
        "SELECT count(*) >= 1 FROM case_event",
        "SELECT count(*) >= 3 FROM step WHERE name = 'message.intended'",
        "SELECT count(*) >= 3 FROM step WHERE name = 'message.done'",
        "SELECT count(*) >= 12 FROM step WHERE name = 'delivered'",
    ],
    ids=["taken in", "intended", "done", "delivered"],
)
async def test_killed_at_a_step_every_message_still_arrives_once_and_in_order(
    make_desk, capturi, zendesk_comment, question
):
    """SIGKILL right after a named step leaves nothing lost, nothing doubled, nothing out of order."""
    async with capturi(faults="latency=5ms") as address:
        desk = make_desk("zendesk", address, concurrency=3)
        wanted = {ticket: [f"{ticket}{number}" for number in range(COMMENTS)] for ticket in TICKETS}
        for number in range(COMMENTS):
            await desk.accept(*(zendesk_comment(ticket, uids[number], number) for ticket, uids in wanted.items()))
        process = start(desk.folder)
        await kill_when(process, lambda: count(desk.folder, question))
        assert count(desk.folder, "SELECT count(*) FROM case_event WHERE open"), "all was done before the kill"
        second = start(desk.folder)
        await kill_when(second, lambda: not count(desk.folder, "SELECT count(*) FROM case_event WHERE open"))
        cases = await desk.cases()

    assert {f"zendesk:acme:{ticket}": uids for ticket, uids in wanted.items()} == {
        uid: [one["messageUid"] for one in case["messages"]] for uid, case in cases.items()
    }


async def test_a_killed_forwarding_is_said_to_have_ended(make_desk, capturi, zendesk_comment):
    """The next forwarding of the intake closes the run that a kill left open, with its counts and the reason."""
    async with capturi() as address:
        desk = make_desk("zendesk", address)
        await desk.accept(zendesk_comment("1", "11", 1))
        await desk.forward()
        with closing(sqlite3.connect(desk.folder / "connector.db")) as connection, connection:
            connection.execute("UPDATE run SET finished_at = NULL, exit_code = NULL, counts = '{}'")
        await desk.accept(zendesk_comment("1", "12", 2))
        await desk.forward()

    (first, second) = desk.ask("SELECT exit_code, error, counts ->> 'delivered' FROM run ORDER BY started_at")
    assert (1, 1) == (first[0], first[2])
    assert "killed" in first[1]
    assert (None, 1) == second[1:]
