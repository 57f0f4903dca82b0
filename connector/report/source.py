"""Tell what the source's records hold that no rule reads, and how they changed against earlier runs."""

from collections.abc import Iterable, Mapping
from typing import Any

from connector.mapping.statistics import FieldCounts
from connector.report.coverage import ordered
from connector.report.evidence import Evidence, MappingEvidence
from connector.report.model import Cell, Column, Kind, Table
from connector.report.reach import places_read

__all__ = ["drift_table", "unread_table"]

SURELY = 5.0
"""A field is missed where so many records should have had it: by chance it happens once in 150 times."""
NO_TYPES = frozenset({"null", "list", "object"})

UNREAD_COLUMNS = (
    Column("mapping", "Mapping"),
    Column("path", "Source field"),
    Column("records", "Records with a value", Kind.COUNT),
    Column("share", "Share", Kind.SHARE),
    Column("types", "Types", Kind.COUNTS),
    Column("form", "Looks like"),
)
DRIFT_COLUMNS = (
    Column("mapping", "Mapping"),
    Column("change", "Change"),
    Column("path", "Source field"),
    Column("read", "Read by a rule", Kind.FLAG),
    Column("types_before", "Types before", Kind.COUNTS),
    Column("types_now", "Types now", Kind.COUNTS),
    Column("share_before", "Share before", Kind.SHARE),
    Column("share_now", "Share now", Kind.SHARE),
)


def unread_table(evidence: Evidence) -> Table:
    """Give one row per source field that has values and that no rule, consent or segment reads."""
    rows: list[tuple[Cell, ...]] = []
    for name, told in evidence.mappings.items():
        read, looked_at = _read(told), told.about.get("looked_at", 0)
        unread = [(path, one) for path, one in _leaves(told.about) if one["filled"] and not _is_read(path, read)]
        for path, one in sorted(unread, key=lambda item: -item[1]["filled"]):
            types = ordered(one["types"])
            rows.append((name, path, one["filled"], one["filled"] / looked_at, types, one["form"] or ""))
    about = (
        "What the source tells and the mapping leaves out. `x` stands for a letter, `9` for a digit: no value is kept "
        "of fields that nothing reads."
    )
    return Table("unread", "Source fields that no rule reads", UNREAD_COLUMNS, rows, about)


def drift_table(evidence: Evidence) -> Table:
    """Give one row per source field that is new, vanished or has another type than in earlier runs."""
    rows: list[tuple[Cell, ...]] = []
    for name, told in evidence.mappings.items():
        if told.earlier.get("looked_at") and told.about.get("looked_at"):
            read = _read(told)
            rows += [(name, change, path, _is_read(path, read), *facts) for change, path, *facts in _drift(told)]
    about = "Compared with the runs before, ten at most. A change in a field that a rule reads may break the mapping."
    return Table("drift", "Changes in the source", DRIFT_COLUMNS, rows, about)


def _drift(told: MappingEvidence) -> list[tuple[Any, ...]]:
    before, now = told.earlier, told.about
    old, new = before.get("census", {}), now.get("census", {})
    found: list[tuple[Any, ...]] = []
    for path in sorted(old.keys() | new.keys()):
        change = _change(old.get(path), new.get(path), before["looked_at"], now["looked_at"])
        if change and not _is_within_change(path, found, change):
            was, is_now = old.get(path, _ABSENT), new.get(path, _ABSENT)
            shares = was["filled"] / before["looked_at"], is_now["filled"] / now["looked_at"]
            found.append((change, path, ordered(was["types"]), ordered(is_now["types"]), *shares))
    return found


_ABSENT: Mapping[str, Any] = {"filled": 0, "records": 0, "types": {}}


def _change(was: Any, now: Any, looked_before: int, looked_now: int) -> str:
    if was is None:
        return "new"
    if now is None:
        return "vanished" if was["records"] / looked_before * looked_now >= SURELY else ""
    types_before, types_now = (set(one["types"]) - {"null"} for one in (was, now))
    return "other type" if types_before and types_now - types_before else ""


def _is_within_change(path: str, found: Iterable[tuple[Any, ...]], change: str) -> bool:
    """Tell whether the object around it came or went as a whole: one line says it."""
    return any(change == one and path.startswith((f"{around}.", f"{around}[")) for one, around, *_ in found)


def _leaves(about: Mapping[str, Any]) -> Iterable[tuple[str, Mapping[str, Any]]]:
    return ((path, one) for path, one in about.get("census", {}).items() if set(one["types"]) - NO_TYPES)


def _read(told: MappingEvidence) -> frozenset[str]:
    fields: Iterable[FieldCounts] = told.fields.values()
    paths = [*told.about.get("paths", ()), *(path for one in fields for path in one.rule.get("paths", ()))]
    return frozenset(place for path in paths for place in places_read(path))


def _is_read(path: str, read: frozenset[str]) -> bool:
    """Tell whether this place, or one around it, is read."""
    around = path
    while around:
        if around in read:
            return True
        cut = max(around.rfind("."), around.rfind("["))
        around = around[:cut] if cut > 0 else ""
    return False
