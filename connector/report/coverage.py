"""Tell per target field how often it was filled, from what, with what, and why it stayed empty."""

from collections.abc import Mapping

from connector.mapping.profile import Profile
from connector.mapping.statistics import FieldCounts
from connector.mapping.wording import say_reason, say_source
from connector.report.evidence import Evidence
from connector.report.model import Cell, Column, Counts, Kind, Table
from connector.report.privacy import Privacy

__all__ = ["field_table", "ordered", "say_reason", "say_source"]

LITERALS = ("const", "else", "join", "list")
MOST_TOP = 10
FEW = 10
"""Up to so many different values, each is worth naming, however seldom it came."""

COLUMNS = (
    Column("mapping", "Mapping"),
    Column("field", "Field"),
    Column("required", "Required", Kind.FLAG),
    Column("seen", "Records", Kind.COUNT),
    Column("filled", "Filled", Kind.COUNT),
    Column("fill_rate", "Share filled", Kind.SHARE),
    Column("filled_from", "Filled from", Kind.COUNTS, say_source),
    Column("why_empty", "Why empty or not as meant", Kind.COUNTS, say_reason),
    Column("looked_at", "Values looked at", Kind.COUNT),
    Column("distinct", "Different values", Kind.COUNT),
    Column("distinct_is_exact", "Counted exactly", Kind.FLAG),
    Column("types", "Types", Kind.COUNTS),
    Column("shortest", "Shortest", Kind.COUNT),
    Column("mean_length", "Mean length", Kind.NUMBER),
    Column("longest", "Longest", Kind.COUNT),
    Column("top_values", "Most frequent values", Kind.COUNTS),
    Column("examples", "Examples", Kind.WORDS),
)


def field_table(evidence: Evidence, privacy: Privacy) -> Table:
    """Give one row per field of every mapping that was used, in the order of the mapping file."""
    rows = [
        (mapping, name, *_row(counts, privacy))
        for mapping, told in evidence.mappings.items()
        for name, counts in sorted(told.fields.items(), key=lambda item: item[1].rule.get("place", len(told.fields)))
    ]
    about = (
        "One row per rule: in how many records it gave a value, which path or default filled it, and why it did not. "
        "A path with 0 was never needed or never had a value."
    )
    return Table("fields", "Fields", COLUMNS, rows, about)


def _row(counts: FieldCounts, privacy: Privacy) -> tuple[Cell, ...]:
    share = counts.filled / counts.seen if counts.seen else None
    required = bool(counts.rule.get("required", False))
    told = (required, counts.seen, counts.filled, share, _sources(counts), ordered(counts.reasons))
    profile = counts.profile
    if profile is None:
        return (*told, 0, None, None, (), None, None, None, (), ())
    mean = round(profile.total_length / profile.looked_at, 1) if profile.looked_at else None
    return (
        *told,
        profile.looked_at,
        profile.distinct,
        profile.distinct_is_exact,
        ordered(profile.types),
        profile.shortest,
        mean,
        profile.longest,
        _top(profile, privacy),
        tuple(
            dict.fromkeys(
                privacy.show(profile.sensitivity, text, profile.counts.get(text, 0)) for text in profile.examples
            )
        ),
    )


def _sources(counts: FieldCounts) -> Counts:
    """Give what filled the field; where it is one of several paths, those that never did as well."""
    found = dict(counts.sources)
    if counts.filled and not found.keys() & {"join", "list", "const"}:
        found = {**dict.fromkeys(counts.rule.get("paths", ()), 0), **found}
    return ordered(found)


def _top(profile: Profile, privacy: Privacy) -> Counts:
    few = profile.distinct <= FEW and profile.distinct < profile.looked_at
    shown: dict[str, int] = {}
    for text, count in profile.counts.items():
        if count > 1 or few:
            told = privacy.show(profile.sensitivity, text, count)
            shown[told] = shown.get(told, 0) + count
    return ordered(shown)[:MOST_TOP]


def ordered(counts: Mapping[str, int]) -> Counts:
    """Give the counts, the most frequent first."""
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
