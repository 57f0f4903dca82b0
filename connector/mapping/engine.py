"""Apply a mapping to one record: every rule once, a value or a reason for each field, never an exception."""

from typing import Any

from connector.mapping.coercion import LARGEST_NUMBER
from connector.mapping.failure import FieldRefusedError
from connector.mapping.model import Context, Draft, Mapping, Plan, trace_of

__all__ = ["apply"]

_EMPTY: dict[str, Any] = {}


def apply(mapping: Mapping, record: Any, context: Context) -> Draft:
    """Give the draft of this record; `context` holds what `$tenant`, `$agent`, `$crm`, `$file`, `$events` name.

    Never raises: what does not fit is a reason on its field, what cannot be done without is a refusal.
    """
    plan = mapping.plan
    objects = _objects(plan, record, context)
    values: dict[str, Any] = {}
    # Most fields are found where their rule looks first: their traces are laid ready, only the others are written.
    traces = plan.traces.copy()
    refusals = dict.fromkeys(mapping.unruled, "no_rule")
    for name, evaluate, holder, key, wanted, work in plan.rules:
        value: Any = None
        if wanted is not None:
            found: Any = objects[holder].get(key)
            fits = found.__class__ is wanted
            if fits and (-LARGEST_NUMBER < found < LARGEST_NUMBER if wanted is int else found and not found.isspace()):
                value = found if work is None else work(found)[0]
        if value is None:
            try:
                value, traces[name] = evaluate(record, context)
            except FieldRefusedError as error:
                traces[name] = trace_of(error.source, error.reason)
                refusals[name] = error.reason
        if value is not None:
            values[name] = value
    consent = mapping.read_consent(record, context) if mapping.read_consent else None
    spans = mapping.read_spans(record, context) if mapping.read_spans else None
    return Draft(values, traces, refusals, consent, spans)


def _objects(plan: Plan, record: Any, context: Context) -> list[dict[str, Any]]:
    """Give the objects that plain paths read: the context, the record, and those right below them."""
    top = record if record.__class__ is dict else _EMPTY
    found = [context, top]
    for holder, name, index in plan.places:
        below = found[holder].get(name)
        if index is not None:
            below = below[index] if below.__class__ is list and index < len(below) else None
        found.append(below if below.__class__ is dict else _EMPTY)
    return found
