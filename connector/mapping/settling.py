"""Decide what follows where a rule has no value or fails: the literal under `else`, nothing, or a refusal."""

from typing import Any

from connector.mapping.condition import Condition
from connector.mapping.failure import FieldRefusedError, RuleFailedError
from connector.mapping.model import Context, Evaluate, Trace, trace_of

__all__ = ["LEAVE", "ON_ERROR", "only_when", "settle"]

ON_ERROR = ("refuse", "empty", "else")
LEAVE = "leave"
"""Not a word of the file: a rule inside join or list leaves its failure to the rule around it."""


def only_when(inner: Evaluate, condition: Condition) -> Evaluate:
    """Give the rule that has a value only where the condition holds."""
    not_met = trace_of("", "condition_not_met")

    def evaluate(record: Any, context: Context) -> tuple[Any, Trace]:
        return inner(record, context) if condition(record, context) else (None, not_met)

    return evaluate


def settle(inner: Evaluate, otherwise: Any, on_error: str, *, required: bool) -> Evaluate:
    """Give the rule that never lacks what it must have: `otherwise`, or a refusal where it is required.

    Raises FieldRefusedError for a refusal, and passes RuleFailedError on where it is told to.
    """

    def evaluate(record: Any, context: Context) -> tuple[Any, Trace]:
        try:
            value, trace = inner(record, context)
        except RuleFailedError as error:
            if on_error == LEAVE:
                raise
            if on_error == "refuse":
                raise FieldRefusedError(error.reason, error.source) from error
            value, trace = None, trace_of(error.source, error.reason)
            if on_error == "empty":
                return _absent(trace, required=required)
        if value is not None:
            return value, trace
        if otherwise is not None:
            return otherwise, trace_of("else", trace.reason)
        return _absent(trace, required=required)

    return evaluate


def _absent(trace: Trace, *, required: bool) -> tuple[None, Trace]:
    if required:
        raise FieldRefusedError(trace.reason or "no_value", trace.source)
    return None, trace
