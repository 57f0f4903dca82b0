"""Make values from outside fit to be read: no character that breaks a file, no text that a spreadsheet would run."""

import re

__all__ = ["LONGEST_TEXT", "clean", "harmless"]

LONGEST_TEXT = 32_000
"""In UTF-16 units, as spreadsheets count; they hold 32,767."""

_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_LINE_END = re.compile(r"\r\n?")
"""A lone carriage return is no line's end to who writes CSV and one to who reads it: a new row would begin there."""
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d+)*|[.,]\d+)([eE][+-]?\d+)?\s?%?")
_PHONE = re.compile(r"\+[ (]{0,2}\d[\d ()./-]{3,}")


def clean(text: str) -> str:
    """Give the text without characters that no file can carry, lone surrogates replaced, long text cut with a mark.

    Every line ends with a line feed alone.
    """
    kept = _UNWRITABLE.sub("", _SURROGATE.sub("\ufffd", _LINE_END.sub("\n", text[:LONGEST_TEXT])))
    if len(kept) > LONGEST_TEXT // 2 and len(units := kept.encode("utf-16-le")) > 2 * LONGEST_TEXT:
        kept = units[: 2 * LONGEST_TEXT].decode("utf-16-le", "ignore")
        return f"{kept}{_mark(text)}"
    return f"{kept}{_mark(text)}" if len(text) > LONGEST_TEXT else kept


def _mark(text: str) -> str:
    return f"… [cut; {len(text):,} characters]"


def harmless(text: str) -> str:
    """Give the text with an apostrophe in front where a spreadsheet would run it; numbers and phone numbers stay."""
    if not text.startswith(_STARTS_FORMULA) or text == "-" or _NUMBER.fullmatch(text) or _PHONE.fullmatch(text):
        return text
    return f"'{text}"
