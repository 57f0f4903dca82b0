"""Read the rows of a Parquet file."""

from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any, BinaryIO

from connector.errors import SkipError
from connector.reason import Code
from connector.session.plain import plain

__all__ = ["PARQUET_HINT", "can_read_parquet", "read_parquet"]

PARQUET_HINT = "pip install 'conversation-connector[parquet]'"
BATCH_ROWS = 1_000


def can_read_parquet() -> bool:
    """Tell whether the library for Parquet, which is an extra, is installed."""
    return find_spec("pyarrow") is not None


def read_parquet(content: BinaryIO, path: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Give the number of each row, from 1, and its values by column; raises SkipError(UNREADABLE)."""
    if not can_read_parquet():
        raise SkipError(Code.UNREADABLE, f"{path} is Parquet, and its library is not installed", hint=PARQUET_HINT)
    import pyarrow as pa  # noqa: PLC0415 - optional, and only Parquet pays for it
    from pyarrow.parquet import ParquetFile  # noqa: PLC0415

    content.seek(0)
    number = 0
    try:
        for batch in ParquetFile(content).iter_batches(BATCH_ROWS):
            for row in batch.to_pylist():
                number += 1
                yield number, plain(row)
    except (pa.ArrowException, OSError) as error:
        raise SkipError(Code.UNREADABLE, f"{path} is no Parquet file that can be read") from error
