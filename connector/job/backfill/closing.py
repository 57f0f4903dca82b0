"""Add up by the ledger what came of a backfill, and write its end down."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy import Connection

from connector import ledger
from connector.clock import Clock
from connector.job.backfill.reckoning import reckon, sum_up
from connector.job.backfill.view import View
from connector.job.backfill.wish import Done, Wish
from connector.job.definition.loader import Plan
from connector.job.definition.source import done_in_storage
from connector.job.entry.record import name_of
from connector.job.execution import upkeep
from connector.job.execution.signals import Ending
from connector.job.execution.summary import Summary
from connector.job.run.rendering import render_report
from connector.ledger import Ledger, RunRow
from connector.ledger.tally import Standing, standing
from connector.logs import logger
from connector.reason import Code, Outcome
from connector.report.privacy import Privacy
from connector.settings import Settings
from connector.storage.finishing import folder_of

__all__ = ["Backfill", "add_up", "close"]

PRIVACY = Privacy()


@dataclass(slots=True)
class Backfill:
    """One backfill while it goes on."""

    plan: Plan
    settings: Settings
    wish: Wish
    clock: Clock
    view: View
    done: Done
    ending: Ending
    interrupted: bool = False
    row: RunRow | None = None
    """The run in the ledger, once it has begun."""
    places: Sequence[int] = ()
    """The ledger's numbers of its storages, once they are open."""

    @property
    def job(self) -> str:
        """Give the job's name."""
        return self.plan.job.job

    @property
    def summary(self) -> Summary:
        """Give what is counted."""
        return self.done.summary


async def add_up(backfill: Backfill, book: Ledger) -> None:
    """Take from the ledger what became of every entry: it knows of workers that were killed as well."""
    summary, done = backfill.summary, backfill.done
    # What the planning counted is at rest until its next try.
    rested = dict(summary.reasons)
    for found in await book.read(ledger.tally, summary.run_id or ""):
        if found.state in set(Outcome):
            summary.counts[Outcome(found.state)] += found.entries
            # The code of what is delivered says what keeps its late recording away: that is no reason of an outcome.
            if found.code is not None and found.state != Outcome.DELIVERED:
                summary.reasons[Code(found.code)] += found.entries
        summary.audio_uploaded += found.audio
        summary.bytes_uploaded += found.bytes_uploaded
    parts = await book.read(ledger.partitions, backfill.job)
    done.parts = [part for part in parts if part.run_id == summary.run_id]
    summary.counts[Outcome.UNCHANGED] += sum(part.counts.get("unchanged", 0) for part in done.parts)
    seen = sum(summary.counts.values())
    if backfill.places:
        standing = await book.read(partial(_standing, backfill=backfill))
        done.reckoning = reckon(standing, rested, seen=seen, plan=sum_up(parts, summary.run_id))
        known = await book.read(ledger.entries, [line.example for line in done.reckoning.lines])
        done.examples = {number: PRIVACY.scrub(name_of(row)) for number, row in known.items()}


def _standing(connection: Connection, backfill: Backfill) -> list[Standing]:
    job, wish = backfill.plan.job, backfill.wish
    return standing(
        connection,
        backfill.places,
        ledger.Source(job.tenant, job.source.kind, job.target.name),
        window=ledger.Window(wish.since, wish.until),
        run_id=backfill.summary.run_id or "",
        away=folder_of(done_in_storage(job.source)),
        began_at=backfill.summary.started_at,
    )


async def close(backfill: Backfill, book: Ledger, error: str | None) -> None:
    """Note how the backfill ended, and have its report made where it went to its end."""
    summary, row = backfill.summary, backfill.row
    if row is None:
        return
    ended = upkeep.ended(row, summary)
    await book.transact(ledger.finish_run, ended)
    logger().info("run.finished", **summary.as_dict())
    if backfill.wish.report and error is None and summary.worked:
        path = await render_report(backfill.settings, row.id)
        if path is not None:
            summary.report = str(path)
            await book.transact(ledger.finish_run, replace(ended, report=str(path)))
