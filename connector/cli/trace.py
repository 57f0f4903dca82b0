"""Add the command `show`: the whole way of one conversation, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from connector.cli.app import app, errors, guarded, load_settings, output
from connector.cli.fact import tell
from connector.cli.screen import COLOURS, columns, facts_table, size
from connector.cli.state import AsJson, ask, print_json, time_of
from connector.job.execution.summary import ExitCode
from connector.reason import Code
from connector.settings import Settings

__all__ = ["names_of", "show"]

DELIVERED = "delivered"
KEPT_OF_FORGOTTEN = "what was known of it is erased; the bare id is kept, so that it is not sent again"


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
    traces = [_trace(entry, settings) for entry in entries]
    if as_json:
        print_json(
            [
                {
                    "entry": one.entry._asdict(),
                    "file": one.file,
                    "put_away": [file._asdict() for file in one.away],
                    "steps": one.steps,
                }
                for one in traces
            ]
        )
    elif not entries:
        errors.print(f"The ledger knows nothing of {external_id!r}.", markup=False)
        errors.print("`connector run JOB --dry-run` shows what a run would do with the files there are.")
    else:
        for one in traces:
            _show(one)
    return ExitCode.DONE if entries else ExitCode.MEND


def names_of(name: str, settings: Settings) -> list[str]:
    """Give what a person may mean by a name: itself, and the file it is from here or from the project folder."""
    if "://" in name:
        return [name]
    return list(dict.fromkeys([name, str(Path(name).absolute()), str((settings.home / name).absolute())]))


@dataclass(frozen=True, slots=True)
class _Trace:
    """An entry with all that is known of its way."""

    entry: Any
    steps: Any
    file: str | None
    """Where its own file lies."""
    away: Sequence[Any]
    """The files of its session that were moved or tagged."""


def _trace(entry: Any, settings: Settings) -> _Trace:
    from connector import ledger  # noqa: PLC0415
    from connector.ledger.putting import put_away_of  # noqa: PLC0415

    path = ask(settings, ledger.file_address, entry.file_id) if entry.file_id is not None else None
    away = ask(settings, put_away_of, entry)
    return _Trace(entry, ask(settings, ledger.steps, entry.id), path, away)


def _show(trace: _Trace) -> None:
    entry = trace.entry
    colour = COLOURS.get(entry.state, "default")
    output.print(f"[bold]{escape(_title(entry))}[/]  [{colour}]{entry.state}[/]")
    reason = f"{entry.code}: {Code(entry.code).meaning}" if entry.code else ""
    is_forgotten = entry.code == Code.FORGOTTEN
    facts = [
        ("no audio" if entry.state == DELIVERED else "reason", reason),
        ("forgotten", f"{time_of(entry.changed_at)}: {KEPT_OF_FORGOTTEN}" if is_forgotten else ""),
        ("detail", entry.detail),
        ("file", trace.file),
        ("session", f"{entry.channel} {entry.session_id}" + (f", leg {entry.leg}" if entry.leg else "")),
        ("ended", time_of(entry.ended_at)),
        ("target", entry.target),
        ("uid", entry.uid),
        ("audio", "" if is_forgotten else _audio(entry)),
        ("mapping", f"{entry.mapping} {entry.mapping_hash[:12]}" if entry.mapping else ""),
        ("job", entry.job),
        *(("put away", f"{one.path}, {time_of(one.at)}") for one in trace.away),
    ]
    output.print(facts_table((name, escape(value)) for name, value in facts if value))
    if not trace.steps:
        return
    table = columns(None, "  when", "step", "run", "facts", whole=("run",))
    for step in trace.steps:
        table.add_row(f"  {time_of(step.at)}", step.name, step.run_id or "", escape(tell(step.facts.items())))
    output.print(table)


def _title(entry: Any) -> str:
    """Give the name of an entry; what nobody could read goes by its file."""
    from connector.ledger import UNREADABLE_CHANNEL, UNREADABLE_ROW_CHANNEL  # noqa: PLC0415

    is_file = entry.channel in {UNREADABLE_CHANNEL, UNREADABLE_ROW_CHANNEL}
    return str(entry.external_id or (entry.session_id if is_file else f"{entry.channel}-{entry.session_id}"))


def _audio(entry: Any) -> str:
    told = (entry.audio_state, size(entry.audio_bytes) if entry.audio_bytes else "", entry.audio_sha256)
    return " ".join(part for part in told if part)
