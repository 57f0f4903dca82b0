"""Read the rows of delimited text (CSV): find delimiter and encoding, and keep one broken row from breaking others."""

import csv
import io
import re
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO

from connector.errors import FileTruncatedError, SkipError
from connector.reason import Code

__all__ = ["Spoilt", "named_columns", "read_delimited"]

Cells = dict[str, str]

_DELIMITERS = (",", ";", "\t", "|")
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_SEPARATOR_LINE = "sep="
_ESCAPED = re.compile("[\udc80-\udcff]")
"""What stands for a byte that could not be decoded."""

_MOST_LINES = 200
"""So many lines one row may have; a quotation mark that is never closed must not swallow the file."""

_LONGEST_CELL = 4_000_000
csv.field_size_limit(_LONGEST_CELL)


@dataclass(frozen=True, slots=True)
class Spoilt:
    """A row that cannot be read: its text as far as there is one, and what is wrong with it."""

    text: str
    error: SkipError


def read_delimited(
    content: BinaryIO, path: str, *, delimiter: str | None = None, encoding: str | None = None
) -> Iterator[tuple[int, Cells | Spoilt]]:
    """Give the number of each row, counted as a spreadsheet does with the header as 1, and its cells or what is wrong.

    The delimiter is found in the header where none is given. Text is UTF-8, or UTF-16 with its byte order mark, unless
    an encoding is given. Raises SkipError(UNREADABLE) where no row can be read.
    """
    lines = _Lines(_decoded(content, path, encoding))
    first = lines.peek()
    named = first[len(_SEPARATOR_LINE) :].rstrip("\r\n")
    if first.lower().startswith(_SEPARATOR_LINE) and named and not named[1:].strip():
        delimiter = delimiter or named[0]
        next(lines)
    lines.skip_blank()
    header = lines.peek()
    if not header.strip():
        raise FileTruncatedError(f"{path} is empty", hint="have it exported again, with a header")
    delimiter = delimiter or _delimiter(lines)
    names = _names(lines, path, delimiter)
    for number, cells in enumerate(_records(lines, delimiter, len(names)), 2):
        if isinstance(cells, _Open) or any(map(str.strip, cells)):
            yield number, _row(cells, names, path, number)


class _Lines:
    """The lines of a text, of which some can be given back."""

    def __init__(self, source: Iterator[str]) -> None:
        self._source = source
        self._back: deque[str] = deque()

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        return self._back.popleft() if self._back else next(self._source).replace("\0", "")

    def give_back(self, lines: Sequence[str]) -> None:
        self._back.extendleft(reversed(lines))

    def peek(self) -> str:
        line = next(self, "")
        if line:
            self.give_back([line])
        return line

    def skip_blank(self) -> None:
        for line in self:
            if line.strip():
                self.give_back([line])
                return


def _decoded(content: BinaryIO, path: str, given: str | None) -> Iterator[str]:
    content.seek(0)
    start = content.read(3)
    marked = next((name for mark, name in _BOMS if start.startswith(mark)), None)
    encoding = marked or given or "utf-8"
    if encoding == "utf-8":
        _reject_foreign(content, path)
    content.seek(0)
    text = io.TextIOWrapper(content, encoding=encoding, errors="surrogateescape", newline="")
    try:
        yield from text
    except UnicodeError as error:
        raise _undecodable(path, f"it is no {encoding}: {error}") from error
    finally:
        # Whoever opened the content may read it again, or may have closed it by now.
        with suppress(ValueError):
            text.detach()


def _reject_foreign(content: BinaryIO, path: str) -> None:
    """Raise SkipError where the text is not UTF-8 at all; a few broken rows among proper ones are another matter."""
    content.seek(0)
    broken: str | None = None
    for number, line in enumerate(content, 1):
        if line.isascii():
            continue
        try:
            line.decode()
        except UnicodeDecodeError as error:
            broken = broken or f"byte 0x{line[error.start]:02x} in line {number}"
        else:
            return
    if broken:
        raise _undecodable(path, f"{broken} is not UTF-8")


