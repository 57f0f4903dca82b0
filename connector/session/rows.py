"""Read the rows of a file of metadata, in whichever of the known forms it is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Literal

from connector.errors import FileTruncatedError, SkipError
from connector.reason import Code
from connector.session.delimited import Spoilt, read_delimited
from connector.session.parquet import read_parquet
from connector.session.reader import read_json
from connector.session.workbook import read_workbook

__all__ = ["FORMATS", "SUFFIXES", "RowForm", "Rows", "format_of", "open_rows"]

FormatName = Literal["json", "jsonl", "csv", "excel", "parquet"]

SUFFIXES: dict[FormatName, tuple[str, ...]] = {
    "json": (".json",),
    "jsonl": (".jsonl", ".ndjson"),
    "csv": (".csv", ".tsv"),
    "excel": (".xlsx", ".xlsm"),
    "parquet": (".parquet",),
}
"""By the name of each form, the ends of file names that tell it."""

FORMATS: tuple[FormatName, ...] = tuple(SUFFIXES)

IsRecord = Callable[[dict[str, Any]], bool]
Rows = Iterator[tuple[int, dict[str, Any] | Spoilt]]
"""Number of the row, and its record or what is wrong with it."""


@dataclass(frozen=True, slots=True)
class RowForm:
    """What a person says about the form of files; what is left out is found in each file."""

    format: FormatName | None = None
    delimiter: str | None = None
    encoding: str | None = None
    sheet: str | None = None


_ANY_FORM = RowForm()


def format_of(path: str) -> FormatName | None:
    """Give the form that the end of a file's name tells, None where it tells none."""
    lower = path.lower()
    return next((name for name, suffixes in SUFFIXES.items() if lower.endswith(suffixes)), None)


def open_rows(
    content: BinaryIO, path: str, form: RowForm = _ANY_FORM, *, is_record: IsRecord | None = None
) -> Callable[[], Rows]:
    """Give a function that reads the rows from the first one on each time it is called.

    A row's number is what a person finds it by: counted from 1, a header included, in JSON Lines the line.
    `is_record` tells a record from an envelope around a list of records, which only JSON can have. Reading raises
    SkipError(UNREADABLE) where the file as a whole cannot be read, FileTruncatedError where it seems cut off.
    """
    name = form.format or format_of(path)
    if name == "csv":
        return lambda: read_delimited(content, path, delimiter=form.delimiter, encoding=form.encoding)
    if name == "excel":
        return lambda: _never_wrong(read_workbook(content, path, form.sheet))
    if name == "parquet":
        return lambda: read_parquet(content, path)
    if name == "jsonl":
        return lambda: _lines(content, path)
    if name == "json":
        return lambda: _objects(content, path, is_record or _has_id)
    hint = f"say `format:`, one of {', '.join(FORMATS)}"
    raise SkipError(Code.UNREADABLE, f"{path}: its name does not tell what form it has", hint=hint)


def _never_wrong(rows: Iterator[tuple[int, dict[str, Any]]]) -> Rows:
    yield from rows


def _lines(content: BinaryIO, path: str) -> Rows:
    content.seek(0)
    number = 0
    for number, line in enumerate(content, 1):
        text = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
        if text.strip():
            yield number, _line(text, f"{path} row {number}")
    if number == 0:
        raise FileTruncatedError(f"{path} is empty", hint="have it exported again")


def _line(text: bytes, place: str) -> dict[str, Any] | Spoilt:
    try:
        return _object(read_json(text, place)[0], place)
    except SkipError as error:
        # As any row, and not as a file that may still be written: that is asked of the file before it is read.
        return Spoilt(text.decode("utf-8", "replace"), SkipError(Code.UNREADABLE, error.message, hint=error.hint))


def _objects(content: BinaryIO, path: str, is_record: IsRecord) -> Rows:
    content.seek(0)
    raw = content.read()
    try:
        value, _ = read_json(raw, path)
    except FileTruncatedError:
        raise
    except SkipError as error:
        hint = "it holds JSON Lines: say `format: jsonl`" if _is_lines(raw) else error.hint
        raise SkipError(Code.UNREADABLE, error.message, hint=hint) from error
    for number, record in enumerate(_listed(value, is_record), 1):
        yield number, _object(record, f"{path} row {number}")


def _is_lines(raw: bytes) -> bool:
    """Tell whether the first line is an object by itself, and more follows."""
    first, _, rest = raw.lstrip().partition(b"\n")
    try:
        return bool(rest.strip()) and isinstance(read_json(first, "")[0], dict)
    except SkipError:
        return False


def _listed(value: Any, is_record: IsRecord) -> list[Any]:
    """Give the records: those of a list, those of the one list in an envelope, or the object itself."""
    if isinstance(value, list):
        return value
    if isinstance(value, dict) and not is_record(value):
        lists = [below for below in value.values() if isinstance(below, list) and below and isinstance(below[0], dict)]
        if len(lists) == 1:
            return lists[0]
    return [value]


def _has_id(value: dict[str, Any]) -> bool:
    return any("id" in name.lower() for name in value)


def _object(value: Any, place: str) -> dict[str, Any] | Spoilt:
    if isinstance(value, dict):
        return value
    hint = "each record is an object: names with values"
    return Spoilt(repr(value), SkipError(Code.UNREADABLE, f"{place} is no object", hint=hint))
