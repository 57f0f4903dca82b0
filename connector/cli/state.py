"""Add the commands that look: `status`, `runs`, `show`."""

import asyncio
import sys
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, TypeVar

import orjson
import typer

from connector.cli.app import app, errors, guarded, load_settings, output
from connector.cli.screen import COLOURS, columns, facts_table
from connector.job.summary import ExitCode
from connector.reason import Code
from connector.settings import Settings

__all__ = ["runs", "show", "status"]

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
def status(*, as_json: AsJson = False) -> None:
    """Show what is going on: the last run of each job, and how many entries are where, and why."""
    from connector import ledger  # noqa: PLC0415

    settings = load_settings()
    counts = ask(settings, ledger.counts_by_state)
    latest = ask(settings, ledger.latest_runs)
    if as_json:
        _print_json({"entries": [row._asdict() for row in counts], "jobs": [_run_facts(row) for row in latest]})
        return
    if not counts and not latest:
        output.print("Nothing yet: `connector run JOB` does a first run.")
        return
    table = columns("Last runs", "job", "started", "took", "delivered", "held", "skipped", "refused", "exit code")
    for row in latest:
        table.add_row(*_run_cells(row, with_id=False))
    output.print(table)
    table = columns("\nEntries", "target", "tenant", "state", "reason", "count", "what it means")
    for count in counts:
        meaning = Code(count.code).meaning if count.code else ""
        state = f"[{COLOURS.get(count.state, 'default')}]{count.state}[/]"
        table.add_row(count.target, count.tenant, state, count.code or "", f"{count.count:,}", meaning)
    output.print(table)


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

    found = ask(load_settings(), ledger.runs, limit, job)
    if as_json:
        _print_json([_run_facts(row) for row in found])
        return
    table = columns(None, "run", "job", "started", "took", "delivered", "held", "skipped", "refused", "exit code")
    for row in found:
        table.add_row(*_run_cells(row, with_id=True))
    output.print(table if found else "No run yet: `connector run JOB` does one.")


@app.command(epilog="Example: `connector show acme-call-1418` tells the whole way of one call.")
@guarded
def show(
    external_id: Annotated[str, typer.Argument(help="External id; a session id, uid or file path works too.")],
    *,
    as_json: AsJson = False,
) -> int:
    """Show the whole trace of one conversation, from its file to its uid, and why it did or did not arrive."""
    from connector import ledger  # noqa: PLC0415

    settings = load_settings()
    entries = ask(settings, ledger.find, external_id)
    traces = [(entry, ask(settings, ledger.steps, entry.id), _path(settings, entry.file_id)) for entry in entries]
    if as_json:
        _print_json([{"entry": entry, "file": path, "steps": steps} for entry, steps, path in traces])
    elif not entries:
        errors.print(f"The ledger knows nothing of {external_id!r}.", markup=False)
        errors.print("`connector run JOB --dry-run` shows what a run would do with the files there are.")
    else:
        for entry, steps, path in traces:
            _show(entry, steps, path)
    return ExitCode.DONE if entries else ExitCode.MEND


def _path(settings: Settings, file_id: int | None) -> str | None:
    from connector import ledger  # noqa: PLC0415

    return ask(settings, ledger.file_address, file_id) if file_id is not None else None


def _show(entry: Any, steps: Any, path: str | None) -> None:
    colour = COLOURS.get(entry.state, "default")
    output.print(f"[bold]{entry.external_id or entry.session_id}[/]  [{colour}]{entry.state}[/]")
    reason = f"{entry.code}: {Code(entry.code).meaning}" if entry.code else ""
    facts = [
        ("reason", reason),
        ("detail", entry.detail),
        ("file", path),
        ("session", f"{entry.channel} {entry.session_id}" + (f", leg {entry.leg}" if entry.leg else "")),
        ("ended", _time(entry.ended_at)),
        ("target", entry.target),
        ("uid", entry.uid),
        ("audio", " ".join(str(part) for part in (entry.audio_state, entry.audio_bytes, entry.audio_sha256) if part)),
        ("mapping", f"{entry.mapping} {entry.mapping_hash[:12]}" if entry.mapping else ""),
        ("job", entry.job),
    ]
    output.print(facts_table((name, value) for name, value in facts if value))
    table = columns(None, "  when", "step", "run", "facts")
    for step in steps:
        told = ", ".join(f"{name} {value}" for name, value in step.facts.items())
        table.add_row(f"  {_time(step.at)}", step.name, step.run_id or "", told)
    output.print(table)


def _run_cells(row: Any, *, with_id: bool) -> list[str]:
    took = f"{(row.finished_at - row.started_at).total_seconds():,.1f} s" if row.finished_at else "not ended"
    counts = [f"{row.counts.get(name, 0):,}" for name in ("delivered", "held", "skipped", "refused")]
    code = "" if row.exit_code is None else str(row.exit_code)
    cells = [row.job, _time(row.started_at), took, *counts, code]
    return [row.id, *cells] if with_id else cells


def _run_facts(row: Any) -> dict[str, Any]:
    return {
        "run_id": row.id,
        "job": row.job,
        "dry_run": row.dry_run,
        "started_at": row.started_at,
        "finished_at": row.finished_at,
        **row.counts,
        "reasons": row.reasons,
        "report": row.report,
        "exit_code": row.exit_code,
        "error": row.error,
    }


def _time(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}Z" if moment else ""


def _print_json(value: Any) -> None:
    sys.stdout.write(orjson.dumps(value, default=str).decode() + "\n")
