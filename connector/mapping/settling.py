"""Decide what follows where a rule has no value or fails: the literal under `else`, nothing, or a refusal."""

from typing import Any

from connector.mapping.condition import Condition
from connector.mapping.failure import FieldRefusedError
from connector.mapping.model import Context, Evaluate, Trace, trace_of

__all__ = ["LEAVE", "ON_ERROR", "only_when", "settle"]

ON_ERROR = ("refuse", "empty", "else")
LEAVE = "leave"
"""Not a word of the file: a rule inside join or list leaves a failure to the rule around it, a field to the engine."""


def only_when(inner: Evaluate, condition: Condition) -> Evaluate:
    """Give the rule that has a value only where the condition holds."""
    not_met = trace_of("", "condition_not_met")

    def evaluate(record: Any, context: Context) -> tuple[Any, Trace]:
        return inner(record, context) if condition(record, context) else (None, not_met)

    return evaluate


def settle(inner: Evaluate, otherwise: Any, on_error: str, *, required: bool) -> Evaluate:
    """Give the rule that never lacks what it must have: `otherwise`, or a refusal where it is required.

    Raises FieldRefusedError for a refusal.
    """
    if otherwise is None and not required and on_error != "refuse":
        return inner if on_error == LEAVE else _healed(inner)

    def evaluate(record: Any, context: Context) -> tuple[Any, Trace]:
        value, trace = inner(record, context)
        if value is not None:
            return value, trace
        if trace.failed and on_error == LEAVE and not required:
            return None, trace
        if trace.failed and on_error == "refuse":
            raise FieldRefusedError(trace.reason or "", trace.source)
        if otherwise is not None and not (trace.failed and on_error == "empty"):
            return otherwise, trace_of("else", trace.reason)
        if required:
            raise FieldRefusedError(trace.reason or "", trace.source)
        return None, _calm(trace)

    return evaluate


def _healed(inner: Evaluate) -> Evaluate:
    def evaluate(record: Any, context: Context) -> tuple[Any, Trace]:
        value, trace = inner(record, context)
        return value, trace if value is not None else _calm(trace)

    return evaluate


def _calm(trace: Trace) -> Trace:
    """Give the trace of a failure that is dealt with: the rule around this one need not."""
    return trace_of(trace.source, trace.reason) if trace.failed else trace
