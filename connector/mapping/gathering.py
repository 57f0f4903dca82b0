"""Make one value of several: `join` for a text, `list` for a list."""

from collections.abc import Sequence
from typing import Any

from connector.mapping.coercion import list_of, text_of
from connector.mapping.failure import DATA_FAULTS, RuleFailedError
from connector.mapping.model import Context, Evaluate, Trace, trace_of

__all__ = ["gather", "join"]

JOINED = trace_of("join")
LISTED = trace_of("list")
NOTHING_LISTED = trace_of("", "no_value")


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
                texts.append(_text(value, trace))
            elif not skip_empty:
                return None, trace
        return by.join(texts), JOINED

    return evaluate


def _text(value: Any, trace: Trace) -> str:
    try:
        return text_of(value)
    except DATA_FAULTS as error:
        raise RuleFailedError("not_text", trace.source) from error


def gather(items: Sequence[str | Evaluate]) -> Evaluate:
    """Give the rule that lists literals and the values of rules, without empty ones.

    A value that is a list is added whole. An entry that does not fit is left out; the trace then carries the reason,
    beside the value of the others.
    """

    def evaluate(record: Any, context: Context) -> tuple[Any, Trace]:
        found: list[str] = []
        reason: str | None = None
        for item in items:
            if isinstance(item, str):
                found.append(item)
                continue
            try:
                value, trace = item(record, context)
                found.extend(list_of(value))
            except RuleFailedError as error:
                reason = error.reason
            except DATA_FAULTS:
                reason = "not_text"
            else:
                reason = reason or (trace.reason if trace.reason != "no_value" else None)
        if not found:
            return None, trace_of("", reason) if reason else NOTHING_LISTED
        return list(dict.fromkeys(found)), trace_of("list", reason) if reason else LISTED

    return evaluate
