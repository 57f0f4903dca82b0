"""Read the JSON of a file, also where its writer spoilt it a little."""

import json
import re
from collections.abc import Iterable
from typing import Any

import orjson

from connector.errors import FileTruncatedError, SkipError
from connector.reason import Code

__all__ = ["DEEPEST_NESTING", "clean", "decode", "read_json", "reject_deep"]

DEEPEST_NESTING = 64

_LONGEST_INTEGER = 20
_INTEGERS = range(-(2**63), 2**64)
"""What the fast parser reads as whole numbers; ids among them, so the tolerant one must not round these."""
_BLANK = b" \t\r\n\0"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_SURROGATE = re.compile("[\ud800-\udfff]")
_UNFINISHED = re.compile(r"[\w.+\-\\]*\Z", re.ASCII)


def read_json(raw: bytes, path: str) -> tuple[Any, tuple[str, ...]]:
    """Give the value that the bytes hold, and a note for each thing that had to be mended.

    Mended are NaN and infinite numbers (they become null), lone surrogates (U+FFFD), byte order marks, UTF-16 and NUL
    characters; other control characters inside a text are left as they are. Raises SkipError(UNREADABLE) that says
    what is wrong with the file of this path, as FileTruncatedError where it is empty or stops in the middle.
    """
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError:
        value, notes = _read_spoilt(raw, path)
    else:
        # The search for one byte is much faster and settles it for most files.
        if b"\\" not in raw or b"\\u0000" not in raw:
            reject_deep(raw, value, path)
            return value, ()
        notes = []
    reject_deep(raw, value, path)
    value = clean(value, notes)
    return value, tuple(dict.fromkeys(notes))


def _read_spoilt(raw: bytes, path: str) -> tuple[Any, list[str]]:
    if not raw.strip(_BLANK):
        what = "holds nothing but blanks" if raw else "is empty"
        raise FileTruncatedError(f"{path} {what}", hint="have it exported again")
    notes: list[str] = []
    text = decode(raw, path, notes)
    if "\0" in text:
        notes.append("NUL characters were dropped")
        text = text.replace("\0", "")
    try:
        return _decoder(notes).decode(text), notes
    except json.JSONDecodeError as error:
        raise _not_json(text, path, error) from error
    except RecursionError as error:
        raise _too_deep(path) from error


def decode(raw: bytes, path: str, notes: list[str]) -> str:
    """Give the text of the bytes, with a note where it is no plain UTF-8; raise SkipError where it is no text."""
    encoding = _encoding(raw)
    if encoding != "utf-8":
        notes.append("a byte order mark was dropped" if encoding == "utf-8-sig" else "the text is UTF-16")
    try:
        return raw.decode(encoding, "surrogatepass")
    except UnicodeDecodeError as error:
        if error.end >= len(raw) and error.reason in {"unexpected end of data", "truncated data"}:
            raise _cut_off(path) from error
        message = f"{path} is no UTF-8 text: byte 0x{raw[error.start]:02x} at position {error.start}"
        hint = "it may be Latin-1 or no text at all; have it exported again as UTF-8"
        raise SkipError(Code.UNREADABLE, message, hint=hint) from error


def _encoding(raw: bytes) -> str:
    if raw.startswith(_UTF16_MARKS):
        return "utf-16"
    # JSON in UTF-16 is full of NUL bytes; a few of them are only dirt in UTF-8.
    if raw.count(0) * 5 > len(raw):
        return "utf-16-le" if raw[0] else "utf-16-be"
    return "utf-8-sig" if raw.startswith(b"\xef\xbb\xbf") else "utf-8"


def _decoder(notes: list[str]) -> json.JSONDecoder:
    def no_number(_text: str) -> float | None:
        notes.append("a number that is none (NaN or infinite) was read as null")
        return None

    def floating(text: str) -> float | None:
        number = float(text)
        return number if number - number == 0 else no_number(text)

    def integer(text: str) -> int | float | None:
        if len(text) <= _LONGEST_INTEGER and (number := int(text)) in _INTEGERS:
            return number
        return floating(text)

    # Not strict: a line break or a tab that stands as it is inside a text does no harm.
    return json.JSONDecoder(strict=False, parse_constant=no_number, parse_float=floating, parse_int=integer)


def _not_json(text: str, path: str, error: json.JSONDecodeError) -> SkipError:
    begun = text.lstrip().startswith(("{", "[")) and not error.msg.startswith("Extra data")
    if begun and (error.msg.startswith("Unterminated string") or _UNFINISHED.match(text[error.pos :].strip())):
        return _cut_off(path)
    message = f"{path} is no valid JSON: {error.msg} at line {error.lineno}, column {error.colno}"
    return SkipError(Code.UNREADABLE, message, hint="have it exported again")


def _cut_off(path: str) -> FileTruncatedError:
    return FileTruncatedError(f"{path} stops in the middle of its JSON", hint="have it exported again")


def reject_deep(raw: bytes, value: Any, path: str) -> None:
    """Raise SkipError where values are nested too deeply; counting brackets first spares the usual file the walk."""
    if raw.count(b"{") + raw.count(b"[") <= DEEPEST_NESTING or type(value) not in {dict, list}:
        return
    layer: Iterable[Any] = [value]
    for _ in range(DEEPEST_NESTING):
        layer = [
            item
            for holder in layer
            for item in (holder.values() if type(holder) is dict else holder)
            if type(item) is dict or type(item) is list
        ]
        if not layer:
            return
    raise _too_deep(path)


def _too_deep(path: str) -> SkipError:
    message = f"{path} nests its values more than {DEEPEST_NESTING} deep"
    return SkipError(Code.UNREADABLE, message, hint="this is no session that the platform wrote")


def clean(value: Any, notes: list[str]) -> Any:
    """Give the value without NUL characters and lone surrogates in its texts."""
    if isinstance(value, str):
        return _clean_text(value, notes)
    if isinstance(value, list):
        return [clean(item, notes) for item in value]
    if isinstance(value, dict):
        return {_clean_text(key, notes): clean(item, notes) for key, item in value.items()}
    return value


def _clean_text(text: str, notes: list[str]) -> str:
    if "\0" in text:
        notes.append("NUL characters were dropped")
        text = text.replace("\0", "")
    if _SURROGATE.search(text):
        notes.append("half characters (lone surrogates) were replaced by U+FFFD")
        # The way over UTF-16 joins two halves that belong together, as some writers of UTF-8 leave them.
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
