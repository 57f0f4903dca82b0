"""Copy the ledger, so that a dry run can do everything a run does and the ledger never learns of it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from connector.ledger import database

__all__ = ["rehearsal_copy"]


@contextmanager
def rehearsal_copy(url: str) -> Iterator[str]:
    """Give the address of a copy of the ledger that ends with the context; a ledger that is not there yet is empty."""
    with TemporaryDirectory(prefix="connector-rehearsal-") as folder:
        copy = Path(folder) / "rehearsal.db"
        source = database.file_of(url)
        if source is not None and source.exists():
            _copy(source, copy)
        yield f"sqlite:///{copy}"


def _copy(source: Path, copy: Path) -> None:
    with (
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as old,
        closing(sqlite3.connect(copy)) as new,
    ):
        old.backup(new, pages=-1)
