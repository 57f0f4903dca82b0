"""Add the command `report`: the mapping report of a run."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from connector.cli.app import app, guarded, load_settings, output
from connector.cli.state import ask

__all__ = ["report"]

ON_SCREEN = ("csv", "json")
FOLDER_FORMATS = ("csv", "parquet")


class Format(StrEnum):
    """The forms a report can have."""

    HTML = "html"
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"
    XLSX = "xlsx"


@app.command(
    epilog="Example: `connector report` writes the newest run's report; `--format csv --out tables/` its tables."
)
@guarded
def report(
    run: Annotated[str | None, typer.Argument(help="Name of the run; the newest one where it is left out.")] = None,
    *,
    form: Annotated[Format, typer.Option("--format", help="What to write.")] = Format.HTML,
    out: Annotated[
        Path | None,
        typer.Option(help="Where to; `-` is standard output. csv and parquet: a folder gets one file per table."),
    ] = None,
) -> None:
    """Report what a run did: what arrived and why the rest did not, and what filled each field."""
    # The report brings pandas along: no other command may pay for it.
    from connector import report as reports  # noqa: PLC0415

    settings = load_settings()
    wish = reports.Wish(run)
    made = reports.make(ask(settings, lambda connection: reports.read(connection, reports.choose(connection, wish))))
    name = str(made.facts.get("run_id", "report"))
    place = out or (None if form in ON_SCREEN else settings.home / "reports" / f"{name}.{form}")
    if place is None or place == Path("-"):
        sys.stdout.buffer.write(reports.write(made, form))
    elif form in FOLDER_FORMATS and _is_folder(place):
        output.print(f"{len(reports.write_files(made, form, place))} tables in {place}", markup=False)
    else:
        path = place / f"{name}.{form}" if _is_folder(place) else place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(reports.write(made, form))
        output.print(str(path), markup=False)


def _is_folder(path: Path) -> bool:
    return path.is_dir() or not path.suffix
