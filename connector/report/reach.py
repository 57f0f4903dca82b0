"""Tell which places of a source record a path of a mapping reads."""

from functools import cache
from typing import Any, NamedTuple

import jmespath
from jmespath.exceptions import JMESPathError

from connector.mapping.census import place_name

__all__ = ["places_read"]


class _Spot(NamedTuple):
    """Where an expression stands: at the value of a place, or at a list that a projection made of such values."""

    place: str
    listed: bool = False


_Spots = frozenset[_Spot]


@cache
def places_read(path: str) -> frozenset[str]:
    """Give the places, with `[]` for the entries of lists; of what lies below a place, all is read with it.

    What was added to the session (`$agent`, `$file` …) is no part of the record.
    """
    if path.startswith("$"):
        return frozenset()
    try:
        parsed: Any = jmespath.compile(path).parsed
    except JMESPathError:
        return frozenset({path})
    reader = _Reader()
    ends = reader.visit(parsed, frozenset({_Spot("")}))
    return frozenset(spot.place for spot in (*ends, *reader.passed) if spot.place)


class _Reader:
    """Follows an expression from spot to spot, and keeps those it looks at on its way."""

    def __init__(self) -> None:
        self.passed: set[_Spot] = set()

    def visit(self, node: dict[str, Any], at: _Spots) -> _Spots:
        kind, children = node["type"], [one for one in node["children"] if isinstance(one, dict)]
        if kind in _STEPS:
            return frozenset(spot for one in at for spot in _STEPS[kind](node, one))
        if kind in _IN_ORDER:
            for child in children:
                at = self.visit(child, at)
            return at
        if kind in _PROJECTIONS:
            return self._project(kind, children, at)
        if kind == "flatten":
            return frozenset(spot for one in self.visit(children[0], at) for spot in _flatten(one))
        # Functions, comparisons, objects and lists: each part reads for itself, from where the whole stands.
        return frozenset[_Spot]().union(*(self.visit(child, at) for child in children))

    def _project(self, kind: str, children: list[dict[str, Any]], at: _Spots) -> _Spots:
        below = _PROJECTIONS[kind]
        bases = self.visit(children[0], at)
        entries = frozenset(_Spot(one.place if one.listed else f"{one.place}{below}") for one in bases)
        for condition in children[2:]:
            self.passed |= self.visit(condition, entries)
        return frozenset(one._replace(listed=True) for one in self.visit(children[1], entries))


def _field(node: dict[str, Any], spot: _Spot) -> tuple[_Spot, ...]:
    name = place_name(node["value"])
    return (_Spot(f"{spot.place}.{name}" if spot.place else name),)


def _entry(_node: dict[str, Any], spot: _Spot) -> tuple[_Spot, ...]:
    return (_Spot(spot.place if spot.listed else f"{spot.place}[]"),)


def _slice(_node: dict[str, Any], spot: _Spot) -> tuple[_Spot, ...]:
    return (_Spot(spot.place if spot.listed else f"{spot.place}[]", listed=True),)


def _stay(_node: dict[str, Any], spot: _Spot) -> tuple[_Spot, ...]:
    return (spot,)


def _nothing(_node: dict[str, Any], _spot: _Spot) -> tuple[_Spot, ...]:
    return ()


def _flatten(spot: _Spot) -> tuple[_Spot, ...]:
    """Give the entries; whether those of a made list are lists themselves, nobody knows here."""
    below = _Spot(f"{spot.place}[]", listed=True)
    return (spot, below) if spot.listed else (below,)


_STEPS = {
    "field": _field,
    "index": _entry,
    "slice": _slice,
    "identity": _stay,
    "current": _stay,
    "literal": _nothing,
}
_IN_ORDER = frozenset({"subexpression", "index_expression", "pipe"})
_PROJECTIONS = {"projection": "[]", "filter_projection": "[]", "value_projection": ".*"}
