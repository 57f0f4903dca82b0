"""Add the commands that look at everything: `status`, `runs`."""

import asyncio
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, TypeVar

import orjson
import typer
from rich.table import Table

from connector.cli.app import app, guarded, load_settings, output
from connector.cli.last_word import note_printed
from connector.cli.limiting import allowances, allowances_table
from connector.cli.planned import schedules, schedules_table
from connector.cli.screen import COLOURS, columns
from connector.cli.unfinished import Unfinished, backfills, backfills_facts, backfills_table
from connector.cli.working import storages_in_trouble, working_facts, working_table
from connector.reason import Code
from connector.settings import Settings

__all__ = ["AsJson", "ask", "print_json", "runs", "settle", "status", "time_of"]

T = TypeVar("T")
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on standard output.")]


def ask(settings: Settings, question: Callable[..., T], *args: Any) -> T:
    """Give what the ledger answers to one reading function."""
    from connector import clock, ledger  # noqa: PLC0415 - `connector --help` must not pay for the database

    async def answer(url: str) -> T:
        async with ledger.open_ledger(url, clock=clock.SystemClock()) as book:
            return await book.read(question, *args)

    if ledger.exists(settings.ledger_url):
        return asyncio.run(answer(settings.ledger_url))
    # Who only looks makes no ledger: in a wrong folder it would stay behind.
    with ledger.rehearsal_copy(settings.ledger_url) as empty:
        return asyncio.run(answer(empty))


@app.command(epilog="Example: `connector status` shows how many conversations wait, and what for.")
@guarded
def status(
    *,
    as_json: AsJson = False,
    orphan_days: Annotated[int, typer.Option(min=0, help="After so many days a file is missed by its session.")] = 7,
) -> None:
    """Show what is going on: schedules, the last run of each job, and how many entries are where, and why.

    Recordings and transcripts whose session nobody told of are counted as well, with the oldest of them.
    """
    from connector import ledger  # noqa: PLC0415
    from connector.delivery import LONGEST_REST  # noqa: PLC0415
    from connector.ledger import case_listing  # noqa: PLC0415
    from connector.ledger.orphan import orphans  # noqa: PLC0415
    from connector.ledger.resting import next_tries  # noqa: PLC0415

    settings = load_settings()
    settle(settings)
    counts = ask(settings, ledger.counts_by_state)
    latest = ask(settings, ledger.latest_runs)
    accepted = ask(settings, case_listing.count_messages)
    alone = ask(settings, orphans, datetime.now(UTC) - timedelta(days=orphan_days))
    working = ask(settings, ledger.at_work, datetime.now(UTC))
    historical = ask(settings, backfills, datetime.now(UTC))
    planned = schedules(settings, ask(settings, ledger.controls))
    allowed = allowances(settings, ask, datetime.now(UTC))
    resting = ask(settings, next_tries, ledger.Resting(datetime.now(UTC), datetime.now(UTC) + LONGEST_REST))
    if as_json:
        facts = {"entries": [row._asdict() for row in counts], "jobs": [_run_facts(row) for row in latest]}
        facts["messages"] = [{"intake": intake, "state": state, "count": count} for intake, state, count in accepted]
        facts["orphans"] = [row._asdict() for row in alone]
        facts |= {"working": working_facts(working), "backfills": backfills_facts(historical)}
        facts |= {"limits": [one.as_dict() for one in allowed], "next_tries": [row._asdict() for row in resting]}
        print_json({"schedules": [one.as_dict() for one in planned], **facts})
        return
    if planned:
        output.print(schedules_table(planned))
    if accepted:
        output.print(_messages_table(accepted))
    if not counts and not latest and not accepted and not historical:
        output.print("Nothing yet: `connector run JOB` does a first run.")
        return
    _print_working(working, historical)
    if allowed:
        output.print(allowances_table(allowed))
    _print_runs("\nLast runs" if planned else "Last runs", latest, with_id=False)
    _print_entries(counts)
    for row in resting:
        rests = f"{row.entries:,} {'rests' if row.entries == 1 else 'rest'}"
        text = f"{row.code}: {rests} until the next try, the first until {time_of(row.first_at)} ({row.target})"
        output.print(text, markup=False, style="yellow")
    _print_orphans(alone, orphan_days)


def _print_working(working: Sequence[Any], historical: Sequence[Unfinished]) -> None:
    if historical:
        output.print(backfills_table(historical))
    for one in (one for one in historical if one.state == "paused"):
        text = f"The backfill of {one.job} is paused; go on with: connector resume {one.job}"
        output.print(text, markup=False, style="yellow")
    if working:
        output.print(working_table(working))
    for line in storages_in_trouble(working):
        output.print(line, markup=False, style="red", soft_wrap=True)


