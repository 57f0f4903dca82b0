"""Add the command `zendesk backfill`: a Zendesk's history brought in and sent."""

import asyncio
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn

from connector import clock
from connector.cli.app import errors, guarded, load_settings, output
from connector.cli.last_word import note_printed
from connector.cli.run import moment
from connector.cli.screen import show_summary
from connector.cli.zendesk import Name, zendesk_app
from connector.errors import ConfigurationError, ConnectorError, Problem
from connector.job.execution.summary import ExitCode, Summary
from connector.settings import Settings

if TYPE_CHECKING:
    from connector.job.sender.zendesk_import import Import, Watch

__all__ = ["backfill"]

EVERY = 100
From = Annotated[str, typer.Option("--from", help="Comments written at or after this date or time (UTC).")]
To = Annotated[str, typer.Option("--to", help="Comments written before this date or time (UTC).")]


@zendesk_app.command(
    epilog="Example: `connector zendesk backfill acme-zendesk --from 2026-01-01 --to 2026-02-01 --dry-run` counts."
)
@guarded
def backfill(
    intake: Name,
    *,
    since: From,
    until: To,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and count; write and send nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")] = False,
) -> int:
    """Bring in the comments of a range of time and send them, by the same ids as triggers do.

    What came by a trigger already is not sent again, and a second run over the same range sends nothing. It goes on
    where it was interrupted; `connector pause` and `connector cancel` hold and end it. Internal notes are left out
    unless the intake says `notes: send`.
    """
    summary = Summary(intake, clock.SystemClock().now(), dry_run=dry_run)
    try:
        return _backfill(intake, load_settings(), (since, until), dry_run=dry_run, as_json=as_json)
    except ConnectorError as error:
        if as_json:
            code = ExitCode.MEND if isinstance(error, ConfigurationError) else ExitCode.STOPPED
            _tell_stopped(summary, str(error), code)
        raise
    except KeyboardInterrupt:
        if as_json:
            _tell_stopped(summary, "interrupted", ExitCode.STOPPED)
        raise


def _backfill(intake: str, settings: Settings, asked: tuple[str, str], *, dry_run: bool, as_json: bool) -> int:
    from connector.job.definition import loader  # noqa: PLC0415 - `connector --help` must not pay for it
    from connector.job.sender import zendesk_backfill as work  # noqa: PLC0415

    window = _window(*asked)
    plan = loader.load_intake(intake, settings)
    with _watching(window[0]) as watch:
        done = asyncio.run(work.backfill(plan, settings, window, clock.SystemClock(), watch=watch, dry_run=dry_run))
    if as_json:
        _print_json(done.summary)
    else:
        found = done.done
        resumed = ", after an interruption" if found.resumed else ""
        output.print(f"{found.tickets:,} tickets read{resumed}: {found.comments:,} comments, {found.new:,} of them new")
        if found.cancelled:
            output.print("It was cancelled before its end.", style="yellow")
        if done.left_to_service:
            output.print("The service that is running sends what is new.")
        show_summary(output, done.summary)
    return done.summary.exit_code


def _window(since: str, until: str) -> tuple[datetime, datetime]:
    begin, end = moment("--from", since, "UTC"), moment("--to", until, "UTC")
    if begin is None or end is None or end <= begin:
        raise ConfigurationError([Problem("lies before --from", field="--to")])
    return begin, end


@contextmanager
def _watching(begin: datetime) -> Iterator["Watch"]:
    """Show how far the export came: a bar on a terminal, a line every hundred tickets elsewhere.

    Tickets come in the order in which they changed, so their time tells how much is left of the way from the range's
    begin to now.
    """
    now = clock.SystemClock().now()
    if not errors.is_terminal:
        yield _line
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=errors, transient=True) as bar:
        task = bar.add_task("reading Zendesk", total=(now - begin).total_seconds())

        def watch(done: "Import") -> None:
            came = (done.changed_at - begin).total_seconds() if done.changed_at else None
            bar.update(task, completed=came, description=_told(done))

        yield watch


def _line(done: "Import") -> None:
    if done.tickets and done.tickets % EVERY == 0:
        errors.print(_told(done))


def _told(done: "Import") -> str:
    return f"{done.tickets:,} tickets, {done.comments:,} comments, {done.new:,} new"


def _tell_stopped(summary: Summary, error: str, exit_code: int) -> None:
    summary.finish(clock.SystemClock().now(), error=error, exit_code=exit_code)
    _print_json(summary)


def _print_json(summary: Summary) -> None:
    note_printed()
    sys.stdout.write(json.dumps(summary.as_dict()) + "\n")
