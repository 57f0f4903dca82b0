"""Lay out the rules of a mapping so that those which only read a plain path are worked out without a call."""

from collections.abc import Iterable
from itertools import pairwise

from connector.mapping.model import Field, Place, Plan, Planned, Trace, trace_of
from connector.mapping.path import plain_steps, split_root

__all__ = ["lay_out"]

CONTEXT, RECORD = 0, 1


def lay_out(fields: Iterable[Field]) -> Plan:
    """Give the plan of these rules."""
    numbers: dict[Place, int] = {}
    rules: list[Planned] = []
    traces: dict[str, Trace] = {}
    for field in fields:
        place = _place(field.paths[0], numbers) if field.wanted is not None else None
        plain = (*place, field.wanted, field.work) if place else ()
        rules.append(Planned(field.name, field.evaluate, *plain))
        traces[field.name] = trace_of(field.paths[0] if place else "")
    return Plan(tuple(rules), tuple(numbers), traces)


def _place(path: str, numbers: dict[Place, int]) -> tuple[int, str] | None:
    """Give the object that holds the value of this path, and its key there; number the objects above it.

    None where the path is richer than names, each with one index at most, or does not end with a name.
    """
    root, rest = split_root(path)
    plain = plain_steps(rest)
    steps = [*([] if root is None else [root]), *(plain or ())]
    # An index goes with the name before it; a path that begins with one, or has two in a row, is left to its rule.
    if plain is None or any(map(_are_indexes, pairwise([0, *steps]))) or not (steps and isinstance(steps[-1], str)):
        return None
    holder = RECORD if root is None else CONTEXT
    for name, after in pairwise(steps):
        if isinstance(name, str):
            place = (holder, name, after if isinstance(after, int) else None)
            holder = numbers.setdefault(place, RECORD + 1 + len(numbers))
    return holder, str(steps[-1])


def _are_indexes(pair: tuple[str | int, str | int]) -> bool:
    return all(isinstance(step, int) for step in pair)
