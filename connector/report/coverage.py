"""Tell per target field how often it was filled, from what, and why it stayed empty."""

from collections.abc import Mapping
from typing import Any

from connector.report.evidence import Evidence
from connector.report.model import Column, Kind, Table

__all__ = ["field_table"]

COLUMNS = (
    Column("mapping", "Mapping"),
    Column("field", "Field"),
    Column("seen", "Records", Kind.COUNT),
    Column("filled", "Filled", Kind.COUNT),
    Column("fill_rate", "Share filled", Kind.SHARE),
    Column("filled_from", "Filled from"),
    Column("why_empty", "Why empty or not as meant"),
)

REASONS = {
    "no_value": "the record has no value there",
    "path_error": "the expression failed on the record",
    "condition_not_met": "the rule's `when` did not hold",
    "no_rule": "the mapping has no rule for it",
    "not_text": "not a text",
    "not_a_number": "not a number",
    "not_a_boolean": "not true or false",
    "not_a_time": "not a time",
    "not_a_list": "not a list",
    "not_segments": "not a list of segments",
    "not_allowed": "none of the values the field takes",
}
SOURCES = {"else": "the default (else)", "const": "the literal (const)", "join": "joined parts", "list": "listed parts"}


def field_table(evidence: Evidence) -> Table:
    """Give one row per field of every mapping that was used, in the order of the mapping file."""
    rows = []
    for mapping, fields in evidence.fields.items():
        for name, facts in fields.items():
            seen, filled = facts.get("seen", 0), facts.get("filled", 0)
            sources = {SOURCES.get(source, source): count for source, count in facts.get("sources", {}).items()}
            reasons = {_reason(reason): count for reason, count in facts.get("reasons", {}).items()}
            share = filled / seen if seen else None
            rows.append((mapping, name, seen, filled, share, counted(sources), counted(reasons)))
    return Table("fields", "Fields", COLUMNS, rows, "One row per rule: how often it gave a value, and from where.")


def _reason(word: str) -> str:
    for ending, told in (("_failed", "could not be done"), ("_empty", "gave nothing")):
        if word.endswith(ending):
            return f"{word.removesuffix(ending)} {told}"
    return REASONS.get(word, word)


def counted(counts: Mapping[Any, int]) -> str:
    """Give counts as text, the most frequent first: `menu.name 812, else 3`."""
    told = sorted(counts.items(), key=lambda item: (-item[1], str(item[0])))
    return "; ".join(f"{name} ({count:,})" for name, count in told)
