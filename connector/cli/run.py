"""Add the command `run`: one run of a job now."""

import json
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from connector import clock
from connector.cli.app import app, errors, guarded, load_settings, output
from connector.cli.last_word import not_started, note_printed
from connector.cli.screen import show_summary, watching
from connector.errors import ConfigurationError, Problem
from connector.job.execution.summary import ExitCode, Options, Summary
from connector.settings import Settings

__all__ = ["moment", "print_json", "run"]

Since = Annotated[str | None, typer.Option(help="Only sessions that ended at or after this date or time.")]
Until = Annotated[str | None, typer.Option(help="Only sessions that ended before this date or time.")]


@app.command(
    epilog="Example: `connector run nightly-ccai --since 2026-03-01 --limit 100 --dry-run` shows what would go."
)
@guarded
def run(  # noqa: PLR0913 - one parameter per documented option
    job: Annotated[str, typer.Argument(help="Name of the job: its file in jobs/ without .yaml.")],
    *,
    since: Since = None,
    until: Until = None,
    limit: Annotated[int | None, typer.Option(help="Work on at most this many new entries.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would happen; write and send nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Let a first run send more than 1,000 entries.")] = False,
    slot: Annotated[
        str | None, typer.Option(help="The due moment the run is for, as the scheduler names it: one run for each.")
    ] = None,
) -> int:
    """Run a job once, now: list, map, create, upload, and say what became of every session.

    A second run over the same files sends nothing again.
    """
    try:
        return _run(job, load_settings(), _Wish(since, until, limit, slot, dry_run, yes), as_json=as_json)
    except ConfigurationError as error:
        if as_json:
            print_json(not_started(job, str(error), dry_run=dry_run))
        raise
    except KeyboardInterrupt:
        if as_json:
            print_json(not_started(job, "interrupted", dry_run=dry_run, exit_code=ExitCode.STOPPED))
        raise


@dataclass(frozen=True, slots=True)
class _Wish:
    """What was asked for on the command line, before the job's time zone is known."""

    since: str | None
    until: str | None
    limit: int | None
    slot: str | None
    dry_run: bool
    yes: bool

    def options(self, zone: str) -> Options:
        since, until = moment("--since", self.since, zone), moment("--until", self.until, zone)
        if since is not None and until is not None and until <= since:
            raise ConfigurationError([Problem("lies before --since", field="--until")])
        if self.limit is not None and self.limit < 1:
            raise ConfigurationError([Problem("must be at least 1", field="--limit")])
        slot = moment("--slot", self.slot, zone)
        return Options(since, until, self.limit, dry_run=self.dry_run, yes=self.yes, slot=slot)


def _run(job: str, settings: Settings, wish: _Wish, *, as_json: bool) -> int:
    # The stages are imported here: `connector --help` must not pay for them.
    from connector.job.definition import loader  # noqa: PLC0415
    from connector.job.run import runner  # noqa: PLC0415

    plan = loader.load(job, settings)
    options = wish.options(plan.job.timezone)
    for warning in plan.warnings:
        errors.print(f"warning: {warning}", style="yellow", markup=False)
    with watching(errors) as progress:
        summary = runner.run(plan, settings, options, clock=clock.SystemClock(), progress=progress)
    if as_json:
        print_json(summary)
    else:
        show_summary(output, summary)
    return summary.exit_code


def moment(option: str, text: str | None, zone: str) -> datetime | None:
    """Give the moment a person wrote; without an offset it is meant in the job's time zone."""
    if text is None:
        return None
    try:
        written = datetime.fromisoformat(text)
    except ValueError as error:
        hint = "write 2026-03-24 or 2026-03-24T06:30"
        raise ConfigurationError([Problem(f"{text!r} is not a date or time", field=option, hint=hint)]) from error
    return (written if written.tzinfo else written.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def print_json(summary: Summary, **more: Any) -> None:
    """Print the one object that `--json` promises, with what a command tells beside it."""
    note_printed()
    sys.stdout.write(json.dumps({**summary.as_dict(), **more}) + "\n")
