"""Fetch files of rows and parse them, without ever holding a large one in memory."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import timedelta
from io import BytesIO
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, cast

from connector import session as sessions
from connector.errors import FileChangedError, FileMissingError, SkipError
from connector.job.execution.model import Execution
from connector.job.execution.progress import pause
from connector.job.gathering.gather import info
from connector.ledger import FileRow
from connector.reason import Code
from connector.session import BrokenRow, FilesForm, Session
from connector.session.rows import format_of
from connector.storage import FileInfo, Storage

__all__ = ["LARGEST_WHOLE_BYTES", "fetch", "read_rows"]

SMALL_BYTES = 1024 * 1024
"""Files up to this size are read many at once."""
IN_MEMORY_BYTES = 8 * 1024 * 1024
LARGEST_WHOLE_BYTES = 64 * 1024 * 1024
"""JSON and workbooks can only be read whole; the other forms may have any size."""
WHOLE = ("json", "excel")
TAKEN_ROWS = 250
YOUNG = timedelta(seconds=60)
SECOND_LOOK_SECONDS = 5

Row = Session | BrokenRow | SkipError | None
"""A row; a file that cannot be read; the end of a file."""


async def read_rows(run: Execution, files: Sequence[FileRow]) -> AsyncIterator[tuple[FileRow, Row]]:
    """Give the rows of these files, None behind the last one of each; an error where a file cannot be read."""
    reading = run.plan.job.source.reading
    if reading is None:
        return
    growing = await _growing(run, files)
    small = await _read_small(run, files)
    for file in files:
        if file.id in growing:
            yield file, FileChangedError(file.path)
            continue
        try:
            content = await fetch(run.storage_of(file.place_id), info(file), reading.form, small.get(file.id))
        except SkipError as error:
            yield file, error
            continue
        with content:
            async for row in _parsed(content, file, reading.form):
                yield file, row


async def _parsed(content: BinaryIO, file: FileRow, form: FilesForm) -> AsyncIterator[Row]:
    rows = sessions.parse_rows(content, info(file), form)
    try:
        # In a thread: a large file is read to its end before its first row comes, to know which ids are repeated.
        while taken := await asyncio.to_thread(_take, rows):
            for row in taken:
                yield row
    except SkipError as error:
        yield error
    else:
        yield None


def _take(rows: Iterator[Session | BrokenRow]) -> list[Session | BrokenRow]:
    return list(islice(rows, TAKEN_ROWS))


async def _growing(run: Execution, files: Sequence[FileRow]) -> set[int]:
    """Give the files that somebody still writes: young, and not the same at a second look."""
    young = [file for file in files if run.now() - info(file).modified_at < YOUNG]
    if not young:
        return set()
    what = f"{SECOND_LOOK_SECONDS} s: do young files still grow?"
    await pause(run.progress, run.clock, SECOND_LOOK_SECONDS, what)
    return {file.id for file in young if await _has_changed(run.storage_of(file.place_id), file)}


async def _has_changed(storage: Storage, file: FileRow) -> bool:
    try:
        found = await storage.stat(file.path)
    except FileMissingError:
        return False
    return (found.size_bytes, found.modified_ns) != (file.size_bytes, file.modified_ns)


async def _read_small(run: Execution, files: Sequence[FileRow]) -> Mapping[int, bytes | SkipError]:
    found: dict[int, bytes | SkipError] = {}
    for place in run.places.values():
        mine = [file for file in files if file.place_id == place and file.size_bytes <= SMALL_BYTES]
        bodies = await run.storage_of(place).read_many([info(file) for file in mine], limit_bytes=SMALL_BYTES)
        found.update(zip((file.id for file in mine), bodies, strict=True))
    return found


async def fetch(storage: Storage, file: FileInfo, form: FilesForm, known: bytes | SkipError | None = None) -> BinaryIO:
    """Give the file's content to read from, beyond a few megabytes from a temporary file; raises SkipError.

    `known` is the content, or the error, of a file that was read already.
    """
    if isinstance(known, SkipError):
        raise known
    if known is not None:
        return BytesIO(known)
    if (form.rows.format or format_of(file.path)) in WHOLE and file.size_bytes > LARGEST_WHOLE_BYTES:
        hint = "split it, or have it exported as CSV or JSON Lines, which may have any size"
        raise SkipError(Code.UNREADABLE, f"{file.path} is larger than {LARGEST_WHOLE_BYTES:,} bytes", hint=hint)
    content: Any = SpooledTemporaryFile(IN_MEMORY_BYTES)  # noqa: SIM115 - closed by who reads it
    try:
        async for piece in storage.stream(file):
            content.write(piece)
    except SkipError:
        content.close()
        raise
    return cast("BinaryIO", content)
