"""Apply a mapping to one record: every rule once, a value or a reason for each field, never an exception."""

from typing import Any

from connector.mapping.model import Context, Draft, Mapping

__all__ = ["apply"]


def apply(mapping: Mapping, record: Any, context: Context) -> Draft:
    """Give the draft of this record; `context` holds what `$tenant`, `$agent`, `$crm`, `$file`, `$events` name.

    Never raises: what does not fit is a reason on its field, what cannot be done without is a refusal.
    """
    values, traces, refusals = mapping.run(record, context)
    consent = mapping.read_consent(record, context) if mapping.read_consent else None
    spans = mapping.read_spans(record, context) if mapping.read_spans else None
    return Draft(values, traces, refusals, consent, spans)
