"""Add the command `forget`: erase a customer, and say what was sent where."""

import asyncio
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from connector import clock
from connector.cli.app import app, guarded, load_settings, output
from connector.cli.screen import columns, counted
from connector.errors import ConfigurationError, Problem
from connector.settings import Settings

__all__ = ["forget"]


@app.command(epilog='Example: `connector forget --customer "+45 31 31 31 31"` shows what there is; --yes erases it.')
@guarded
def forget(
    *,
    customer: Annotated[
        str, typer.Option(help="The customer's phone number or e-mail address, as a mapping reads it.")
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Erase it; without this nothing is changed.")] = False,
) -> None:
    """Erase a customer from ledger, inbox, reports and statistics; print what was sent where.

    What is left of a conversation is its id, so that it is not sent again. Capturi keeps what it has: ask there for
    each line that is printed. The files of your storage are yours to delete.
    """
    from connector import ledger  # noqa: PLC0415 - `connector --help` must not pay for the database
    from connector.job.entry.customer import customer_hash  # noqa: PLC0415
    from connector.job.repair.spelling import spellings  # noqa: PLC0415

    settings = load_settings()
    key = _mask_key(customer, settings)
    words = spellings(customer, sorted((settings.home / "mappings").rglob("*.yaml")), key)
    hashes = sorted({found for word in words if (found := customer_hash(key, word))})
    found = asyncio.run(_find(settings, hashes, words)) if ledger.exists(settings.ledger_url) else None
    reports = _reports(settings, found.runs) if found is not None else []
    if found is None or not (found.entries or found.messages):
        output.print("The ledger has no conversation and no message of this customer.")
        if not yes:
            output.print("There is nothing to erase. Did you write the number or address as the record has it?")
            return
    else:
        _show(found, reports)
    if not yes:
        output.print("Nothing was changed. Say --yes to erase.", style="bold")
    elif found is not None:
        fields = asyncio.run(_erase(settings, found, words))
        for path in reports:
            path.unlink(missing_ok=True)
        kinds = (("conversation", found.entries), ("message", found.messages), ("report", reports))
        told = ", ".join(counted(len(rows), name) for name, rows in kinds)
        output.print(f"Erased: {told}, values of {counted(fields, 'field')} in statistics.", style="bold green")
        output.print("Reports that were written elsewhere, and backup copies of the ledger, are yours to delete.")


def _mask_key(customer: str, settings: Settings) -> bytes:
    """Give what keys the hashes of customers; refuse what names nobody, and a project that has no such key."""
    if not customer.strip():
        raise ConfigurationError(
            [Problem("names nobody", field="--customer", hint='write --customer "+45 31 31 31 31"')]
        )
    if settings.mask_key is None:
        hint = "without it the ledger has no hashes of customers to find entries by"
        raise ConfigurationError([Problem("is not set", field="CONNECTOR_HASH_KEY", hint=hint)])
    return settings.mask_key


async def _find(settings: Settings, hashes: Collection[str], words: Collection[str]) -> Any:
    from connector import ledger  # noqa: PLC0415

    async with ledger.open_ledger(settings.ledger_url, clock=clock.SystemClock()) as book:
        return await book.read(ledger.forgetting.traces, hashes, words)


async def _erase(settings: Settings, found: Any, words: Collection[str]) -> int:
    from connector import ledger  # noqa: PLC0415
    from connector.ledger.database import empty_log  # noqa: PLC0415
    from connector.mapping import profile  # noqa: PLC0415

    now = clock.SystemClock().now()
    async with ledger.open_ledger(settings.ledger_url, clock=clock.SystemClock()) as book:
        fields = await book.transact(ledger.forgetting.forget, found, words, now, profile.erased)
    if not empty_log(settings.ledger_url):
        output.print("A process at work keeps old pages in the ledger's log; they go when it ends.", style="yellow")
    return fields


def _show(found: Any, reports: Sequence[Path]) -> None:
    sent = [entry for entry in found.entries if entry.created or entry.state == "delivered"]
    kept = len(found.entries) - len(sent)
    output.print(f"Conversations and messages: {len(found.entries)}. Sent: {len(sent)}, not sent: {kept}.")
    if sent:
        names = ("  external id", "uid", "target", "sent", "audio")
        table = columns("\nAsk for their erasure at the target", *names, whole=names[:2])
        for entry in sent:
            moment = f"{entry.created_at or entry.changed_at:%Y-%m-%d %H:%M}Z"
            audio = "yes" if entry.audio_state == "sent" else "no"
            name = escape(entry.external_id or f"{entry.channel} {entry.session_id}")
            table.add_row(f"  {name}", entry.uid or "", entry.target, moment, audio)
        output.print(table)
    requests, made = counted(len(found.messages), "stored request"), counted(len(reports), "report")
    output.print(f"{requests}, {made}.")


def _reports(settings: Settings, runs: Sequence[str]) -> list[Path]:
    """Give the report files that may show the customer: those of its runs, and those of whole periods."""
    folder = settings.home / "reports"
    if not runs or not folder.is_dir():
        return []
    marks = (*runs, "report")
    files = [path for path in folder.rglob("*") if path.is_file()]
    return sorted(path for path in files if any(part.startswith(marks) for part in path.relative_to(folder).parts))
