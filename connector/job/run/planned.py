"""Tell what a backfill of the same job has planned meanwhile: a run leaves it to that."""

from connector import ledger
from connector.job.execution.model import Execution
from connector.job.gathering.gather import Broken, Work

__all__ = ["is_planned"]


async def is_planned(run: Execution, item: Work | Broken) -> bool:
    """Tell whether a backfill that goes on has this session in its plan, or all of them; it is left out here then."""
    files = [item.file.id, *(item.settled_files if isinstance(item, Work) else ())]
    found = await run.book.transact(ledger.is_planned, run.plan.job.job, files, run.now())
    if found:
        run.rows.left_out.add(item.file.id)
    return found
