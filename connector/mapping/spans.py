"""Read from a record which stretches of time its recording keeps and which it must not."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from connector.mapping.coercion import number_of, text_of
from connector.mapping.failure import DATA_FAULTS
from connector.mapping.model import Context, Span, SpansReading
from connector.mapping.path import PathError, Read
from connector.session.moment import read_moment

__all__ = ["BEGINNING", "END", "reader_of"]

BEGINNING = datetime.min.replace(tzinfo=UTC)
END = datetime.max.replace(tzinfo=UTC)
DEEPEST_LIST = 4
LONGEST_SECONDS = 86_400
_DICT = frozenset({dict})


def reader_of(
    keep: Callable[[Any, Context], Any], origin: Callable[[Any, Context], Any], cut: Sequence[Read]
) -> Callable[[Any, Context], SpansReading]:
    """Give what reads the spans of a record; it never raises.

    What cannot be read is not sent: a kept item without both times is dropped, a cut item without a start or an end
    reaches as far as it can.
    """

    def read_spans(record: Any, context: Context) -> SpansReading:
        kept = [
            span
            for item in _items(keep(record, context))
            if item.__class__ is dict and (span := _kept(item)) is not None
        ]
        gone: list[Span] = []
        for read in cut:
            try:
                found = read(record, context)
            except PathError:
                # Nobody knows what was to be cut: an unreadable item, which cuts everything.
                found = False
            gone += map(_cut, _items(found))
        return SpansReading(tuple(kept), tuple(gone), read_moment(origin(record, context)))

    return read_spans


def _items(value: Any, depth: int = DEEPEST_LIST) -> list[Any]:
    """Give the entries of a list, of the lists in it as well; a single object counts as a list of one."""
    if value.__class__ is not list:
        return [] if value is None else [value]
    if depth == 0:
        return [value]
    if _DICT.issuperset(map(type, value)):
        return value
    return [item for entry in value for item in (_items(entry, depth - 1) if entry.__class__ is not dict else (entry,))]


def _kept(item: dict[str, Any]) -> Span | None:
    start, end = _ends(item)
    if start is None or end is None or end < start:
        return None
    talk = item.get("call_duration")
    return Span(start, end, _text(item.get("agent_id")), _number(item.get("chat_duration") if talk is None else talk))


def _cut(item: Any) -> Span:
    if not isinstance(item, dict):
        return Span(BEGINNING, END)
    start, end = _ends(item)
    seconds = _number(item.get("duration"))
    if end is None and start is not None and seconds is not None and 0 <= seconds < LONGEST_SECONDS:
        end = start + timedelta(seconds=seconds)
    return Span(start or BEGINNING, end or END)


def _ends(item: dict[str, Any]) -> tuple[datetime | None, datetime | None]:
    return (
        read_moment(item.get("started_at") or item.get("start")),
        read_moment(item.get("ended_at") or item.get("end")),
    )


def _text(value: Any) -> str | None:
    try:
        return text_of(value)
    except DATA_FAULTS:
        return None


def _number(value: Any) -> float | None:
    try:
        return number_of(value)
    except DATA_FAULTS:
        return None
