"""Tables as files of the forms that foreign programs write."""

import io
import json
from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook

from tests.servers.missing import library

__all__ = ["json_lines", "json_list", "parquet", "separated", "workbook"]

Rows = Sequence[dict[str, Any]]


def separated(rows: Rows, sign: str) -> bytes:
    """Write a table with this sign between its columns, the names of the columns first."""
    return "\n".join(sign.join(line) for line in [rows[0], *(row.values() for row in rows)]).encode()


def json_list(rows: Rows) -> bytes:
    """Write an object that has the rows in a list."""
    return json.dumps({"calls": list(rows)}).encode()


def json_lines(rows: Rows) -> bytes:
    """Write each row on a line of its own."""
    return "\n".join(map(json.dumps, rows)).encode()


def workbook(rows: Rows) -> bytes:
    """Write an Excel workbook whose first sheet has the names of the columns on top."""
    book = Workbook()
    for row in (list(rows[0]), *(list(row.values()) for row in rows)):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def parquet(rows: Rows) -> bytes:
    """Write a Parquet file."""
    out = io.BytesIO()
    library("pyarrow.parquet").write_table(library("pyarrow").Table.from_pylist(rows), out)
    return out.getvalue()