def _print_orphans(alone: Sequence[Any], orphan_days: int) -> None:
    for row in alone:
        files = f"{row.files:,} {row.role} file{'' if row.files == 1 else 's'}"
        text = f"\n{files} of {row.address} without a session for {orphan_days} days, e.g. {', '.join(row.examples)}"
        output.print(text, markup=False, style="yellow")


def _print_entries(counts: Sequence[Any]) -> None:
    from connector.message.kinds import KINDS  # noqa: PLC0415 - `connector --help` must not pay for it

    table = columns("\nEntries", "target", "tenant", "source", "of", "state", "reason", "count", "what it means")
    for count in counts:
        meaning = Code(count.code).meaning if count.code else ""
        state = f"[{COLOURS.get(count.state, 'default')}]{count.state}[/]"
        of = "messages" if count.source_kind in KINDS else "sessions"
        table.add_row(
            count.target, count.tenant, count.source_kind, of, state, count.code or "", f"{count.count:,}", meaning
        )
    output.print(table)


def _messages_table(accepted: Sequence[tuple[str, str, int]]) -> Table:
    table = columns("\nAccepted messages", "intake", "state", "count")
    for intake, state, count in accepted:
        table.add_row(intake, f"[{COLOURS.get(state, 'default')}]{state}[/]", f"{count:,}")
    return table


@app.command(epilog="Example: `connector runs --limit 5` shows the last five.")
@guarded
def runs(
    job: Annotated[str | None, typer.Argument(help="Only runs of this job.")] = None,
    *,
    limit: Annotated[int, typer.Option(min=1, help="How many, newest first.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List runs, newest first, with what each one did."""
    from connector import ledger  # noqa: PLC0415
    from connector.job.definition.place import find  # noqa: PLC0415

    settings = load_settings()
    settle(settings)
    found = ask(settings, ledger.runs, limit, job)
    if job is not None and not found:
        # Runs of a job whose file is gone are there to be seen; a name without either is a mistake.
        find(settings.home, job)
    if as_json:
        print_json([_run_facts(row) for row in found])
    elif found:
        _print_runs(None, found, with_id=True)
    else:
        output.print("No run yet: `connector run JOB` does one.")


def _print_runs(title: str | None, found: Sequence[Any], *, with_id: bool) -> None:
    names = ["job", "started", "took", "delivered", "held", "skipped", "refused", "exit code"]
    table = columns(title, *(["run", *names] if with_id else names))
    for row in found:
        table.add_row(*_run_cells(row, with_id=with_id))
    output.print(table)
    stopped = [row for row in found if row.error]
    if stopped:
        output.print("\nWhy they stopped", style="bold")
    for row in stopped:
        output.print(f"  {row.id if with_id else row.job}: {row.error}", markup=False, soft_wrap=True)


def settle(settings: Settings) -> None:
    """Close the runs whose processes are gone, so that nobody takes them for runs that go on."""
    from connector import clock, ledger  # noqa: PLC0415
    from connector.job.execution.upkeep import settle_killed  # noqa: PLC0415

    async def close() -> None:
        async with ledger.open_ledger(settings.ledger_url, clock=clock.SystemClock()) as book:
            await settle_killed(book, settings)

    if ledger.exists(settings.ledger_url):
        asyncio.run(close())


def _run_cells(row: Any, *, with_id: bool) -> list[str]:
    took = f"{(row.finished_at - row.started_at).total_seconds():,.1f} s" if row.finished_at else "goes on"
    counts = [f"{row.counts.get(name, 0):,}" for name in ("delivered", "held", "skipped", "refused")]
    code = "" if row.exit_code is None else str(row.exit_code)
    options = row.options or {}
    what = f"{row.job} (named entries alone)" if options.get("restricted_to") else row.job
    what += " (backfill)" if options.get("backfill") else ""
    cells = [what, time_of(row.started_at), took, *counts, code]
    return [row.id, *cells] if with_id else cells


def _run_facts(row: Any) -> dict[str, Any]:
    return {
        "run_id": row.id,
        "job": row.job,
        "restricted_to": (row.options or {}).get("restricted_to"),
        "backfill": bool((row.options or {}).get("backfill")),
        "dry_run": row.dry_run,
        "started_at": row.started_at,
        "finished_at": row.finished_at,
        **row.counts,
        "reasons": row.reasons,
        "report": row.report,
        "exit_code": row.exit_code,
        "error": row.error,
    }


def time_of(moment: datetime | None) -> str:
    """Give a moment as people read it, in UTC."""
    return f"{moment:%Y-%m-%d %H:%M:%S}Z" if moment else ""


def print_json(value: Any) -> None:
    """Print one JSON value on standard output."""
    note_printed()
    sys.stdout.write(orjson.dumps(value, default=str).decode() + "\n")
