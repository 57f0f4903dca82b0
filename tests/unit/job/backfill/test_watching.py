"""What is shown of a backfill is what is done, and never more."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from connector import ledger
from connector.job.backfill.watching import Watching
from connector.job.definition.model import Job
from connector.job.execution.budget import target_key
from connector.ledger import Item, Present
from tests.clocks import QuickClock

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
A_PART = 10


@dataclass(frozen=True)
class Plan:
    """As much of a job's plan as is read here."""

    job: Job


class Workers:
    """The workers of a backfill, as far as the ledger knows of them."""

    def __init__(self, connection, job):
        self.connection, self.job = connection, job
        self.key = target_key(job.target)

    def plan(self, *days):
        items = [Item(day, (number,), 100) for day in days for number in range(A_PART)]
        ledger.add_items(self.connection, self.job.job, items, {}, most=A_PART)
        ledger.close_filling(self.connection, self.job.job)

    def claims(self, owner):
        part = ledger.claim(self.connection, self.job.job, owner, run_id="r", now=NOW)
        assert part is not None
        return part

    def says(self, owner, part, worked):
        facts = {"number": 1, "part": part.id, "day": part.day, "items": part.items, "worked": worked}
        facts["counts"] = {"delivered": worked}
        ledger.announce(self.connection, Present(owner, self.key, self.job.job, "backfill", facts, NOW))

    def finishes(self, part):
        ledger.finish(self.connection, part, counts={"delivered": A_PART}, reasons={}, problem=None, now=NOW)


@pytest.fixture
def job():
    given = {"job": "history", "tenant": "acme", "source": {"storage": "export"}, "mappings": {}}
    return Job.model_validate({**given, "target": {"token": "t"}})


@pytest.fixture
async def looks(tmp_path, job):
    """Give a function that lets workers do something and then gives what is seen."""
    watching = Watching(Plan(job), "r", QuickClock(NOW), done_before=0)
    async with ledger.open_ledger(f"sqlite:///{tmp_path / 'connector.db'}") as book:

        async def look(done: Callable[[Workers], None]):
            await book.transact(lambda connection: done(Workers(connection, job)))
            return await book.read(watching.look)

        yield look


async def test_a_part_that_was_finished_since_its_worker_spoke_counts_once(looks):
    """Half of the first part, then all of it, though the worker's last word is from before its end."""
    owner = ledger.make_owner()
    kept = {}

    def begin(workers):
        workers.plan("2026-03-01", "2026-02-28")
        kept["part"] = workers.claims(owner)
        workers.says(owner, kept["part"], 9)

    seen = await looks(begin)
    assert (20, 9, {"delivered": 9}, 1) == (seen.items, seen.worked, seen.counts, len(seen.workers))
    seen = await looks(lambda workers: workers.finishes(kept["part"]))
    assert (20, 10, {"delivered": 10}, ()) == (seen.items, seen.worked, seen.counts, seen.workers)

    def go_on(workers):
        kept["part"] = workers.claims(owner)
        workers.says(owner, kept["part"], 10)
        workers.finishes(kept["part"])

    seen = await looks(go_on)
    assert (20, 20, {"delivered": 20}) == (seen.items, seen.worked, seen.counts)


async def test_what_another_worker_took_over_is_counted_as_that_one_tells_it(looks):
    """Two name the same part, and it is the claim that says whose it is."""
    first, second = ledger.make_owner(), ledger.make_owner()

    def take_over(workers):
        workers.plan("2026-03-01")
        part = workers.claims(first)
        workers.says(first, part, 7)
        ledger.release(workers.connection, part)
        workers.says(second, workers.claims(second), 8)

    seen = await looks(take_over)
    assert (8, {"delivered": 8}, 1) == (seen.worked, seen.counts, len(seen.workers))
