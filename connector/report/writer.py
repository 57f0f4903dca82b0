"""Write a report in the format that was asked for."""

import csv
import io
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import orjson

from connector.report.cell import clean, harmless
from connector.report.model import Cell, Report, Table
from connector.report.page import render

__all__ = ["FORMATS", "write", "write_files"]

MAIN_TABLE = "fields"


def _html(report: Report) -> bytes:
    return render(report).encode()


def _json(report: Report) -> bytes:
    body = {
        "title": clean(report.title),
        "facts": {name: _plain(value) for name, value in report.facts.items()},
        "counts": dict(report.counts),
        "notes": list(report.notes),
        "tables": {
            name: [{key: _plain(value) for key, value in record.items()} for record in table.records()]
            for name, table in report.tables.items()
        },
    }
    return orjson.dumps(body, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _plain(value: Cell) -> Cell:
    if isinstance(value, str):
        return clean(value)
    return _moment(value) if isinstance(value, datetime) else value


def _moment(value: datetime) -> str:
    return value.isoformat(timespec="seconds").replace("+00:00", "Z")


def _csv(table: Table) -> bytes:
    out = io.StringIO(newline="")
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(column.name for column in table.columns)
    rows.writerows([_cell(value) for value in row] for row in table.rows)
    return out.getvalue().encode()


def _cell(value: Cell) -> Cell:
    plain = _plain(value)
    return harmless(plain) if isinstance(plain, str) else plain


_WHOLE: dict[str, Callable[[Report], bytes]] = {"html": _html, "json": _json}
_BY_TABLE: dict[str, Callable[[Table], bytes]] = {"csv": _csv}
FORMATS = ("html", "csv", "json", "parquet", "xlsx")


def write(report: Report, form: str) -> bytes:
    """Give the report as the content of one file: the whole of it, or (csv, parquet) its field table."""
    if form in _WHOLE:
        return _WHOLE[form](report)
    return _BY_TABLE[form](report.tables[MAIN_TABLE])


def write_files(report: Report, form: str, folder: Path) -> list[Path]:
    """Write one file per table into the folder and give their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, table in report.tables.items():
        path = folder / f"{name}.{form}"
        path.write_bytes(_BY_TABLE[form](table))
        paths.append(path)
    return paths
