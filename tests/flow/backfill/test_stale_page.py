"""A run holds a page of sessions that it read before a backfill planned them, or was done with them."""

import sqlite3
from contextlib import AsyncExitStack, closing

import pytest

from connector import ledger
from connector.job.definition import loader
from connector.job.execution.opening import open_execution
from connector.job.execution.progress import Silent
from connector.job.execution.summary import Options, Summary
from connector.job.gathering.survey import survey
from connector.job.run import runner
from connector.ledger import Item, Present

JOB = "demo"
CALLS = range(101, 113)
FIRST, LAST = range(101, 109), range(105, 113)
"""What may be planned: a page has the calls by number."""


def others(planned):
    """Give the external ids of calls that are in nobody's plan."""
    return {f"acme-call-{number}" for number in CALLS if number not in planned}


class Neighbour(Silent):
    """A backfill that plans calls right after the run has read them, and may be done with them at a chosen moment."""

    def __init__(self, project, planned, *, done_after=None):
        self.file = project.folder / "connector.db"
        self.planned = planned
        self.run = None
        self.questions = 0
        self.closed_entries = 0
        self.done_after = done_after

    def watch(self, run):
        """Plan what the run reads, and count what it asks the ledger for itself."""
        self.run = run
        run.book = Counting(run.book, self)

    def plan(self, connection, places, after, limit):
        page = ledger.pending_groups(connection, places, after, limit)
        if after == ledger.START:
            groups = [group for group in page[0] if int(group.session_id or 0) in self.planned]
            items = [Item("2026-03-24", tuple(file.id for file in group.files), 0) for group in groups]
            ledger.add_items(connection, JOB, items, {}, most=100)
            ledger.close_filling(connection, JOB)
            present = Present(ledger.make_owner(), "key", JOB, "plan", {}, self.run.now())
            ledger.announce(connection, present)
            self.run.neighbours.sees("backfill-1")
        return page

    def closed(self, outcome):
        self.closed_entries += outcome is not None
        if self.closed_entries == self.done_after:
            with closing(sqlite3.connect(self.file, timeout=30)) as other, other:
                other.execute("UPDATE file SET pending = 0 WHERE id IN (SELECT file_id FROM backfill_item)")
                other.execute("DELETE FROM backfill_item")
                other.execute("UPDATE backfill_partition SET state = 'done'")
            self.run.neighbours.sees(None)


class Counting:
    """A ledger that counts what it is asked about plans."""

    def __init__(self, book, neighbour):
        self._book, self._neighbour = book, neighbour

    def __getattr__(self, name):
        return getattr(self._book, name)

    async def read(self, function, *values, **options):
        self._neighbour.questions += function is ledger.held_by_others
        return await self._book.read(function, *values, **options)


async def run_beside(project, neighbour, **options):
    """Let a run work on all calls while the neighbour plans some of them; give its summary."""
    plan = loader.load(JOB, project.settings)
    summary = Summary(JOB, project.clock.now(), run_id="run-1")
    async with AsyncExitStack() as stack:
        run = await open_execution(
            stack,
            plan,
            project.settings,
            Options(report=False, **options),
            clock=project.clock,
            progress=neighbour,
            summary=summary,
        )
        neighbour.watch(run)
        await survey(run)
        run.groups = neighbour.plan
        await runner.work(run)
    return summary


@pytest.fixture
def calls(make_project):
    """Give a function that gives a project with calls and room for one at a time."""

    def make(address):
        project = make_project(address, with_samples=False)
        project.edit_job(("audio:", "limits: {concurrency: 1}\naudio:"))
        for number in CALLS:
            project.call(number)
        return project

    return make


async def test_what_was_planned_since_the_page_was_read_is_left_at_one_question(calls, capturi, reading):
    """Of a page a run does what nobody planned, and asks the ledger once about all of it."""
    async with capturi() as address:
        project = calls(address)
        neighbour = Neighbour(project, FIRST)
        summary = await run_beside(project, neighbour)
        arrived = await reading(address)
    assert others(FIRST) == set(arrived.conversations)
    assert (len(others(FIRST)), 1) == (summary.as_dict()["delivered"], neighbour.questions)


@pytest.mark.parametrize("done_after", [1, 2])
async def test_what_a_backfill_is_done_with_meanwhile_is_not_sent_again(calls, capturi, reading, done_after):
    """What the page says of a call is out of date once a backfill has delivered it: the run leaves it alone."""
    async with capturi() as address:
        project = calls(address)
        summary = await run_beside(project, Neighbour(project, LAST, done_after=done_after))
        arrived = await reading(address)
    assert others(LAST) == set(arrived.conversations)
    assert len(others(LAST)) == summary.as_dict()["seen"]


async def test_a_limit_counts_only_what_the_run_works_on(calls, capturi, reading):
    """`--limit 3` beside a backfill sends three calls, however many before them are left to the plan."""
    async with capturi() as address:
        project = calls(address)
        summary = await run_beside(project, Neighbour(project, FIRST), limit=3)
        arrived = await reading(address)
    assert 3 == summary.as_dict()["delivered"] == len(arrived.conversations)
    assert others(FIRST) > set(arrived.conversations)
