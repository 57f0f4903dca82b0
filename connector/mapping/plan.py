"""Lay out the rules of a mapping so that those which only read a plain path are worked out without a call."""

from collections.abc import Iterable

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
        plain = (*place, field.wanted) if place else ()
        rules.append(Planned(field.name, field.evaluate, *plain))
        traces[field.name] = trace_of(field.paths[0] if place else "")
    return Plan(tuple(rules), tuple(numbers), traces)


def _place(path: str, numbers: dict[Place, int]) -> Place | None:
    """Give where the value of this path stands, None where it is richer than names; number the objects above it."""
    root, rest = split_root(path)
    steps = plain_steps(rest)
    if steps is None or not all(isinstance(step, str) for step in steps):
        return None
    names = [*([] if root is None else [root]), *map(str, steps)]
    if not names:
        return None
    holder = RECORD if root is None else CONTEXT
    for name in names[:-1]:
        holder = numbers.setdefault((holder, name), RECORD + 1 + len(numbers))
    return holder, names[-1]
