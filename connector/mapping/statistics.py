"""Count, per field, how often it was filled, from where, and why it was not; look closely at some of the values."""

from collections import Counter
from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from connector.mapping.census import Census, Paths, add_paths
from connector.mapping.model import Draft, Mapping, Trace
from connector.mapping.profile import Profile
from connector.mapping.sensitivity import sensitivity

__all__ = ["ABOUT", "FieldCounts", "Statistics"]

ABOUT = "@about"
"""Stands among the fields' names for what is told of the mapping and of the source's records as a whole."""

CLOSELY_UNTIL = 200
CLOSELY_EVERY = 20
"""The first so many records are looked at closely, and every so-manieth after them."""

MOST_PATTERNS = 500
NOTHING: Table[str, str] = MappingProxyType({})


@dataclass(slots=True)
class FieldCounts:
    """The counts of one field: drafts seen, drafts in which it had a value, by source and by reason."""

    seen: int = 0
    filled: int = 0
    sources: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    profile: Profile | None = None
    rule: dict[str, Any] = field(default_factory=dict)
    """The field's place in the mapping file, whether it is required, the paths its rule reads."""


@dataclass(slots=True)
class _Pattern:
    """Drafts whose fields all got the same traces; most drafts of a run share a few patterns."""

    traces: dict[str, Trace]
    values: dict[str, Any]
    count: int = 0


class Statistics:
    """The counts of every field of a mapping over many drafts; two of them add up, as plain data they are stored.

    With the mapping, rules that never met a record are told as well; with the records, their values and the source's
    fields are looked at: closely at the first 200 records, then at every twentieth. `job_paths` are the places that
    the job reads whatever the mapping does, with what for.
    """

    def __init__(self, mapping: Mapping | None = None, job_paths: Table[str, str] = NOTHING) -> None:
        self._fields: dict[str, FieldCounts] = {}
        self._patterns: dict[tuple[Any, ...], _Pattern] = {}
        self._census = Census()
        self._earlier: dict[str, Any] = {}
        self._seen = 0
        if mapping is not None:
            self._describe(mapping)
        if job_paths:
            self._earlier["job_paths"] = dict(job_paths)

    def _describe(self, mapping: Mapping) -> None:
        for place, rule in enumerate(mapping.fields):
            known = self._fields.setdefault(rule.name, FieldCounts())
            known.rule = {"place": place, "required": rule.required, "paths": list(rule.paths)}
        paths = list(mapping.consent.paths) if mapping.consent else []
        if mapping.segments:
            paths += [*mapping.segments.keep, *mapping.segments.origin, *mapping.segments.cut]
        self._earlier = {"reads": mapping.reads, "writes": mapping.writes, "hash": mapping.hash, "paths": paths}

    def add(self, draft: Draft, record: Any = None) -> None:
        """Count one draft, and now and then look closely at it and at the record it was made of."""
        # Traces are shared objects, and the pattern keeps them alive: their addresses name them.
        key = (*map(id, draft.traces.values()), *draft.values)
        pattern = self._patterns.get(key)
        if pattern is None:
            if len(self._patterns) >= MOST_PATTERNS:
                self._count_patterns()
            pattern = self._patterns[key] = _Pattern(draft.traces, dict.fromkeys(draft.values))
        pattern.count += 1
        self._seen += 1
        if record is not None and (self._seen <= CLOSELY_UNTIL or self._seen % CLOSELY_EVERY == 0):
            self._look_closely(draft, record)

    def _look_closely(self, draft: Draft, record: Any) -> None:
        self._census.add(record)
        for name, value in draft.values.items():
            counts = self._fields.get(name)
            if counts is None:
                counts = self._fields[name] = FieldCounts()
            if counts.profile is None:
                counts.profile = Profile(sensitivity(name, counts.rule.get("paths", ())))
            counts.profile.add(value)

    def _count_patterns(self) -> None:
        for pattern in self._patterns.values():
            for name, trace in pattern.traces.items():
                counts = self._fields.get(name)
                if counts is None:
                    counts = self._fields[name] = FieldCounts()
                counts.seen += pattern.count
                if name in pattern.values:
                    counts.filled += pattern.count
                    counts.sources[trace.source] += pattern.count
                if trace.reason is not None:
                    counts.reasons[trace.reason] += pattern.count
        self._patterns.clear()

    @property
    def fields(self) -> dict[str, FieldCounts]:
        """Give the counts of each field by its name."""
        self._count_patterns()
        return self._fields

    def merge(self, other: "Statistics") -> None:
        """Add the counts of another."""
        mine = self.fields
        for name, more in other.fields.items():
            counts = mine.setdefault(name, FieldCounts())
            counts.seen += more.seen
            counts.filled += more.filled
            counts.sources.update(more.sources)
            counts.reasons.update(more.reasons)
            counts.rule = more.rule or counts.rule
            if more.profile is not None:
                counts.profile = counts.profile or Profile(more.profile.sensitivity)
                counts.profile.merge(more.profile)
        self._earlier = _added(self.about, other.about)
        self._census, self._seen = Census(), 0

    def to_dict(self, *, masked: bool = False) -> dict[str, Any]:
        """Give the counts as plain data: field -> {seen, filled, sources, reasons}, and more where more is known.

        With `masked` no value that may tell of a person stands in it, only its form.
        """
        fields = {name: _plain(counts, masked=masked) for name, counts in self.fields.items()}
        return {**fields, ABOUT: self.about} if self.about else fields

    @property
    def about(self) -> dict[str, Any]:
        """Tell of the mapping and of the source's records as a whole; nothing where neither was given.

        `reads`, `writes`, `hash`, `paths` (those of consent and segments), `job_paths`, `records`, `looked_at` (how
        many of them closely), `census` (path -> records, filled, types, form).
        """
        if not self._census.looked_at:
            return self._earlier
        looked = {"records": self._seen, "looked_at": self._census.looked_at, "census": self._census.paths()}
        return _added(self._earlier, looked)

    @classmethod
    def from_dict(cls, data: Table[str, Any]) -> "Statistics":
        """Give the counts that to_dict wrote down."""
        statistics = cls()
        for name, told in data.items():
            if name == ABOUT:
                statistics._earlier = dict(told)
            else:
                statistics._fields[name] = _counts(name, told)
        return statistics


def _plain(counts: FieldCounts, *, masked: bool = False) -> dict[str, Any]:
    told = {
        "seen": counts.seen,
        "filled": counts.filled,
        "sources": dict(counts.sources),
        "reasons": dict(counts.reasons),
    }
    if counts.profile is not None:
        told["profile"] = counts.profile.to_dict(masked=masked)
    return {**told, "rule": counts.rule} if counts.rule else told


def _counts(name: str, told: Table[str, Any]) -> FieldCounts:
    rule, profile = dict(told.get("rule", {})), None
    if "profile" in told:
        profile = Profile.from_dict(sensitivity(name, rule.get("paths", ())), told["profile"])
    sources, reasons = Counter(told["sources"]), Counter(told["reasons"])
    return FieldCounts(told["seen"], told["filled"], sources, reasons, profile, rule)


def _added(one: Table[str, Any], other: Table[str, Any]) -> dict[str, Any]:
    """Add what is told of records; of a mapping that changed, the later telling counts."""
    census: Paths = {}
    for told in (one, other):
        add_paths(census, told.get("census", {}))
    numbers = {name: one.get(name, 0) + other.get(name, 0) for name in ("records", "looked_at")}
    return {**one, **other, **numbers, "census": census}
