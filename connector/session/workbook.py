"""Read the rows of an Excel workbook."""

import io
import warnings
import zlib
from collections.abc import Iterator
from itertools import islice
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

from connector.errors import SkipError
from connector.reason import Code
from connector.session.delimited import named_columns
from connector.session.plain import plain

__all__ = ["read_workbook"]

BATCH_ROWS = 1_000
LAST_ROW = 1_048_576
"""Of a sheet as Excel has it; a broken number of a row must not make billions of empty ones."""
Cells = tuple[Any, ...]

_SPOILT = (
    *(BadZipFile, ParseError, LookupError, ValueError, OSError),
    # What the library says of words that it does not know, and the unpacking of broken, rare or locked parts.
    *(AttributeError, TypeError, zlib.error, EOFError, NotImplementedError, RuntimeError),
)


def read_workbook(content: BinaryIO, path: str, sheet: str | None = None) -> Iterator[tuple[int, dict[str, Any]]]:
    """Give the number of each row as the workbook shows it, and its cells by the header's names.

    The header is the first row that is not blank, of the first sheet where none is named. Formulas give the value they
    had when the workbook was saved; times become ISO text without an offset. Raises SkipError(UNREADABLE).
    """
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415 - only workbooks pay for it

    content.seek(0)
    try:
        book = _open(content.read())
        try:
            yield from _named(_quietly(_rows(book, sheet, path)))
        finally:
            book.close()
    except (InvalidFileException, *_SPOILT) as error:
        hint = "save it as .xlsx; old .xls files and files with a password cannot be read"
        raise SkipError(Code.UNREADABLE, f"{path} is no Excel workbook that can be read", hint=hint) from error


def _open(raw: bytes) -> Any:
    from openpyxl import load_workbook  # noqa: PLC0415 - only workbooks pay for it

    with warnings.catch_warnings():
        # It warns of colours and lists that it does not read, and nobody here asks for them.
        warnings.simplefilter("ignore")
        return load_workbook(io.BytesIO(raw), read_only=True, data_only=True)


def _rows(book: Any, wanted: str | None, path: str) -> Iterator[Cells]:
    """Give the rows of the sheet; what holds a chart alone is none."""
    sheets = {sheet.title: sheet for sheet in book.worksheets}
    sheet = sheets.get(wanted or next(iter(sheets), ""))
    if sheet is None:
        hint = f"its sheets: {', '.join(sheets)}"
        raise SkipError(Code.UNREADABLE, f"{path} has no sheet {wanted or 'with rows'!r}", hint=hint)
    # Some writers say that a sheet ends where it does not, and the library would believe them.
    sheet.reset_dimensions()
    rows: Iterator[Cells] = sheet.iter_rows(max_row=LAST_ROW, values_only=True)
    return rows


def _quietly(rows: Iterator[Cells]) -> Iterator[Cells]:
    """Give the rows; what the library warns of while it reads them reaches nobody."""
    batch: list[Cells] | None = None
    while batch is None or batch:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            batch = list(islice(rows, BATCH_ROWS))
        yield from batch


def _named(rows: Iterator[Cells]) -> Iterator[tuple[int, dict[str, Any]]]:
    names: list[str] = []
    for number, cells in enumerate(rows, 1):
        if all(cell is None or cell == "" for cell in cells):
            continue
        if not names:
            names = named_columns(["" if cell is None else str(cell) for cell in cells])
            continue
        filled = [*cells, *[None] * (len(names) - len(cells))]
        names += [f"column_{place}" for place in range(len(names) + 1, len(filled) + 1)]
        yield number, {name: plain(cell) for name, cell in zip(names, filled, strict=True)}