def _undecodable(path: str, why: str) -> SkipError:
    hint = "save it as CSV UTF-8, or name its encoding: `encoding: cp1252` is that of Windows in Western Europe"
    return SkipError(Code.UNREADABLE, f"{path} is in another encoding: {why}", hint=hint)


def _delimiter(lines: _Lines) -> str:
    """Find the delimiter in the header; the name of a column may have line breaks between its quotation marks."""
    taken = [next(lines)]
    header = taken[0]
    while header.count('"') % 2 and len(taken) < _MOST_LINES and (following := next(lines, "")):
        taken.append(following)
        header += following
    lines.give_back(taken)
    whole = header if header.count('"') % 2 == 0 else taken[0]
    outside = "".join(whole.split('"')[::2])
    return max(_DELIMITERS, key=outside.count)


def _names(lines: _Lines, path: str, delimiter: str) -> list[str]:
    cells = next(_records(lines, delimiter, None), None)
    if not isinstance(cells, list) or not any(cell.strip() for cell in cells):
        hint = "its first row names the columns"
        raise SkipError(Code.UNREADABLE, f"{path} has no header that can be read", hint=hint)
    if any(_is_broken(cell) for cell in cells):
        raise _undecodable(path, "the header is not UTF-8")
    return named_columns(cells)


def named_columns(cells: Sequence[str]) -> list[str]:
    """Give the names of a header's columns, each once: a blank one by its place, a repeated one with a number."""
    names: list[str] = []
    for place, cell in enumerate(cells, 1):
        name = cell.strip() or f"column_{place}"
        number = 2
        unique = name
        while unique in names:
            unique, number = f"{name}_{number}", number + 1
        names.append(unique)
    return names


@dataclass(frozen=True, slots=True)
class _Open:
    """The line of a row whose quotation mark is never closed."""

    line: str


def _records(lines: _Lines, delimiter: str, width: int | None) -> Iterator[list[str] | _Open]:
    """Give the cells of each row, none for a blank line."""
    for line in lines:
        yield _record(line, lines, delimiter, width) if line.strip() else []


def _record(first: str, lines: _Lines, delimiter: str, width: int | None) -> list[str] | _Open:
    """Take the lines that make one row; where they make none, only the first of them is spoilt."""
    taken = [first]
    cells = _cells(first, delimiter)
    while cells is None and len(taken) < _MOST_LINES and (following := next(lines, None)) is not None:
        taken.append(following)
        cells = _cells("".join(taken), delimiter)
    if cells is not None and (len(taken) == 1 or width in {None, len(cells)}):
        return cells
    lines.give_back(taken[1:])
    return _Open(first)


def _cells(text: str, delimiter: str) -> list[str] | None:
    """Give the cells of a row, None where a quotation mark is still open at its end."""
    try:
        return next(csv.reader([text], delimiter=delimiter, strict=True), [])
    except csv.Error as error:
        if "unexpected end" in str(error):
            return None
    try:
        # Quotation marks that stand where none belong: read as most programs do, if it is one line.
        return next(csv.reader([text], delimiter=delimiter), []) if text.count("\n") <= 1 else []
    except csv.Error:
        return [text]


def _row(cells: list[str] | _Open, names: Sequence[str], path: str, number: int) -> Cells | Spoilt:
    if isinstance(cells, _Open):
        message = f"{path} row {number} has a quotation mark that is never closed"
        return Spoilt(cells.line, SkipError(Code.UNREADABLE, message))
    text = "\0".join(cells)
    if len(cells) < len(names) or any(map(str.strip, cells[len(names) :])):
        message = f"{path} row {number} has {len(cells)} cells, and the header has {len(names)}"
        hint = "see whether a text with the delimiter in it is quoted"
        return Spoilt(text, SkipError(Code.UNREADABLE, message, hint=hint))
    if _is_broken(text):
        hint = "have it exported again as UTF-8, or name the file's encoding"
        message = f"{path} row {number} has a character that is not UTF-8"
        return Spoilt(text, SkipError(Code.UNREADABLE, message, hint=hint))
    return dict(zip(names, cells, strict=False))


def _is_broken(text: str) -> bool:
    return not text.isascii() and _ESCAPED.search(text) is not None
