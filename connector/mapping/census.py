"""Count which fields source records have, and of which types, so that what changes over there is noticed here."""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from connector.mapping.disguise import disguise

__all__ = ["Census", "add_paths", "place_name"]

MOST_PATHS = 2_000
MOST_ENTRIES = 20
DEEPEST = 16
Paths = dict[str, dict[str, Any]]
"""Path -> {records, filled, types, form}."""

_TYPES = {
    str: "text",
    bool: "boolean",
    int: "number",
    float: "number",
    list: "list",
    dict: "object",
    type(None): "null",
}
_EMPTY: tuple[Any, ...] = ("", [], {})
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,59}")
_OWN_NAME = re.compile(r"\d{3}|@|.{61}", re.DOTALL)
"""Names with these are ids, numbers or addresses more often than names: all such keys of an object count as one."""


def place_name(name: str) -> str:
    """Give a field's name as it stands in the path of a place: in quotation marks where it needs them."""
    if _OWN_NAME.search(name):
        return "*"
    return name if _PLAIN_NAME.fullmatch(name) or name == "*" else f'"{name}"'


class _Place:
    """One place in the records of a source."""

    __slots__ = ("children", "filled", "form", "last_filled", "last_seen", "records", "types")

    def __init__(self) -> None:
        self.records = self.filled = 0
        self.last_seen = self.last_filled = 0
        self.types: dict[type, int] = {}
        self.form: str | None = None
        self.children: dict[str | None, _Place] = {}


class Census:
    """The fields of the records looked at; entries of a list count as one place, `recordings[].started_at`."""

    def __init__(self) -> None:
        self.looked_at = 0
        self._root = _Place()
        self._places = 0

    def add(self, record: Any) -> None:
        """Look at one record."""
        self.looked_at += 1
        self._visit(self._root, record, 0)

    def _visit(self, place: _Place, value: Any, depth: int) -> None:
        now, kind = self.looked_at, value.__class__
        place.types[kind] = place.types.get(kind, 0) + 1
        if place.last_seen != now:
            place.last_seen = now
            place.records += 1
        if value is None or value in _EMPTY:
            return
        if place.last_filled != now:
            place.last_filled = now
            place.filled += 1
        if kind is dict:
            self._visit_object(place, value, depth + 1)
        elif kind is list:
            self._visit_list(place, value, depth + 1)
        elif kind is str and place.form is None:
            place.form = disguise(value)

    def _visit_object(self, place: _Place, value: dict[Any, Any], depth: int) -> None:
        children = place.children
        for name, below in value.items():
            child = children.get(name) or self._child(place, name, depth)
            if child is not None:
                self._visit(child, below, depth)

    def _visit_list(self, place: _Place, value: list[Any], depth: int) -> None:
        child = place.children.get(None) or self._child(place, None, depth)
        if child is not None:
            for below in value[:MOST_ENTRIES]:
                self._visit(child, below, depth)

    def _child(self, place: _Place, name: Any, depth: int) -> _Place | None:
        """Give the place of a name that was not met here yet; None where there are too many already."""
        known = name if name is None or not _OWN_NAME.search(str(name)) else "*"
        if known not in place.children:
            if self._places >= MOST_PATHS or depth > DEEPEST:
                return None
            self._places += 1
            place.children[known] = _Place()
        return place.children[known]

    def paths(self) -> Paths:
        """Give what was found, by path, in the order in which it was met."""
        found: Paths = {}
        _write(self._root, "", found)
        return found


def _write(place: _Place, path: str, found: Paths) -> None:
    if path:
        types: Counter[str] = Counter()
        for kind, count in place.types.items():
            types[_TYPES.get(kind, "other")] += count
        found[path] = {"records": place.records, "filled": place.filled, "types": dict(types), "form": place.form}
    for name, child in place.children.items():
        if name is None:
            _write(child, f"{path}[]", found)
        else:
            told = place_name(name)
            _write(child, f"{path}.{told}" if path else told, found)


def add_paths(total: Paths, more: Mapping[str, Mapping[str, Any]]) -> None:
    """Add what one census found to the total of others."""
    for path, facts in more.items():
        known = total.setdefault(path, {"records": 0, "filled": 0, "types": {}, "form": None})
        known["records"] += facts["records"]
        known["filled"] += facts["filled"]
        known["types"] = dict(Counter(known["types"]) + Counter(facts["types"]))
        known["form"] = known["form"] or facts["form"]
