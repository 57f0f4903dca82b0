"""Write a report in the format that was asked for."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from connector.report.cell import clean, harmless
from connector.report.model import Cell, Kind, Report, Table
from connector.report.page import render
from connector.report.parquet import to_parquet
from connector.report.spreadsheet import to_xlsx
from connector.report.wording import listed

__all__ = ["write", "write_files"]

MAIN_TABLE = "fields"


def write(report: Report, form: str) -> bytes:
    """Give the report as one file: html, json and xlsx hold the whole of it, csv and parquet its field table.

    Raises ConfigurationError where the library that writes this format is not installed.
    """
    if form in _WHOLE:
        return _WHOLE[form](report)
    return _BY_TABLE[form](report.tables[MAIN_TABLE])


def write_files(report: Report, form: str, folder: Path) -> list[Path]:
    """Write csv or parquet with one file per table into the folder, and give their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, table in report.tables.items():
        path = folder / f"{name}.{form}"
        path.write_bytes(_BY_TABLE[form](table))
        paths.append(path)
    return paths


def _html(report: Report) -> bytes:
    return render(report).encode()


def _json(report: Report) -> bytes:
    body = {
        "title": clean(report.title),
        "facts": {name: _told(value) for name, value in report.facts.items()},
        "counts": dict(report.counts),
        "notes": [clean(note) for note in report.notes],
        "tables": {name: _records(table) for name, table in report.tables.items()},
    }
    return orjson.dumps(body, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _records(table: Table) -> list[dict[str, Any]]:
    counts = {column.name for column in table.columns if column.kind is Kind.COUNTS}
    return [
        {name: _counts(value) if name in counts else _told(value) for name, value in record.items()}
        for record in table.records()
    ]


def _counts(value: Cell) -> dict[str, int]:
    return {clean(str(pair[0])): int(pair[1]) for pair in value} if isinstance(value, tuple) else {}


def _told(value: Cell) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, tuple):
        return [clean(str(one)) for one in value]
    return _moment(value) if isinstance(value, datetime) else value


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _csv(table: Table) -> bytes:
    out = io.StringIO(newline="")
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(column.name for column in table.columns)
    rows.writerows([_cell(value) for value in row] for row in table.rows)
    return out.getvalue().encode()


def _cell(value: Cell) -> Any:
    if isinstance(value, tuple):
        value = listed(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    told = _told(value)
    return harmless(told) if isinstance(told, str) else told


_WHOLE: dict[str, Callable[[Report], bytes]] = {"html": _html, "json": _json, "xlsx": to_xlsx}
_BY_TABLE: dict[str, Callable[[Table], bytes]] = {"csv": _csv, "parquet": to_parquet}
