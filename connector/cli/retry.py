"""Add the command `retry`: try again what was refused or is held, and nothing else."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.markup import escape

from connector import clock
from connector.cli.app import app, errors, guarded, load_settings, output
from connector.cli.run import moment
from connector.cli.screen import COLOURS, columns, counted, show_summary, watching
from connector.cli.state import AsJson, ask, print_json, time_of
from connector.cli.trace import names_of
from connector.errors import ConfigurationError, Problem
from connector.job.execution.summary import Summary
from connector.mistake import did_you_mean
from connector.reason import Code
from connector.settings import Settings

__all__ = ["retry"]

MOST_SHOWN = 50
EXAMPLE = "Example: `connector retry --reason agent_unknown --dry-run`, and without --dry-run once it looks right."


@app.command(epilog=EXAMPLE)
@guarded
def retry(  # noqa: PLR0913 - one parameter per documented option
    *,
    reason: Annotated[str | None, typer.Option(help="Only entries with this reason, such as field_missing.")] = None,
    name: Annotated[str | None, typer.Option("--id", help="One conversation, by any name that `show` takes.")] = None,
    since: Annotated[str | None, typer.Option(help="Only sessions that ended at or after this date or time.")] = None,
    mapping_hash: Annotated[
        str | None, typer.Option(help="Only entries that this version of a mapping made; its first letters will do.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that is held or refused; late audio too.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be tried; send nothing.")] = False,
    as_json: AsJson = False,
) -> int:
    """Try again what was refused or is held: read, map and send it as its job says now.

    What was delivered is never sent again; a call that was delivered without audio gets its late recording. Counts and
    exit codes are those of `run`, over these entries alone. An entry whose file is gone is refused `unreadable`.
    Options narrow each other down; --all alone takes everything.
    """
    from connector.job.repair import retry as retrying  # noqa: PLC0415 - `connector --help` must not pay for the stages

    settings = load_settings()
    try:
        if not (reason or name or since or mapping_hash or everything):
            raise _mistake("nothing is named", "say --reason, --id, --since or --mapping-hash, or --all for everything")
        entries = _entries(settings, reason, name, since, mapping_hash)
        found = retrying.batches(entries, settings)
    except ConfigurationError as error:
        if as_json:
            print_json(retrying.together([], dry_run=dry_run, error=str(error)))
        raise
    if not as_json:
        _show(entries, dry_run=dry_run)
    summaries = [one for batch in found if (one := _retry(batch, settings, dry_run=dry_run)) is not None]
    told = retrying.together(summaries, dry_run=dry_run)
    if as_json:
        print_json(told)
    else:
        for summary in summaries:
            show_summary(output, summary)
    return int(told["exit_code"])


def _retry(batch: Any, settings: Settings, *, dry_run: bool) -> Summary | None:
    from connector.job.repair import retry as retrying  # noqa: PLC0415

    if batch.plan is None:
        entries = counted(len(batch.entries), "entry", "entries")
        text = f"Left alone: {entries} of {batch.job}. There is no such job here."
        errors.print(text, style="yellow", markup=False)
        errors.print("  Those of an intake are tried again by `connector messages --retry`.")
        return None
    with watching(errors) as progress:
        return retrying.retry(batch, settings, clock=clock.SystemClock(), dry_run=dry_run, progress=progress)


def _entries(
    settings: Settings, reason: str | None, name: str | None, since: str | None, mapping_hash: str | None
) -> Sequence[Any]:
    """Give what is to be tried; raises ConfigurationError for a word that nothing is called by."""
    from connector import ledger  # noqa: PLC0415

    if reason is not None and reason not in list(Code):
        hint = did_you_mean(reason, [code.value for code in Code]) or "docs/reasons.md lists them"
        raise _mistake(f"{reason!r} is no reason", hint, "--reason")
    ids = None
    if name is not None:
        known = ask(settings, ledger.find, *names_of(name, settings))
        if not known:
            raise _mistake(f"the ledger knows nothing of {name!r}", "`connector show` takes the same names", "--id")
        ids = [entry.id for entry in known]
    wish = ledger.replay.Wish(reason, moment("--since", since, "UTC"), mapping_hash, ids)
    return ask(settings, ledger.replay.replayable, wish)


def _show(entries: Sequence[Any], *, dry_run: bool) -> None:
    count = len(entries)
    if not count:
        output.print("Nothing that is held or refused fits, and no late recording: there is nothing to try again.")
        return
    output.print(f"{count:,} {'would be' if dry_run else 'to be'} tried again:")
    table = columns(None, "  conversation", "state", "reason", "ended", "job", "why", whole=("  conversation",))
    for entry in entries[:MOST_SHOWN]:
        state = f"[{COLOURS.get(entry.state, 'default')}]{entry.state}[/]"
        told = (entry.external_id or f"{entry.channel} {entry.session_id}", entry.code or "", time_of(entry.ended_at))
        table.add_row(f"  {escape(told[0])}", state, told[1], told[2], entry.job, escape(entry.detail or ""))
    output.print(table)
    if count > MOST_SHOWN:
        output.print(f"  … and {count - MOST_SHOWN:,} more")


def _mistake(message: str, hint: str, field: str = "") -> ConfigurationError:
    return ConfigurationError([Problem(message, field=field, hint=hint)])
