"""Look at a few rows of the newest tables, and tell which names that the job reads are in none of their columns."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO
from itertools import islice
from typing import Any

from connector.errors import FileChangedError, FileMissingError, FileTruncatedError, Problem, SkipError
from connector.job.definition.columns import MOST_ROWS, OF_ID, Columns
from connector.job.definition.loader import Plan
from connector.job.definition.reading import Reading
from connector.job.trial.finding import Finding
from connector.session import FilesForm
from connector.session.field import word
from connector.session.files import no_id
from connector.session.rows import format_of, open_rows
from connector.storage import FileInfo, ReadAt, Storage

__all__ = ["check_tables"]

HEAD_BYTES = 256 * 1024
"""So much of a text is read: of some hundred rows the columns are known."""
LARGEST_WHOLE_BYTES = 8 * 1024 * 1024
"""Forms that can only be read whole are looked into up to this size."""
BY_LINES = ("csv", "jsonl")


@dataclass(slots=True)
class _Head:
    """The first rows of a file that can be read, and whether the file has no others."""

    records: list[dict[str, Any]] = field(default_factory=list)
    is_whole: bool = True


async def check_tables(
    plan: Plan, reading: Reading, storage: Storage, files: Sequence[FileInfo]
) -> AsyncIterator[Finding]:
    """Give a finding for each of these files none of whose rows has an id, and one with the warnings about columns.

    Raises what the storage raises where it cannot be reached.
    """
    columns, wrong = Columns(), list[Problem]()
    for file in files:
        try:
            head = await _read_head(storage, file, reading.form)
        except (FileMissingError, FileChangedError, FileTruncatedError):
            # Somebody writes it, or took it away meanwhile: a run waits for it.
            continue
        except SkipError as error:
            wrong.append(Problem(error.message, hint=error.hint))
            continue
        for record in head.records:
            columns.look(file.path, record)
        if head.records and (finding := _without_id(plan, reading, file.path, head, columns)) is not None:
            yield finding
    if columns.names or wrong:
        facts = tuple((f"{len(names)} columns", path) for path, names in columns.names.items())
        doubts = columns.doubts(plan.placed)
        told = f"not among them: {len(doubts)} that the job reads" if doubts else "all that the job reads are there"
        yield Finding("columns", True, told, facts=facts, warnings=(*wrong, *doubts))


async def _read_head(storage: Storage, file: FileInfo, form: FilesForm) -> _Head:
    """Give the first rows of a file, none of one that is too large; raises SkipError and what the storage raises."""
    by_lines = (form.rows.format or format_of(file.path)) in BY_LINES
    if not by_lines and file.size_bytes > LARGEST_WHOLE_BYTES:
        return _Head()
    limit_bytes = HEAD_BYTES if by_lines else LARGEST_WHOLE_BYTES

    def take(read_at: ReadAt, size_bytes: int) -> _Head:
        return _parse(read_at(0, min(size_bytes, limit_bytes)), size_bytes, file.path, form)

    return await storage.examine(file, take)


def _parse(content: bytes, size_bytes: int, path: str, form: FilesForm) -> _Head:
    """Give the first rows of what was read of a file; of one that is cut off here the last line is none."""
    is_cut = len(content) < size_bytes
    whole_lines = content[: content.rfind(b"\n") + 1] if is_cut else content
    rows = open_rows(BytesIO(whole_lines), path, form.rows, is_record=lambda one: word(form.id(one)) is not None)()
    found = [record for _, record in islice(rows, MOST_ROWS) if isinstance(record, dict)]
    return _Head(found, not is_cut and next(rows, None) is None)


def _without_id(plan: Plan, reading: Reading, path: str, head: _Head, columns: Columns) -> Finding | None:
    """Give what is wrong with a file whose rows would all be refused, as far as it can be told by its first ones."""
    form = reading.form
    has_id = any(word(form.id(record)) is not None for record in head.records)
    if has_id or (columns.has(path, reading.options.id) and not head.is_whole):
        return None
    rows = "no row of it" if head.is_whole else f"none of its first {len(head.records)} rows"
    error = no_id(path, form, columns.names[path], rows=rows)
    place = next(one.place for one in plan.placed if one.place.field == OF_ID)
    said = replace(place, message=f"{error.message}: every row would be refused")
    return Finding("id", False, str(said), error.hint, is_mistake=True)
