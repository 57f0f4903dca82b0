"""Add the commands that look at everything: `status`, `runs`."""

import asyncio
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, NamedTuple, TypeVar

import orjson
import typer
from rich.table import Table

from connector.cli.app import app, guarded, load_settings, output
from connector.cli.last_word import note_printed
from connector.cli.limiting import Allowance, allowances, allowances_table
from connector.cli.planned import Planned, schedules, schedules_table, unkept
from connector.cli.run_table import print_runs, run_facts
from connector.cli.screen import COLOURS, columns, time_of
from connector.cli.unfinished import Unfinished, backfills, backfills_facts, backfills_table
from connector.cli.working import storages_in_trouble, working_facts, working_table
from connector.reason import Code
from connector.settings import Settings

__all__ = ["AsJson", "ask", "print_json", "runs", "settle", "status", "time_of"]

T = TypeVar("T")
MEANINGS = {"sending": "under way; where its run was killed, the next one completes it"}
"""What a state means that bears no reason."""
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
    orphan_days: Annotated[
        int, typer.Option(min=0, help="Count recordings and transcripts without a session once they are so old.")
    ] = 7,
) -> None:
    """Show what is going on: schedules, backfills, limits, last runs, and how many entries are where, and why.

    Recordings and transcripts whose session nobody told of are counted as well, with the oldest of them.
    """
    settings = load_settings()
    settle(settings)
    found = _look(settings, datetime.now(UTC), orphan_days)
    if as_json:
        print_json(_facts(found))
    else:
        _show(found, orphan_days)


class _State(NamedTuple):
    """All that `status` tells."""

    counts: Sequence[Any]
    latest: Sequence[Any]
    accepted: Sequence[tuple[str, str, int]]
    alone: Sequence[Any]
    serving: Sequence[Any]
    working: Sequence[Any]
    historical: Sequence[Unfinished]
    planned: Sequence[Planned]
    allowed: Sequence[Allowance]
    resting: Sequence[Any]


def _look(settings: Settings, now: datetime, orphan_days: int) -> _State:
    from connector import ledger  # noqa: PLC0415
    from connector.delivery import LONGEST_REST  # noqa: PLC0415
    from connector.ledger import case_listing  # noqa: PLC0415
    from connector.ledger.orphan import orphans  # noqa: PLC0415
    from connector.ledger.resting import next_tries  # noqa: PLC0415

    there = ask(settings, ledger.at_work, now)
    historical = ask(settings, backfills, now)
    return _State(
        counts=ask(settings, ledger.counts_by_state),
        latest=ask(settings, ledger.latest_runs),
        accepted=ask(settings, case_listing.count_messages),
        alone=ask(settings, orphans, now - timedelta(days=orphan_days)),
        serving=[one for one in there if one.kind == "serve"],
        working=[one for one in there if one.kind != "serve"],
        historical=historical,
        planned=schedules(settings, ask(settings, ledger.controls), there),
        allowed=allowances(settings, ask, now, {one.job: one.limits for one in historical}),
        resting=ask(settings, next_tries, ledger.Resting(now, now + LONGEST_REST)),
    )


def _facts(found: _State) -> dict[str, Any]:
    """Give it as `--json` prints it."""
    return {
        "schedules": [one.as_dict() for one in found.planned],
        "entries": [row._asdict() for row in found.counts],
        "jobs": [run_facts(row) for row in found.latest],
        "messages": [{"intake": intake, "state": state, "count": count} for intake, state, count in found.accepted],
        "orphans": [row._asdict() for row in found.alone],
        "working": working_facts(found.working),
        "backfills": backfills_facts(found.historical),
        "limits": [one.as_dict() for one in found.allowed],
        "next_tries": [row._asdict() for row in found.resting],
    }


def _show(found: _State, orphan_days: int) -> None:
    if found.planned:
        output.print(schedules_table(found.planned))
    if missing := unkept(found.planned, found.serving):
        output.print(missing, markup=False, style="yellow")
    if found.accepted:
        output.print(_messages_table(found.accepted))
    if not found.counts and not found.latest and not found.accepted and not found.historical:
        output.print("Nothing yet: `connector run JOB` does a first run.")
        return
    _print_working(found.working, found.historical)
    if found.allowed:
        output.print(allowances_table(found.allowed))
    print_runs("\nLast runs" if found.planned else "Last runs", found.latest, with_id=False)
    if found.counts:
        _print_entries(found.counts)
    for row in found.resting:
        rests = f"{row.entries:,} {'rests' if row.entries == 1 else 'rest'}"
        text = f"{row.code}: {rests} until the next try, the first until {time_of(row.first_at)} ({row.target})"
        output.print(text, markup=False, style="yellow")
    _print_orphans(found.alone, orphan_days)


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
        meaning = Code(count.code).meaning if count.code else MEANINGS.get(count.state, "")
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
        print_json([run_facts(row) for row in found])
    elif found:
        print_runs(None, found, with_id=True)
    else:
        output.print(f"No run yet: `connector run {job or 'JOB'}` does one.", markup=False)


def settle(settings: Settings) -> None:
    """Close the runs whose processes are gone, so that nobody takes them for runs that go on."""
    from connector import clock, ledger  # noqa: PLC0415
    from connector.job.execution.upkeep import settle_killed  # noqa: PLC0415

    async def close() -> None:
        async with ledger.open_ledger(settings.ledger_url, clock=clock.SystemClock()) as book:
            await settle_killed(book, settings, datetime.now(UTC))

    if ledger.exists(settings.ledger_url):
        asyncio.run(close())


def print_json(value: Any) -> None:
    """Print one JSON value on standard output."""
    note_printed()
    sys.stdout.write(orjson.dumps(value, default=str).decode() + "\n")
