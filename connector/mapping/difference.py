"""Tell what differs between the drafts that two versions of a mapping make of one record."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from connector.mapping.model import Draft, Mapping, SpansReading
from connector.mapping.spans import BEGINNING, END
from connector.mapping.telling import same

__all__ = ["Change", "compare"]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that comes out otherwise; None stands for no value.

    `field` is a field of the target, such a field with ` (refused)` where the reason for a refusal differs, `consent`
    for what follows from consent, or `segments` for the stretches that are kept and cut.
    """

    field: str
    before: Any
    after: Any


def compare(old: tuple[Mapping, Draft], new: tuple[Mapping, Draft]) -> tuple[Change, ...]:
    """Give every difference between two drafts of one record, each with the mapping that made it."""
    return (*_values(old[1], new[1]), *_refusals(old[1], new[1]), *_consent(old, new), *_segments(old, new))


def _values(old: Draft, new: Draft) -> Iterator[Change]:
    for name in dict.fromkeys((*old.values, *new.values)):
        before, after = old.values.get(name), new.values.get(name)
        if not same(before, after):
            yield Change(name, before, after)


def _refusals(old: Draft, new: Draft) -> Iterator[Change]:
    for name in dict.fromkeys((*old.refusals, *new.refusals)):
        before, after = old.refusals.get(name), new.refusals.get(name)
        if before != after:
            yield Change(f"{name} (refused)", before, after)


def _consent(old: tuple[Mapping, Draft], new: tuple[Mapping, Draft]) -> Iterator[Change]:
    before, after = _follows(*old), _follows(*new)
    if before != after:
        yield Change("consent", before, after)


def _follows(mapping: Mapping, draft: Draft) -> str | None:
    """Give what the mapping takes the record's word for, and what it does with that."""
    spec = mapping.consent
    if spec is None:
        return None
    means = spec.values.get(draft.consent) if draft.consent is not None else None
    if means is None:
        return f"unknown ({spec.unknown})"
    return "yes" if means else f"no ({spec.refused})"


def _segments(old: tuple[Mapping, Draft], new: tuple[Mapping, Draft]) -> Iterator[Change]:
    before, after = _stretches(*old), _stretches(*new)
    if before != after:
        yield Change("segments", before, after)


def _stretches(mapping: Mapping, draft: Draft) -> dict[str, Any] | None:
    if draft.spans is None or mapping.segments is None:
        return None
    spans = draft.spans
    if spans.origin is None:
        return {"start of the recording": None}
    told: dict[str, Any] = {"keep": _seconds(spans, "keep")}
    if spans.cut:
        told |= {"cut": _seconds(spans, "cut"), "redacted": mapping.segments.redacted}
    return told


def _seconds(spans: SpansReading, which: str) -> list[list[float | None]]:
    """Give the stretches in seconds after the start of the recording; None where one has no end on that side."""
    origin = spans.origin
    return [
        [
            None if origin is None or moment == open_end else (moment - origin).total_seconds()
            for moment, open_end in ((span.start, BEGINNING), (span.end, END))
        ]
        for span in getattr(spans, which)
    ]
