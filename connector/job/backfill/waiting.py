"""Wait until runs of the job that began before its plan have let go of what is in it."""

import asyncio

from connector import ledger
from connector.job.backfill.closing import Backfill
from connector.job.execution.budget import target_key
from connector.ledger import Ledger, Present

__all__ = ["await_runs"]

LOOK_SECONDS = 0.5


async def await_runs(backfill: Backfill, book: Ledger) -> bool:
    """Return once no run of the job can have anything of the plan under way; False where the end was asked for.

    Such a run sees the plan within a few seconds, begins nothing of it any more, and says when what it had begun is
    done; a run that ends, or is killed, is waited for no longer.
    """
    key = target_key(backfill.plan.job.target)
    told: set[str] = set()
    ended = asyncio.Event()

    def end() -> None:
        backfill.interrupted = True
        ended.set()

    with backfill.ending.does(end):
        while not ended.is_set():
            there = await book.read(ledger.present, key, backfill.clock.now())
            runs = {_name(one) for one in there if _holds(one, backfill)}
            control = await book.read(ledger.control, backfill.job, ledger.BACKFILL)
            if not runs or control.state == ledger.CANCELLED:
                return True
            for run in sorted(runs - told):
                backfill.view.say(f"waits until the run {run} has finished what it has under way of the plan")
            told |= runs
            await asyncio.sleep(LOOK_SECONDS)
    return False


def _holds(one: Present, backfill: Backfill) -> bool:
    is_run = one.kind == "run" and one.job == backfill.job
    return is_run and one.facts.get("plan") != backfill.summary.run_id


def _name(one: Present) -> str:
    return str(one.facts.get("run_id", ""))
