"""Tell what the source's records hold that nobody reads or the job alone, and how they changed against earlier runs."""

from collections.abc import Container, Iterable, Mapping
from typing import Any

from connector.mapping.census import place_name
from connector.mapping.statistics import FieldCounts
from connector.report.coverage import ordered
from connector.report.evidence import Evidence, MappingEvidence
from connector.report.model import Cell, Column, Kind, Table
from connector.report.reach import places_read

__all__ = ["drift_table", "job_table", "unread_table"]

SURELY = 5.0
"""A field is missed where so many records should have had it: by chance it happens once in 150 times."""
OFTEN = 20.0
"""A field that so many records should have filled is rarer where fewer than half of them do: no chance does that."""
NO_TYPES = frozenset({"null", "list", "object"})

STAR = "`*` stands for a name that holds digits like an id's, an address, or more than 60 signs."

UNREAD_COLUMNS = (
    Column("mapping", "Mapping"),
    Column("path", "Source field"),
    Column("records", "Records with a value", Kind.COUNT),
    Column("share", "Share", Kind.SHARE),
    Column("types", "Types", Kind.COUNTS),
    Column("form", "Looks like"),
)
JOB_COLUMNS = (
    Column("mapping", "Mapping"),
    Column("path", "Source field"),
    Column("purpose", "Tells the job"),
)
DRIFT_COLUMNS = (
    Column("mapping", "Mapping"),
    Column("change", "Change"),
    Column("path", "Source field"),
    Column("read", "Is read", Kind.FLAG),
    Column("types_before", "Types before", Kind.COUNTS),
    Column("types_now", "Types now", Kind.COUNTS),
    Column("share_before", "Share before", Kind.SHARE),
    Column("share_now", "Share now", Kind.SHARE),
)


def unread_table(evidence: Evidence) -> Table:
    """Give one row per source field that has values and that no rule, consent or segment reads, nor the job."""
    rows: list[tuple[Cell, ...]] = []
    for name, told in evidence.mappings.items():
        read, looked_at = _read(told) | _job_places(told).keys(), told.about.get("looked_at", 0)
        unread = [(path, one) for path, one in _leaves(told.about) if one["filled"] and not _is_read(path, read)]
        for path, one in sorted(unread, key=lambda item: -item[1]["filled"]):
            types = ordered(one["types"])
            rows.append((name, path, one["filled"], one["filled"] / looked_at, types, one["form"] or ""))
    about = (
        "What the source tells and the mapping leaves out. `x` stands for a letter, `9` for a digit: no value is kept "
        f"of fields that nothing reads. {STAR}"
    )
    return Table("unread", "Source fields that no rule reads", UNREAD_COLUMNS, rows, about)


def job_table(evidence: Evidence) -> Table:
    """Give one row per source field that has values and that the job itself reads, but no rule."""
    rows: list[tuple[Cell, ...]] = []
    for name, told in evidence.mappings.items():
        read, places = _read(told), _job_places(told)
        for path, one in _leaves(told.about):
            near = _nearest(path, places)
            if one["filled"] and near and not _is_read(path, read):
                rows.append((name, path, places[near]))
    about = "No rule reads these, but the job does: they are not unread, and the job does not go without them."
    return Table("job_reads", "Source fields that only the job reads", JOB_COLUMNS, rows, about)


def drift_table(evidence: Evidence) -> Table:
    """Give one row per source field that is new, vanished, emptier or of another type than in earlier runs."""
    rows: list[tuple[Cell, ...]] = []
    for name, told in evidence.mappings.items():
        if told.earlier.get("looked_at") and told.about.get("looked_at"):
            read = _read(told) | _job_places(told).keys()
            rows += [(name, change, path, _is_read(path, read), *facts) for change, path, *facts in _drift(told)]
    about = (
        "Compared with the runs before, ten at most. A change in a field that a rule or the job reads may break what "
        f"is sent. A field is rarer where fewer than half as many records as before have a value in it. {STAR}"
    )
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
    if types_before and types_now - types_before:
        return "other type"
    expected = was["filled"] / looked_before * looked_now
    return "rarer" if expected >= OFTEN and now["filled"] < expected / 2 else ""


def _is_within_change(path: str, found: Iterable[tuple[Any, ...]], change: str) -> bool:
    """Tell whether the object around it came or went as a whole: one line says it."""
    return any(change == one and path.startswith((f"{around}.", f"{around}[")) for one, around, *_ in found)


def _leaves(about: Mapping[str, Any]) -> Iterable[tuple[str, Mapping[str, Any]]]:
    return ((path, one) for path, one in about.get("census", {}).items() if set(one["types"]) - NO_TYPES)


def _read(told: MappingEvidence) -> frozenset[str]:
    fields: Iterable[FieldCounts] = told.fields.values()
    paths = [*told.about.get("paths", ()), *(path for one in fields for path in one.rule.get("paths", ()))]
    return frozenset(place for path in paths for place in places_read(path))


def _job_places(told: MappingEvidence) -> Mapping[str, str]:
    """Give the places that the job reads with what for; what it names may be a path, or a column as it stands."""
    named: Mapping[str, str] = told.about.get("job_paths", {})
    return {place: why for path, why in named.items() for place in (*places_read(path), place_name(path))}


def _is_read(path: str, read: Container[str]) -> bool:
    return bool(_nearest(path, read))


def _nearest(path: str, read: Container[str]) -> str:
    """Give this place, or the nearest one around it, that is read; nothing where none is."""
    around = path
    while around and around not in read:
        cut = max(around.rfind("."), around.rfind("["))
        around = around[:cut] if cut > 0 else ""
    return around
