"""Add the command `report`: the mapping report of a run, or of all runs of a period."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from connector.cli.app import app, guarded, load_settings, output
from connector.cli.run import moment
from connector.cli.state import ask
from connector.errors import ConfigurationError, Problem

if TYPE_CHECKING:
    from connector.report import Report

__all__ = ["report"]

EXAMPLE = "Example: `connector report` writes the newest run's report; `--format csv --out tables/` each of its tables."


class Format(StrEnum):
    """The forms a report can have."""

    HTML = "html"
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"
    XLSX = "xlsx"


ON_SCREEN = (Format.CSV, Format.JSON)
BY_TABLE = (Format.CSV, Format.PARQUET)
STANDARD_OUTPUT = Path("-")


@app.command(epilog=EXAMPLE)
@guarded
def report(  # noqa: PLR0913 - one parameter per documented option
    run: Annotated[str | None, typer.Argument(help="Name of the run; left out: the newest one.")] = None,
    *,
    form: Annotated[Format, typer.Option("--format", help="What to write.")] = Format.HTML,
    out: Annotated[
        Path | None,
        typer.Option(
            help="File to write, `-` for standard output; csv and parquet: a folder gets one file per table. "
            "Left out: reports/ of the project folder, for csv and json standard output."
        ),
    ] = None,
    since: Annotated[
        str | None, typer.Option("--from", help="Report on all runs that started at or after this.")
    ] = None,
    until: Annotated[str | None, typer.Option("--to", help="Report on all runs that started before this.")] = None,
    job: Annotated[str | None, typer.Option(help="Only runs of this job.")] = None,
    unmasked: Annotated[
        bool, typer.Option("--unmasked", help="Show personal data that CONNECTOR_KEEP_EXAMPLES kept.")
    ] = False,
) -> None:
    """Report what a run did: what arrived and why the rest did not, and what filled each field of each mapping.

    Everything comes from the ledger; nothing is read from the storage or asked of Capturi. Times without an offset are
    UTC.
    """
    # The report brings pandas along: no other command may pay for it.
    from connector import report as reports  # noqa: PLC0415

    if run and (since or until or job):
        raise ConfigurationError([Problem("a run is named: --from, --to and --job are for several", field="RUN")])
    settings = load_settings()
    wish = reports.Wish(run, job, moment("--from", since, "UTC"), moment("--to", until, "UTC"))
    evidence = ask(settings, lambda connection: reports.read(connection, reports.choose(connection, wish)))
    _write(reports.make(evidence, unmasked=unmasked), form, out, settings.home / "reports")


def _write(made: "Report", form: Format, out: Path | None, folder: Path) -> None:
    from connector import report as reports  # noqa: PLC0415

    if out == STANDARD_OUTPUT or (out is None and form in ON_SCREEN):
        sys.stdout.buffer.write(reports.write(made, form))
        return
    name = f"{made.facts.get('run_id') or 'report'}.{form}"
    path = out or folder / name
    is_folder = path.is_dir() or not path.suffix
    try:
        if is_folder and form in BY_TABLE:
            reports.write_files(made, form, path)
        else:
            path = path / name if is_folder else path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(reports.write(made, form))
    except OSError as error:
        raise ConfigurationError([Problem(f"cannot be written: {error.strerror}", path, field="--out")]) from error
    output.print(str(path), markup=False, soft_wrap=True)
