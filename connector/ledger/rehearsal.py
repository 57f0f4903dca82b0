"""Copy the ledger, so that a dry run can do everything a run does and the ledger never learns of it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from sqlalchemy import Engine, select

from connector.clock import SystemClock
from connector.ledger import database, schema
from connector.ledger.soundness import check_place
from connector.ledger.tables import METADATA
from connector.ledger.trouble import translated

__all__ = ["exists", "rehearsal_copy"]

BUSY_SECONDS: Final = 30.0
ROWS: Final = 5_000


def exists(url: str) -> bool:
    """Tell whether there is a ledger at this address; a server, and a folder that is missing, count as one."""
    file = database.file_of(url)
    return file is None or file.exists() or not file.parent.is_dir()


@contextmanager
def rehearsal_copy(url: str) -> Iterator[str]:
    """Give the address of a copy of the ledger that ends with the context; of one that is not there yet, an empty one.

    Raises what opening the ledger raises.
    """
    with TemporaryDirectory(prefix="connector-rehearsal-") as folder:
        copy = Path(folder) / "rehearsal.db"
        file = database.file_of(url)
        with translated(database.place_of(url)):
            if file is None:
                _copy_server(url, f"sqlite:///{copy}")
            else:
                check_place(file)
                if file.exists():
                    _copy_file(file, copy)
        yield f"sqlite:///{copy}"


def _copy_file(file: Path, copy: Path) -> None:
    """Copy the file, what is in its write-ahead log included, and leave no byte of it changed."""
    log = file.with_name(f"{file.name}-wal")
    # The last to close a file that was opened for writing tidies up its log: welcome where there was none, but what
    # another process left in one stays there.
    mode = "ro" if log.exists() and log.stat().st_size else "rw"
    source = sqlite3.connect(f"{file.absolute().as_uri()}?mode={mode}", uri=True, timeout=BUSY_SECONDS)
    with closing(source), closing(sqlite3.connect(copy)) as new:
        source.backup(new)


def _copy_server(url: str, copy: str) -> None:
    clock = SystemClock()
    schema.upgrade(copy, clock)
    reader = database.connect(url, busy_seconds=BUSY_SECONDS, writes=False)
    writer = database.connect(copy, busy_seconds=BUSY_SECONDS, writes=True)
    try:
        schema.prepare(url, writer, reader, clock)
        _copy_rows(reader, writer)
    finally:
        reader.dispose()
        writer.dispose()


def _copy_rows(reader: Engine, writer: Engine) -> None:
    with reader.connect() as source, source.begin(), writer.connect() as target, target.begin():
        for table in METADATA.sorted_tables:
            rows = source.execution_options(yield_per=ROWS).execute(select(table)).mappings()
            for part in rows.partitions():
                target.execute(table.insert(), [dict(row) for row in part])
