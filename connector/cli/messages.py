"""Add the command `messages`: what was accepted, raw and mapped, and its replay."""

import asyncio
import json
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.table import Table

from connector.cli.app import app, errors, guarded, load_settings, output
from connector.cli.mapping_view import print_json, say
from connector.cli.screen import COLOURS, columns, counted
from connector.job.execution.summary import ExitCode, Summary

if TYPE_CHECKING:
    from connector.job.look.message import Seen
    from connector.ledger.case_listing import MessageRow, Wanted
    from connector.settings import Settings

__all__ = ["messages"]

MOST_LOOKED_AT = 20
MOST_AGAIN = 100_000


@app.command(epilog="Example: `connector messages --id 902201` shows a comment, raw and mapped, and where it is.")
@guarded
def messages(  # noqa: PLR0913 - each option is a parameter
    *,
    id_: Annotated[
        str | None, typer.Option("--id", help="A message's id, its case's, or the number in the inbox.")
    ] = None,
    retry: Annotated[bool, typer.Option("--retry", help="Do again what is held or refused, now.")] = False,
    intake: Annotated[str | None, typer.Option(help="Only of this intake.")] = None,
    state: Annotated[
        Literal["waiting", "held", "delivered", "skipped", "refused", "recorded"] | None,
        typer.Option(help="Only these: waiting, held, delivered, skipped, refused or recorded."),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many, newest first.")] = 50,
    unmasked: Annotated[bool, typer.Option("--unmasked", help="Show personal data as it came.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON on standard output.")] = False,
) -> int:
    """List accepted messages with what became of each and why; with --id show them raw and mapped side by side."""
    from connector.job.definition.place import find_intake  # noqa: PLC0415 - `connector --help` must not pay for it
    from connector.ledger.case_listing import Wanted  # noqa: PLC0415

    settings = load_settings()
    wanted = Wanted(id_, intake, state, MOST_AGAIN if retry and not id_ else limit)
    if retry:
        return _retry(settings, wanted, as_json=as_json)
    rows, seen = asyncio.run(_look(settings, wanted, raw=id_ is not None))
    if intake is not None and not rows:
        # What an intake took in whose file is gone is there to be seen; a name without either is a mistake.
        find_intake(settings.home, intake)
    if as_json:
        print_json([_facts(row, seen.get(row.inbox_id), unmasked=unmasked) for row in rows])
    elif not rows:
        nothing = "No accepted message is like that." if intake or state else "Nothing was accepted yet."
        say(errors, nothing if id_ is None else f"No accepted message is known as {id_!r}.")
    else:
        output.print(_table(rows))
        for number, one in seen.items():
            _show(number, one, unmasked=unmasked)
    return ExitCode.DONE if rows or id_ is None else ExitCode.MEND


async def _look(settings: "Settings", wanted: "Wanted", *, raw: bool) -> "tuple[list[MessageRow], dict[int, Seen]]":
    from connector import clock, ledger  # noqa: PLC0415
    from connector.job.look.message import find, look_at  # noqa: PLC0415

    if not ledger.exists(settings.ledger_url):
        return [], {}
    seen: dict[int, Seen] = {}
    async with ledger.open_ledger(settings.ledger_url, clock=clock.SystemClock()) as book:
        rows = await find(book, settings, wanted)
        for row in rows[:MOST_LOOKED_AT] if raw else ():
            if row.inbox_id not in seen and (one := await look_at(book, settings, row)) is not None:
                seen[row.inbox_id] = one
    return rows, seen


def _retry(settings: "Settings", wanted: "Wanted", *, as_json: bool) -> int:
    count, done = asyncio.run(_again(settings, wanted))
    if as_json:
        print_json({"again": count, "intakes": {name: one.as_dict() if one else None for name, one in done.items()}})
    else:
        say(output, f"{counted(count, 'message')} {'is' if count == 1 else 'are'} done again.")
        for name, one in done.items():
            say(output, _told(name, one))
    codes = [one.exit_code for one in done.values() if one is not None]
    return ExitCode.STOPPED if ExitCode.STOPPED in codes else max(codes, default=ExitCode.DONE)


async def _again(settings: "Settings", wanted: "Wanted") -> tuple[int, dict[str, Summary | None]]:
    from connector import clock, ledger  # noqa: PLC0415
    from connector.job.look.message import find, retry  # noqa: PLC0415

    if not ledger.exists(settings.ledger_url):
        return 0, {}
    now = clock.SystemClock()
    async with ledger.open_ledger(settings.ledger_url, clock=now) as book:
        return await retry(book, settings, await find(book, settings, wanted), clock=now)


def _told(name: str, done: Summary | None) -> str:
    if done is None:
        return f"{name}: the service forwards them"
    counts = ", ".join(f"{count:,} {outcome.value}" for outcome, count in sorted(done.counts.items()) if count)
    return f"{name}: {counts or 'nothing waited'}" + (f"; stopped: {done.error}" if done.error else "")


def _table(rows: "list[MessageRow]") -> Table:
    names = ("inbox", "accepted", "intake", "case", "message", "state", "reason", "detail")
    table = columns(None, *names, whole=("case", "message"))
    for row in rows:
        state = f"[{COLOURS.get(row.state, 'default')}]{row.state}[/]"
        cells = (row.intake, row.case_uid or row.case or "", row.message or f"({row.act or 'unread'})")
        table.add_row(str(row.inbox_id), f"{row.accepted_at:%Y-%m-%d %H:%M:%S}Z", *cells, state, row.code, row.detail)
    return table


def _show(number: int, seen: "Seen", *, unmasked: bool) -> None:
    from connector.job.look.message import masked  # noqa: PLC0415

    raw = seen.raw if unmasked else masked(seen.raw)
    table = columns(f"\ninbox {number}", "as it came", "as the mapping makes it")
    left = raw if isinstance(raw, str) else json.dumps(raw, ensure_ascii=False, indent=1)
    right = json.dumps(_mapped(seen, unmasked=unmasked), ensure_ascii=False, indent=1)
    table.add_row(_plain(left), _plain(seen.trouble or right))
    output.print(table)


def _mapped(seen: "Seen", *, unmasked: bool) -> list[dict[str, Any]]:
    from connector.job.look.message import masked  # noqa: PLC0415
    from connector.mapping.sensitivity import Sensitivity, sensitivity  # noqa: PLC0415

    paths = {field.name: field.paths for field in seen.mapping.fields}
    told = []
    for event, draft in seen.told:
        values = {
            name: value if unmasked or sensitivity(name, paths[name]) is Sensitivity.OPEN else masked(value)
            for name, value in draft.values.items()
        }
        facts = {"act": event.act.value, "values": values, "refused": draft.refusals, "notes": list(event.notes)}
        told.append({name: fact for name, fact in facts.items() if fact})
    return told


def _plain(text: str) -> str:
    return text.replace("[", r"\[")


def _facts(row: "MessageRow", seen: "Seen | None", *, unmasked: bool) -> dict[str, Any]:
    from dataclasses import asdict  # noqa: PLC0415

    from connector.job.look.message import masked  # noqa: PLC0415

    facts = asdict(row)
    if seen is None:
        return facts
    raw = seen.raw if unmasked else masked(seen.raw)
    return {**facts, "raw": raw, "mapped": _mapped(seen, unmasked=unmasked), "trouble": seen.trouble}
