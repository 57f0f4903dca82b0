"""Compile the chain of functions under `as`, and check that each one can take what the one before it gives."""

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

from connector.mapping.coercion import Kind, has_value, number_of, text_of
from connector.mapping.failure import DATA_FAULTS
from connector.mapping.functions import FUNCTIONS, Function
from connector.mapping.functions.arguments import prepare
from connector.mapping.functions.tables import kind_of
from connector.mapping.functions.words import Table
from connector.mapping.model import Context, Evaluate, Trace, Work, trace_of
from connector.mapping.node import Node
from connector.mistake import did_you_mean

__all__ = ["Step", "compile_chain", "mismatch", "run_chain", "work_of"]

Step = tuple[Callable[[Any], Any], str, str]
"""What to do with the value, the reason where that fails, the reason where nothing is left of it."""

LONGEST_CHAIN = 20
MOST_REMEMBERED = 1024
LONGEST_REMEMBERED = 200

_UNFIT: dict[Kind, dict[Kind, str]] = {
    Kind.TEXT: {Kind.LIST: "add join, or read one entry of it", Kind.OBJECT: "name a field of it"},
    Kind.NUMBER: {
        Kind.TEXT: "add number to its functions",
        Kind.TIME: "",
        Kind.BOOLEAN: "",
        Kind.LIST: "read one entry of it",
        Kind.OBJECT: "name a field of it",
    },
    Kind.TIME: {Kind.NUMBER: "add utc to its functions", Kind.BOOLEAN: "", Kind.LIST: "", Kind.OBJECT: ""},
    Kind.LIST: {Kind.OBJECT: "name a field of it"},
    Kind.BOOLEAN: {
        Kind.TEXT: "add boolean to its functions",
        Kind.NUMBER: "add boolean to its functions",
        Kind.TIME: "",
        Kind.LIST: "",
        Kind.OBJECT: "",
    },
    Kind.SEGMENTS: {Kind.TEXT: "", Kind.NUMBER: "", Kind.TIME: "", Kind.BOOLEAN: "", Kind.OBJECT: ""},
}


def mismatch(given: Kind, wanted: Kind) -> str | None:
    """Give the remedy where a value of one type can never be used as the other, None where it can."""
    return _UNFIT.get(wanted, {}).get(given)


def compile_chain(node: Node, kind: Kind) -> tuple[list[Step], Kind]:
    """Give the steps that stand here and the type of what they give, for a value of this type."""
    steps: list[Step] = []
    entries = node.entries()
    if len(entries) > LONGEST_CHAIN:
        node.problem(f"has more than {LONGEST_CHAIN} functions")
    for entry in entries[:LONGEST_CHAIN]:
        named = _named(entry)
        if named is None:
            return steps, Kind.ANY
        function, place = named
        arguments = prepare(function, place)
        remedy = mismatch(kind, function.takes)
        if remedy is not None and not (kind is Kind.LIST and function.takes in (Kind.TEXT, Kind.NUMBER)):
            entry.problem(f"{function.name} takes {function.takes}, and gets {kind}", remedy)
        steps.append((_step(function, arguments), f"{function.name}_failed", f"{function.name}_empty"))
        kind = _gives(function, arguments, kind)
    return steps, kind


def _named(entry: Node) -> tuple[Function, Node] | None:
    if isinstance(entry.value, dict) and len(entry.value) == 1:
        name = next(iter(entry.value))
        place = entry.child(name)
    else:
        name, place = str(entry.value), Node(entry.document, entry.findings, None, entry.location)
        if not isinstance(entry.value, str):
            entry.problem("must be the name of a function, or {NAME: arguments}")
            return None
    if name not in FUNCTIONS:
        place.problem(
            f"there is no function {name!r}", did_you_mean(name, FUNCTIONS) or f"known: {', '.join(FUNCTIONS)}"
        )
        return None
    return FUNCTIONS[name], place


def _gives(function: Function, arguments: dict[str, Any], kind: Kind) -> Kind:
    table = next((one for one in arguments.values() if isinstance(one, Table)), None)
    if kind is Kind.LIST and function.takes in (Kind.TEXT, Kind.NUMBER):
        return Kind.LIST
    if table is not None:
        return kind_of(table)
    return kind if function.takes is function.gives is Kind.ANY else function.gives


def _step(function: Function, arguments: dict[str, Any]) -> Callable[[Any], Any]:
    call = partial(function.call, **arguments) if arguments else function.call
    if function.takes is Kind.ANY:
        return call
    if function.takes is Kind.LIST:
        return lambda value: call(value if value.__class__ is list else [value])
    convert = text_of if function.takes is Kind.TEXT else number_of

    def step(value: Any) -> Any:
        if value.__class__ is list:
            return [call(convert(entry)) for entry in value if has_value(entry)]
        return call(convert(value))

    return step


def work_of(steps: list[Step], *, remember: bool = False) -> Work | None:
    """Give these steps as one piece of work, None where there is none.

    With `remember` the results for the texts and whole numbers seen last are kept: words of a call centre repeat, and
    functions are pure.
    """
    if not steps:
        return None
    return _remembering(steps) if remember else _working(steps)


def run_chain(inner: Evaluate, work: Work | None) -> Evaluate:
    """Give the rule that sends the value of another one through this work."""
    if work is None:
        return inner

    def run(record: Any, context: Context) -> tuple[Any, Trace]:
        value, trace = inner(record, context)
        if value is None:
            return None, trace
        value, reason, failed = work(value)
        return (value, trace) if value is not None else (None, trace_of(trace.source, reason, failed))

    return run


def _working(steps: list[Step]) -> Work:
    def work(value: Any) -> tuple[Any, str, bool]:
        for step, failed, emptied in steps:
            try:
                value = step(value)
            except DATA_FAULTS:
                return None, failed, True
            if not has_value(value):
                return None, emptied, False
        return value, "", False

    return work


def _remembering(steps: list[Step]) -> Work:
    anew = _working(steps)
    known = lru_cache(maxsize=MOST_REMEMBERED)(anew)

    def work(value: Any) -> tuple[Any, str, bool]:
        kind = value.__class__
        return known(value) if kind is int or (kind is str and len(value) <= LONGEST_REMEMBERED) else anew(value)

    return work
