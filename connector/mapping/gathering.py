"""Make one value of several: `join` for a text, `list` for a list."""

from collections.abc import Sequence
from typing import Any

from connector.mapping.coercion import has_value, list_of, text_of
from connector.mapping.failure import DATA_FAULTS
from connector.mapping.model import Context, Evaluate, Trace, trace_of

__all__ = ["gather", "join"]

JOINED = trace_of("join")
LISTED = trace_of("list")
NOTHING_LISTED = trace_of("", "no_value")

EXPECTED = ("no_value", "condition_not_met")
"""Why an entry may be missing without anything being wrong."""


def join(parts: Sequence[str | Evaluate], by: str, *, skip_empty: bool) -> Evaluate:
    """Give the rule that makes one text of literals and rules; one empty part empties it or is skipped."""

    def evaluate(record: Any, context: Context) -> tuple[Any, Trace]:
        texts: list[str] = []
        for part in parts:
            if isinstance(part, str):
                texts.append(part)
                continue
            value, trace = part(record, context)
            if value is not None:
                try:
                    texts.append(text_of(value))
                except DATA_FAULTS:
                    return None, trace_of(trace.source, "not_text", True)
            elif trace.failed or not skip_empty:
                return None, trace
        return by.join(texts), JOINED

    return evaluate


def gather(items: Sequence[str | Evaluate]) -> Evaluate:
    """Give the rule that lists literals and the values of rules, without empty ones.

    A value that is a list is added whole. An entry that does not fit is left out; the trace then carries the reason,
    beside the value of the others.
    """
    items = [item for item in items if has_value(item)]

    def evaluate(record: Any, context: Context) -> tuple[Any, Trace]:
        found: list[str] = []
        wrong: str | None = None
        for item in items:
            if isinstance(item, str):
                found.append(item)
                continue
            value, trace = item(record, context)
            if value.__class__ is str and value and not value.isspace():
                found.append(value)
                continue
            texts, reason = _entry(value, trace)
            found += texts
            wrong = wrong or reason
        if not found:
            return None, trace_of("", wrong) if wrong else NOTHING_LISTED
        return list(dict.fromkeys(found)), trace_of("list", wrong) if wrong else LISTED

    return evaluate


def _entry(value: Any, trace: Trace) -> tuple[list[str], str | None]:
    """Give the texts that the value of one rule adds to a list, and what went wrong with it."""
    if value is None:
        return [], trace.reason if trace.reason not in EXPECTED else None
    try:
        return list_of(value), None
    except DATA_FAULTS:
        return [], "not_text"
