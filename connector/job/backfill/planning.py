"""Find the sessions of a range and divide them into parts: the ledger holds the plan, memory one page of it."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from connector import ledger
from connector.job.backfill.view import View
from connector.job.execution.model import Execution
from connector.job.gathering.gather import Broken, Work, gather
from connector.job.gathering.survey import survey
from connector.job.run.runner import ended_at
from connector.ledger import Item

__all__ = ["LARGEST_PART", "Planning", "make_plan", "part_size"]

LARGEST_PART = 2000
"""Sessions in a part: what a worker holds at a time stays small, and little is looked at again after a kill."""
SMALLEST_PART = 200
PARTS_EACH = 6
"""Parts for each worker, at least: at the end they wait for one another no longer than one part takes."""


@dataclass(slots=True)
class Planning:
    """What planning found."""

    sessions: int = 0
    """Sessions in the range that were in no part yet."""
    outside: int = 0


def part_size(waiting: int, workers: int) -> int:
    """Give how many sessions a part may have, of so many, for workers that are to end together."""
    if workers == 1:
        return LARGEST_PART
    return max(SMALLEST_PART, min(LARGEST_PART, waiting // (workers * PARTS_EACH)))


async def make_plan(run: Execution, view: View, *, workers: int = 1, most: int = LARGEST_PART) -> Planning:
    """List the storages, read the metadata of what waits, and plan what ended within the run's bounds.

    The listing knows no ends of sessions, and dates of files and folders tell when something was written, not of
    which day it is: so the metadata is read. What is planned already is not read again.
    """
    job, found = run.plan.job, Planning()
    most = min(most, part_size(await survey(run), workers))
    if job.source.kind != "ccai":
        # Many sessions in a file, or many mails of a session: only the whole can be judged.
        found.sessions = await _plan_whole(run)
        await run.book.transact(ledger.close_filling, job.job)
        return found
    zone = ZoneInfo(job.timezone)
    filling: dict[str, tuple[int, int]] = {}
    run.groups = ledger.unplanned_groups
    async for page in gather(run):
        items = [_item(one, zone) for one in page if run.options.wants(ended_at(one))]
        found.sessions += len(items)
        found.outside += len(page) - len(items)
        await run.book.transact(ledger.add_items, job.job, items, filling, most=most)
        view.planned(found.sessions, found.outside)
        if (await run.book.read(ledger.control, job.job, ledger.BACKFILL)).state == ledger.CANCELLED:
            # Reading on would only find what is let go.
            break
    await run.book.transact(ledger.close_filling, job.job)
    return found


async def _plan_whole(run: Execution) -> int:
    waiting = await run.book.read(ledger.count_pending, list(run.places.values()))
    known = await run.book.read(ledger.sums, run.plan.job.job)
    if waiting and not known.keys() & {"waiting", "claimed"}:
        items = [Item(ledger.WHOLE, (), 0)] * waiting
        await run.book.transact(ledger.add_items, run.plan.job.job, items, {}, most=waiting)
    return waiting


def _item(one: Work | Broken, zone: ZoneInfo) -> Item:
    ended = ended_at(one)
    day = ended.astimezone(zone).date().isoformat() if ended else ""
    if isinstance(one, Broken):
        return Item(day, (one.file.id,), 0)
    files = {one.file.id, *one.settled_files, *(file for rival in one.rivals for file in rival.settled_files)}
    return Item(day, tuple(sorted(files)), sum(recording.size_bytes for recording in one.recordings))
