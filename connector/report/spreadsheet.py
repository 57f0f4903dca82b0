"""Write a report as a workbook with one sheet per table."""

import io
from collections.abc import Iterator
from datetime import datetime, tzinfo
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from connector.report.cell import clean, harmless
from connector.report.model import Cell, Column, Kind, Report, Table
from connector.report.wording import worded

__all__ = ["to_xlsx"]

WIDTHS = {Kind.TEXT: 28, Kind.COUNTS: 44, Kind.WORDS: 36, Kind.MOMENT: 18}
NARROW = 14
FORMATS = {
    Kind.COUNT: "#,##0",
    Kind.NUMBER: "#,##0.0",
    Kind.SHARE: "0.0%",
    Kind.SECONDS: "#,##0.0",
    Kind.MOMENT: "yyyy-mm-dd hh:mm",
}
UNITS = {Kind.SECONDS: " (seconds)"}


def to_xlsx(report: Report) -> bytes:
    """Give the workbook; moments are in the report's time zone, since cells of a spreadsheet know none."""
    book = Workbook(write_only=True)
    _write_overview(book, report)
    for table in report.tables.values():
        _write_table(book, table, report.zone)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _write_overview(book: Any, report: Report) -> None:
    sheet = book.create_sheet("overview")
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 20, 60
    for name, value in (("report", report.title), *report.facts.items(), *report.counts.items()):
        sheet.append([name, _value(value, report.zone)])
    sheet.append(["times", str(report.zone)])
    for note in report.notes:
        sheet.append(["note", _value(note, report.zone)])


def _write_table(book: Any, table: Table, zone: tzinfo) -> None:
    sheet = book.create_sheet(table.name)
    sheet.freeze_panes = "A2"
    for number, column in enumerate(table.columns, 1):
        sheet.column_dimensions[get_column_letter(number)].width = WIDTHS.get(column.kind, NARROW)
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(table.columns))}{len(table.rows) + 1}"
    sheet.append(list(_head(sheet, table.columns)))
    for row in table.rows:
        sheet.append([_cell(sheet, value, column, zone) for value, column in zip(row, table.columns, strict=True)])


def _head(sheet: Any, columns: tuple[Column, ...]) -> Iterator[Any]:
    for column in columns:
        cell = WriteOnlyCell(sheet, f"{column.title}{UNITS.get(column.kind, '')}")
        cell.font, cell.alignment = _BOLD, _WRAPPED
        yield cell


_BOLD, _WRAPPED = Font(bold=True), Alignment(wrap_text=True, vertical="top")


def _cell(sheet: Any, value: Cell, column: Column, zone: tzinfo) -> Any:
    plain = _value(worded(value, column), zone)
    if column.kind not in FORMATS or plain is None:
        return plain
    cell = WriteOnlyCell(sheet, plain)
    cell.number_format = FORMATS[column.kind]
    return cell


def _value(value: Cell, zone: tzinfo) -> Any:
    if isinstance(value, str):
        return harmless(clean(value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.astimezone(zone).replace(tzinfo=None) if isinstance(value, datetime) else value
