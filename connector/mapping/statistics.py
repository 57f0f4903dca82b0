"""Count, per field, how often it was filled, from where, and why it was not."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connector.mapping.model import Draft

__all__ = ["FieldCounts", "Statistics"]


@dataclass(slots=True)
class FieldCounts:
    """The counts of one field: drafts seen, drafts in which it had a value, by source and by reason."""

    seen: int = 0
    filled: int = 0
    sources: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)


class Statistics:
    """The counts of every field of a mapping over many drafts; two of them add up, as plain data they are stored."""

    def __init__(self) -> None:
        self.fields: dict[str, FieldCounts] = {}

    def add(self, draft: Draft) -> None:
        """Count one draft."""
        for name, trace in draft.traces.items():
            counts = self.fields.get(name)
            if counts is None:
                counts = self.fields[name] = FieldCounts()
            counts.seen += 1
            if name in draft.values:
                counts.filled += 1
                counts.sources[trace.source] += 1
            if trace.reason is not None:
                counts.reasons[trace.reason] += 1

    def merge(self, other: "Statistics") -> None:
        """Add the counts of another."""
        for name, more in other.fields.items():
            counts = self.fields.setdefault(name, FieldCounts())
            counts.seen += more.seen
            counts.filled += more.filled
            counts.sources.update(more.sources)
            counts.reasons.update(more.reasons)

    def to_dict(self) -> dict[str, Any]:
        """Give the counts as plain data: field -> {seen, filled, sources, reasons}."""
        return {
            name: {
                "seen": counts.seen,
                "filled": counts.filled,
                "sources": dict(counts.sources),
                "reasons": dict(counts.reasons),
            }
            for name, counts in self.fields.items()
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Statistics":
        """Give the counts that to_dict wrote down."""
        statistics = cls()
        for name, counts in data.items():
            sources, reasons = Counter(counts["sources"]), Counter(counts["reasons"])
            statistics.fields[name] = FieldCounts(counts["seen"], counts["filled"], sources, reasons)
        return statistics
