"""Add the command `show`: the whole way of one conversation, in words."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from connector.cli.app import app, errors, guarded, load_settings, output
from connector.cli.screen import COLOURS, columns, facts_table, size
from connector.cli.state import AsJson, ask, print_json, time_of
from connector.job.execution.summary import ExitCode
from connector.reason import Code
from connector.settings import Settings

__all__ = ["names_of", "say", "show"]

DELIVERED = "delivered"
DIGEST_LETTERS = 12
DIGESTS = ("sha256", "audio_sha256")
BYTES = ("bytes", "size_bytes")


@app.command(
    epilog="Example: `connector show acme-call-1418`, `show call-1418`, `show export/metadata/call-1418.json`."
)
@guarded
def show(
    external_id: Annotated[
        str, typer.Argument(help="External id; a session id, call-1418, a uid or a metadata file's path works too.")
    ],
    *,
    as_json: AsJson = False,
) -> int:
    """Show the whole trace of one conversation, from its file to its uid, and why it did or did not arrive."""
    from connector import ledger  # noqa: PLC0415

    settings = load_settings()
    entries = ask(settings, ledger.find, *names_of(external_id, settings))
    traces = [(entry, ask(settings, ledger.steps, entry.id), _path(settings, entry.file_id)) for entry in entries]
    if as_json:
        print_json([{"entry": entry, "file": path, "steps": steps} for entry, steps, path in traces])
    elif not entries:
        errors.print(f"The ledger knows nothing of {external_id!r}.", markup=False)
        errors.print("`connector run JOB --dry-run` shows what a run would do with the files there are.")
    else:
        for entry, steps, path in traces:
            _show(entry, steps, path)
    return ExitCode.DONE if entries else ExitCode.MEND


def names_of(name: str, settings: Settings) -> list[str]:
    """Give what a person may mean by a name: itself, and the file it is from here or from the project folder."""
    if "://" in name:
        return [name]
    return list(dict.fromkeys([name, str(Path(name).absolute()), str((settings.home / name).absolute())]))


def _path(settings: Settings, file_id: int | None) -> str | None:
    from connector import ledger  # noqa: PLC0415

    return ask(settings, ledger.file_address, file_id) if file_id is not None else None


def _show(entry: Any, steps: Any, path: str | None) -> None:
    colour = COLOURS.get(entry.state, "default")
    output.print(f"[bold]{escape(entry.external_id or entry.session_id)}[/]  [{colour}]{entry.state}[/]")
    reason = f"{entry.code}: {Code(entry.code).meaning}" if entry.code else ""
    audio = [entry.audio_state, size(entry.audio_bytes) if entry.audio_bytes else "", entry.audio_sha256]
    facts = [
        ("no audio" if entry.state == DELIVERED else "reason", reason),
        ("detail", entry.detail),
        ("file", path),
        ("session", f"{entry.channel} {entry.session_id}" + (f", leg {entry.leg}" if entry.leg else "")),
        ("ended", time_of(entry.ended_at)),
        ("target", entry.target),
        ("uid", entry.uid),
        ("audio", " ".join(part for part in audio if part)),
        ("mapping", f"{entry.mapping} {entry.mapping_hash[:12]}" if entry.mapping else ""),
        ("job", entry.job),
    ]
    output.print(facts_table((name, escape(value)) for name, value in facts if value))
    table = columns(None, "  when", "step", "run", "facts")
    for step in steps:
        table.add_row(f"  {time_of(step.at)}", step.name, step.run_id or "", escape(_told(step.facts.items())))
    output.print(table)


def _told(facts: Iterable[tuple[str, Any]]) -> str:
    return "; ".join(f"{name.replace('_', ' ')} {say(name, value)}" for name, value in facts)


def say(name: str, value: Any) -> str:
    """Give a fact's value as a person reads it."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return time_of(value)
    if isinstance(value, dict):
        return "(" + ", ".join(f"{key} {say(key, one)}" for key, one in value.items()) + ")"
    if isinstance(value, list | tuple):
        return ", ".join(say(name, one) for one in value)
    return _word(name, value)


def _word(name: str, value: Any) -> str:
    if name in BYTES and isinstance(value, int):
        return size(value)
    if name in DIGESTS and isinstance(value, str):
        return f"{value[:DIGEST_LETTERS]}…"
    return f"{value:,}" if isinstance(value, int) else str(value)
