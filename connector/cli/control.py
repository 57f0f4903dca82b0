"""Add the commands that hold, go on with or end a backfill or a schedule from another terminal."""

import asyncio
from datetime import datetime, timedelta
from typing import Annotated

import typer

from connector.cli.app import app, guarded, load_settings, output
from connector.cli.planned import schedules
from connector.cli.screen import time_of
from connector.errors import ConfigurationError, Problem

__all__ = ["cancel", "pause", "resume"]

Job = Annotated[str, typer.Argument(help="Name of the job or intake: its file in jobs/ without .yaml.")]
Schedule = Annotated[
    bool | None,
    typer.Option(
        "--schedule/--backfill",
        help="Which of the two is meant. Left out: an unfinished backfill, else the schedule; for a day after the"
        " end of a backfill pause and cancel want to be told.",
        show_default=False,
    ),
]
LATELY = timedelta(days=1)
"""For so long after the end of a backfill who holds or cancels without a word of what may mean the backfill."""
DONE = {
    ("pause", "backfill"): "What is under way is finished, then it waits. Go on with: connector resume {job}",
    ("pause", "schedule"): "No run starts by itself. Go on with: connector resume {job}",
    ("resume", "backfill"): "A backfill that waits goes on; one whose process ended goes on when it is started again.",
    ("resume", "schedule"): "The next run starts when the schedule says so.",
    ("cancel", "backfill"): "What is under way is finished, the rest is let go. What was delivered stays delivered.",
    ("cancel", "schedule"): "No run starts by itself any more. Take it up again with: connector resume {job}",
}


@app.command(epilog="Example: `connector pause nightly-ccai`, and later `connector resume nightly-ccai`.")
@guarded
def pause(job: Job, *, schedule: Schedule = None) -> None:
    """Hold a job's backfill, or its schedule where no backfill is under way."""
    _ask("pause", job, schedule=schedule)


@app.command(epilog="Example: `connector resume nightly-ccai`.")
@guarded
def resume(job: Job, *, schedule: Schedule = None) -> None:
    """Go on with what `pause` held."""
    _ask("resume", job, schedule=schedule)


@app.command(epilog="Example: `connector cancel nightly-ccai --backfill`.")
@guarded
def cancel(job: Job, *, schedule: Schedule = None) -> None:
    """End a job's backfill for good, or its schedule until it is resumed.

    What is under way is finished, and what was delivered stays delivered. Who comes too late for a backfill does not
    end the nightly runs instead: that wants --schedule.
    """
    _ask("cancel", job, schedule=schedule)


def _ask(word: str, job: str, *, schedule: bool | None) -> None:
    from connector import clock, ledger  # noqa: PLC0415 - `connector --help` must not pay for the database
    from connector.job.definition import loader  # noqa: PLC0415

    settings = load_settings()
    loader.find(settings.home, job)
    is_intake = job in loader.intakes(settings.home)
    state = {"pause": ledger.PAUSED, "resume": ledger.RUNNING, "cancel": ledger.CANCELLED}[word]
    now = clock.SystemClock().now()

    async def note() -> str:
        async with ledger.open_ledger(settings.ledger_url, clock=clock.SystemClock()) as book:
            planned = await book.read(ledger.plan, job)
            # An intake has no schedule: what can be held of it is the import of its history.
            is_open = is_intake or (planned is not None and planned.is_open)
            has_schedule = job in {one.job for one in schedules(settings, ())}
            ended_at = planned.changed_at if planned is not None and not is_open else None
            if schedule is False and not is_open:
                raise ConfigurationError([_nothing_open(job, ended_at)])
            scope = ledger.BACKFILL if is_open and not schedule else ledger.SCHEDULE
            if scope == ledger.SCHEDULE and not has_schedule:
                hint = "add schedule: to its file, or start a backfill"
                raise ConfigurationError([Problem(f"{job} has no schedule, and no unfinished backfill", hint=hint)])
            if word != "resume" and schedule is None and ended_at is not None and now - ended_at < LATELY:
                raise ConfigurationError([_too_late(word, job, ended_at)])
            await book.transact(ledger.set_control, job, scope, now=now, state=state)
            if planned is not None and scope == ledger.BACKFILL and state == ledger.CANCELLED:
                await book.transact(ledger.end_plan, job, ledger.CANCELLED, now)
            return scope

    scope = asyncio.run(note())
    past = {"pause": "paused", "resume": "resumed", "cancel": "cancelled"}[word]
    output.print(f"{scope} of {job}: {past}", style="bold", markup=False)
    output.print(f"  {DONE[word, scope].format(job=job)}", markup=False)


def _nothing_open(job: str, ended_at: datetime | None) -> Problem:
    ended = f"; the last one ended at {time_of(ended_at)}" if ended_at is not None else ""
    hint = f"`connector backfill {job} --from DATE --to DATE` starts one"
    return Problem(f"there is no unfinished backfill of {job}{ended}", hint=hint)


def _too_late(word: str, job: str, ended_at: datetime) -> Problem:
    """Say that the backfill which may have been meant is over: nobody shall lose the nightly runs by that."""
    hint = f"its schedule is as it was; `connector {word} {job} --schedule` means that"
    return Problem(f"the backfill of {job} ended at {time_of(ended_at)}: nothing of it is left to {word}", hint=hint)
