"""Read the rows of a Parquet file."""

from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any, BinaryIO

from connector.errors import SkipError
from connector.reason import Code
from connector.session.delimited import Spoilt
from connector.session.plain import plain

__all__ = ["PARQUET_HINT", "can_read_parquet", "read_parquet"]

PARQUET_HINT = "pip install 'conversation-connector[parquet]'"
BATCH_ROWS = 1_000


def can_read_parquet() -> bool:
    """Tell whether the library for Parquet, which is an extra, is installed."""
    return find_spec("pyarrow") is not None


def read_parquet(content: BinaryIO, path: str) -> Iterator[tuple[int, dict[str, Any] | Spoilt]]:
    """Give the number of each row, from 1, and its values by column or what is wrong with it.

    Raises SkipError(UNREADABLE) where the file as a whole cannot be read.
    """
    if not can_read_parquet():
        raise SkipError(Code.UNREADABLE, f"{path} is Parquet, and its library is not installed", hint=PARQUET_HINT)
    import pyarrow as pa  # noqa: PLC0415 - optional, and only Parquet pays for it
    from pyarrow.parquet import ParquetFile  # noqa: PLC0415

    content.seek(0)
    number = 0
    try:
        for batch in ParquetFile(content).iter_batches(BATCH_ROWS):
            for row in _rows(batch):
                number += 1
                yield number, plain(row) if isinstance(row, dict) else _beyond(row, f"{path} row {number}")
    except (pa.ArrowException, OSError, ValueError) as error:
        raise SkipError(Code.UNREADABLE, f"{path} is no Parquet file that can be read") from error


def _rows(batch: Any) -> Iterator[dict[str, Any] | str]:
    """Give the values of each row, or in hex the row where Python has no value for one of them."""
    try:
        rows: list[dict[str, Any]] = batch.to_pylist()
    except (OverflowError, ValueError):
        yield from (_row(batch.slice(place, 1)) for place in range(batch.num_rows))
    else:
        yield from rows


def _row(single: Any) -> dict[str, Any] | str:
    try:
        row: dict[str, Any] = single.to_pylist()[0]
    except (OverflowError, ValueError):
        return str(single.serialize().to_pybytes().hex())
    return row


def _beyond(text: str, place: str) -> Spoilt:
    message = f"{place} has a time that no calendar has, or a text that is no UTF-8"
    hint = "have it exported with times of the years 1 to 9999 in their time zone, and with texts in UTF-8"
    return Spoilt(text, SkipError(Code.UNREADABLE, message, hint=hint))
