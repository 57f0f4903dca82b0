"""Keep what a forwarding did as the runs of jobs are kept: a new run each day, written as it goes on."""

from dataclasses import replace

from connector import ledger
from connector.job.execution.summary import ExitCode
from connector.job.forward.model import Forwarding
from connector.ledger import RunRow
from connector.logs import logger

__all__ = ["Diary"]

COUNTS = ("seen", "unchanged", "delivered", "held", "skipped", "refused", "audio_uploaded", "bytes_uploaded")
WRITING_SECONDS = 20.0


class Diary:
    """The run under which a forwarding's steps stand; one that did nothing leaves none."""

    def __init__(self, run: Forwarding) -> None:
        self._run = run
        self._row: RunRow | None = None
        self._seen = 0
        self._written_at = run.clock.monotonic()

    async def open(self) -> None:
        """Say of this intake's runs that were killed how they ended: nobody else has one while its lock is ours."""
        run = self._run
        await run.book.transact(ledger.killed.close_killed_runs, run.desk.intake, now=run.now())

    async def write(self) -> None:
        """Write what was done since, at most every few seconds."""
        if self._run.clock.monotonic() - self._written_at >= WRITING_SECONDS:
            self._written_at = self._run.clock.monotonic()
            await self._write()

    async def close(self, error: str | None) -> None:
        """Write how it ended."""
        summary = self._run.summary
        summary.finish(self._run.now(), error=error, exit_code=ExitCode.STOPPED if error else None)
        await self._write(ended=True)

    async def _write(self, *, ended: bool = False) -> None:
        run, summary = self._run, self._run.summary
        facts = summary.as_dict()
        if self._row is None:
            if not facts["seen"] and not summary.error:
                return
            self._row = RunRow(
                id=run.run_id,
                job=run.desk.intake,
                tenant=run.desk.place.tenant,
                started_at=summary.started_at,
                options={"timezone": "UTC"},
                mapping_hash=run.mapping.hash,
            )
            await run.book.transact(ledger.start_run, self._row)
        if facts["seen"] == self._seen and not ended:
            return
        self._seen = facts["seen"]
        statistics = {run.mapping.name: run.statistics.to_dict(masked=True)}
        await run.book.transact(ledger.save_statistics, run.run_id, statistics)
        counts = {name: facts[name] for name in COUNTS}
        row = replace(self._row, counts=counts, reasons=facts["reasons"])
        if ended:
            row = replace(row, finished_at=summary.finished_at, exit_code=summary.exit_code, error=summary.error)
            logger().info("forwarding.ended", **facts)
        await run.book.transact(ledger.finish_run, row)
