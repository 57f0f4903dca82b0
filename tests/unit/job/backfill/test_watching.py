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
TOLD = {"target", "storages"}
"""What a worker says of those it speaks with."""


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

    def says(self, owner, part, worked, more=None):
        facts = {"number": 1, "part": part.id, "day": part.day, "items": part.items, "worked": worked}
        facts |= {"counts": {"delivered": worked}, **(more or {})}
        ledger.announce(self.connection, Present(owner, self.key, self.job.job, "backfill", facts, NOW))

    def begins_the_first_of_two(self, owner, worked):
        self.plan("2026-03-01", "2026-02-28")
        part = self.claims(owner)
        self.says(owner, part, worked)
        return part

    def finishes(self, part):
        ledger.finish(self.connection, part, counts={"delivered": A_PART}, reasons={}, problem=None, now=NOW)


@pytest.fixture
def job():
    given = {"job": "history", "tenant": "acme", "source": {"storage": "export"}, "mappings": {}}
    given |= {"limits": {"per_hour": 4, "backfill_share": 0.25}}
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
        kept["part"] = workers.begins_the_first_of_two(owner, 9)

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


async def test_what_is_let_go_stays_done_and_a_cancelled_plan_keeps_its_size(looks):
    """A part whose worker let it go is nobody's, and a cancelled plan loses what waits: no number falls by that."""
    owner = ledger.make_owner()
    kept = {}

    def begin(workers):
        kept["part"] = workers.begins_the_first_of_two(owner, 6)

    await looks(begin)
    seen = await looks(lambda workers: ledger.release(workers.connection, kept["part"]))
    assert (20, 6, {"delivered": 6}, ()) == (seen.items, seen.worked, seen.counts, seen.workers)

    def cancel(workers):
        ledger.set_control(workers.connection, workers.job.job, ledger.BACKFILL, now=NOW, state=ledger.CANCELLED)
        ledger.end_plan(workers.connection, workers.job.job, ledger.CANCELLED, NOW)

    seen = await looks(cancel)
    assert (20, 6, {"delivered": 6}, None) == (seen.items, seen.worked, seen.counts, seen.seconds_left)
    assert "cancelled: what is under way is finished, the rest is let go" == seen.note


async def test_a_pause_that_came_too_late_holds_nothing_up(looks):
    """Where all is done, nobody is told to go on with it."""
    owner = ledger.make_owner()

    def end(workers):
        workers.plan("2026-03-01")
        workers.finishes(workers.claims(owner))
        ledger.set_control(workers.connection, workers.job.job, ledger.BACKFILL, now=NOW, state=ledger.PAUSED)

    seen = await looks(end)
    assert (10, 10, "") == (seen.items, seen.worked, seen.note)


@pytest.mark.parametrize(
    ("change", "note"),
    [
        ({}, ""),
        ({"spent": 4}, "waits for the next hour: all 4 creations of this one are used up"),
        ({"spent": 4, "run": True}, "waits for the next hour: all 4 creations of this one are used up"),
        ({"run": True}, "makes room for another run of the target: 25% of the rate"),
        ({"target": {"breaker": "open"}}, "the target does not answer and is waited for"),
        (
            {"storages": [{"storage": "sftp://h/export", "breaker": "half_open"}], "run": True},
            "the storage sftp://h/export did not answer and is being tried",
        ),
        ({"target": {"breaker": "open"}, "control": ledger.PAUSED}, "paused; go on with: connector resume history"),
    ],
)
async def test_what_holds_it_up_is_told_and_only_where_it_does(looks, change, note):
    """The reason that weighs most: not a limit that may be used up, but the one that is."""

    def happen(workers):
        workers.plan("2026-03-01")
        owner = ledger.make_owner()
        workers.says(owner, workers.claims(owner), 0, {name: change[name] for name in TOLD & change.keys()})
        if "run" in change:
            run = Present(ledger.make_owner(), workers.key, "nightly", "run", {}, NOW)
            ledger.announce(workers.connection, run)
        created = change.get("spent", 0)
        ledger.spend(workers.connection, workers.key, NOW, per_hour=None, per_day=None, wanted=created)
        state = change.get("control", ledger.RUNNING)
        ledger.set_control(workers.connection, "history", ledger.BACKFILL, now=NOW, state=state)

    assert note == (await looks(happen)).note
