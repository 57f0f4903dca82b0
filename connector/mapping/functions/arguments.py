"""Check and prepare the arguments of a mapping function while the mapping is loaded."""

from collections.abc import Callable
from types import NoneType, UnionType
from typing import Any, get_args

from connector.mapping.functions.registry import Function, Parameter
from connector.mapping.functions.tables import read_table
from connector.mapping.functions.words import (
    HashKey,
    Pattern,
    Region,
    Table,
    TimeForm,
    Zone,
    compile_pattern,
    find_region,
    find_zone,
)
from connector.mapping.node import Node
from connector.session.moment import known_form

__all__ = ["prepare"]

LARGEST_COUNT = 100_000


def prepare(function: Function, node: Node) -> dict[str, Any]:
    """Give the arguments to call the function with.

    What stands in the file is a table of arguments, or a single value for the first one. Notes what does not fit.
    """
    injected = {one.name: _injected(node) for one in function.parameters if _type(one) is HashKey}
    parameters = [one for one in function.parameters if one.name not in injected]
    if any(_type(one) is Table for one in parameters):
        return {**injected, parameters[0].name: read_table(node) or Table({})}
    if node.value is not None and not parameters:
        node.problem(f"{function.name} takes no arguments")
        return injected
    given = _given(node, parameters)
    for one in parameters:
        if one.required and one.name not in given:
            node.problem(f"{function.name} needs {one.name}", f"write {{{function.name}: {{{one.name}: …}}}}")
    prepared = {one.name: _convert(one, given[one.name]) for one in parameters if one.name in given}
    return {**injected, **prepared}


def _injected(node: Node) -> HashKey | None:
    key = node.findings.hash_key
    return HashKey(key) if key else None


def _given(node: Node, parameters: list[Parameter]) -> dict[str, Node]:
    if node.value is None:
        return {}
    if isinstance(node.value, dict):
        node.is_table([one.name for one in parameters])
        return dict(node.items())
    return {parameters[0].name: node}


def _type(one: Parameter) -> Any:
    if isinstance(one.annotation, UnionType):
        return next(kind for kind in get_args(one.annotation) if kind is not NoneType)
    return one.annotation


def _convert(one: Parameter, node: Node) -> Any:
    try:
        return _CONVERT[_type(one)](node.value)
    except ValueError as error:
        node.problem(f"{one.name}: {error}")
        return one.default


def _text(value: Any) -> str:
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return str(value)
    raise ValueError("must be text")


def _count(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_COUNT:
        return value
    raise ValueError("must be a whole number from 0")


def _number(value: Any) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    raise ValueError("must be a number")


def _texts(value: Any) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(_text(entry) for entry in value)
    raise ValueError("must be a list of texts")


_CONVERT: dict[Any, Callable[[Any], Any]] = {
    str: _text,
    int: _count,
    float: _number,
    tuple[str, ...]: _texts,
    Pattern: lambda value: compile_pattern(_text(value)),
    Region: lambda value: find_region(_text(value)),
    TimeForm: lambda value: TimeForm(known_form(_text(value))),
    Zone: lambda value: find_zone(_text(value)),
}
