"""Write a table as Parquet."""

import importlib.util
import io

import pandas as pd

from connector.errors import ConfigurationError, Problem
from connector.report.cell import clean
from connector.report.model import Cell, Column, Kind, Table
from connector.report.wording import listed

__all__ = ["to_parquet"]

DTYPES = {
    Kind.FLAG: "boolean",
    Kind.COUNT: "Int64",
    **dict.fromkeys((Kind.NUMBER, Kind.SHARE, Kind.SECONDS), "Float64"),
}
ENGINES = ("pyarrow", "fastparquet")


def to_parquet(table: Table) -> bytes:
    """Give the table as a Parquet file; raise ConfigurationError where no library for it is installed."""
    if not any(importlib.util.find_spec(name) for name in ENGINES):
        hint = "pip install 'conversation-connector[parquet]'"
        raise ConfigurationError(
            [Problem("Parquet needs a library that is not installed", field="--format", hint=hint)]
        )
    columns = {column.name: _series(column, [row[i] for row in table.rows]) for i, column in enumerate(table.columns)}
    out = io.BytesIO()
    pd.DataFrame(columns).to_parquet(out, index=False)
    return out.getvalue()


def _series(column: Column, values: list[Cell]) -> pd.Series:
    """Give the column with a type of its own, so that tables of different runs fit together."""
    if column.kind is Kind.MOMENT:
        return pd.to_datetime(pd.Series(values, dtype=object), utc=True)
    if column.kind in DTYPES:
        return pd.Series(values, dtype=DTYPES[column.kind])
    return pd.Series([_text(value) for value in values], dtype="string")


def _text(value: Cell) -> str | None:
    if value is None:
        return None
    return clean(listed(value) if isinstance(value, tuple) else str(value))
