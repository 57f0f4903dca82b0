"""Recognise what a value of a foreign record looks like: a phone number, a time, a length of time, a file name."""

import re
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

__all__ = ["Form", "date_format", "form_of", "time_format"]


class Form(StrEnum):
    """What a value looks like; what else it may be, its field's name tells."""

    TIME = "time with an offset"
    LOCAL_TIME = "time without an offset"
    DAY_TIME = "time in a form of its own"
    DATE = "date"
    EPOCH = "seconds since 1970"
    CLOCK = "length of time"
    PHONE = "phone number"
    EMAIL = "e-mail address"
    AUDIO = "recording"
    LANGUAGE = "language"
    TRUTH = "yes or no"
    NUMBER = "number"
    WORD = "word"
    TEXT = "text"
    LIST = "list"
    EMPTY = "nothing"


TIME_FORMATS = (
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d-%m-%Y %H:%M:%S",
    "%d-%m-%Y %H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %I:%M %p",
    "%d.%m.%Y %H.%M.%S",
    "%d.%m.%Y %H.%M",
    "%d-%m-%Y %H.%M.%S",
    "%d-%m-%Y %H.%M",
    "%d/%m/%Y %H.%M.%S",
    "%d/%m/%Y %H.%M",
    "%Y-%m-%d %H.%M.%S",
    "%Y-%m-%d %H.%M",
    "%Y%m%d%H%M%S",
    "%Y%m%dT%H%M%S",
)
"""Forms of times that are not ISO; day first is tried before month first, and the values of all records decide."""

DATE_FORMATS = ("%Y-%m-%d", "%d.%m.%Y", "%d-%m-%Y", "%d/%m/%Y", "%m/%d/%Y", "%Y/%m/%d")

LONGEST_WORD = 40
_ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d([.,]\d+)?)?( ?(?P<offset>Z|[+-]\d\d:?\d\d))?")
_SLASHED = re.compile(r"\d{4}/\d\d/\d\d[T ]\d\d:\d\d(:\d\d)?")
_CLOCK = re.compile(r"(\d{1,3}:)?\d{1,3}:[0-5]\d")
_PHONE = re.compile(r"(\+|00)[1-9][\d ()./-]{5,20}|(?=(\D*\d){7,13}\D*$)[\d(][\d ()./-]{5,20}\d")
_EMAIL = re.compile(r"[^\s@]{1,64}@[^\s@]+\.[^\s@]{2,}")
_AUDIO = re.compile(r"\S.{0,400}\.(mp3|wav|ogg|opus|flac|m4a|aac|wma)(\?\S*)?", re.IGNORECASE)
_LANGUAGE = re.compile(r"[a-z]{2}(-[A-Z]{2})?|[a-z]{2}_[A-Z]{2}")
_NUMBER = re.compile(r"-?\d{1,15}([.,]\d{1,6})?")
_TRUTHS = frozenset({"true", "false", "yes", "no", "y", "n", "ja", "nej", "nei", "on", "off", "j"})
_EPOCHS = (1_000_000_000, 4_000_000_000)


def form_of(value: Any) -> Form:
    """Give what the value looks like, the most telling form first."""
    if value is None or value == "" or (isinstance(value, str) and not value.strip()):
        return Form.EMPTY
    if isinstance(value, bool):
        return Form.TRUTH
    if isinstance(value, int | float):
        return _of_number(float(value))
    if isinstance(value, str):
        return _of_text(value.strip())
    return Form.LIST


def _of_number(number: float) -> Form:
    seconds = number / 1000 if number > _EPOCHS[1] else number
    return Form.EPOCH if _EPOCHS[0] <= seconds <= _EPOCHS[1] else Form.NUMBER


def _of_text(text: str) -> Form:
    for form, matches in _TESTS:
        if matches(text):
            return form
    return Form.WORD if len(text) <= LONGEST_WORD and "\n" not in text else Form.TEXT


def _is_time(text: str) -> bool:
    found = _ISO.fullmatch(text)
    return found is not None and found["offset"] is not None


def _is_epoch(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) in {10, 13} and _of_number(float(text)) is Form.EPOCH


_TESTS = (
    (Form.TIME, _is_time),
    (Form.LOCAL_TIME, lambda text: bool(_ISO.fullmatch(text) or _SLASHED.fullmatch(text))),
    (Form.DAY_TIME, lambda text: time_format([text]) is not None),
    (Form.DATE, lambda text: date_format([text]) is not None),
    (Form.EPOCH, _is_epoch),
    (Form.CLOCK, lambda text: _CLOCK.fullmatch(text) is not None),
    (Form.NUMBER, lambda text: len(text) <= 6 and _NUMBER.fullmatch(text) is not None),  # noqa: PLR2004 - not a phone
    (Form.PHONE, lambda text: _PHONE.fullmatch(text) is not None),
    (Form.NUMBER, lambda text: _NUMBER.fullmatch(text) is not None),
    (Form.EMAIL, lambda text: _EMAIL.fullmatch(text) is not None),
    (Form.AUDIO, lambda text: _AUDIO.fullmatch(text) is not None),
    (Form.TRUTH, lambda text: text.casefold() in _TRUTHS),
    (Form.LANGUAGE, lambda text: _LANGUAGE.fullmatch(text) is not None),
)


def time_format(texts: Sequence[str]) -> str | None:
    """Give the first of the known forms that all these texts have, as strptime writes it; None where none fits all."""
    return _format(texts, TIME_FORMATS)


def date_format(texts: Sequence[str]) -> str | None:
    """Give the same for texts that are dates without a time."""
    return _format(texts, DATE_FORMATS)


def _format(texts: Sequence[str], forms: Sequence[str]) -> str | None:
    for form in forms:
        try:
            for text in texts:
                datetime.strptime(text.strip(), form)  # noqa: DTZ007 - only its form is asked for
        except ValueError:
            continue
        return form if texts else None
    return None
