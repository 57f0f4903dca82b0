"""Register a mapping function beside its description, its signature and examples that are run as tests."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from types import UnionType
from typing import Any, get_args

from connector.mapping.coercion import Kind
from connector.mapping.instant import UtcText

__all__ = ["FAILS", "Example", "Function", "Parameter", "example", "function"]

FAILS = object()
"""What an example gives where the function fails and `on_error` decides."""

_KINDS: dict[Any, Kind] = {
    str: Kind.TEXT,
    int: Kind.NUMBER,
    float: Kind.NUMBER,
    bool: Kind.BOOLEAN,
    list: Kind.LIST,
    list[str]: Kind.LIST,
    UtcText: Kind.TIME,
}


@dataclass(frozen=True, slots=True)
class Example:
    """A value, what the function makes of it (or FAILS), and the arguments as the YAML writes them."""

    value: Any
    gives: Any
    arguments: Any = None


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument of a function: its name, the type that its text in the YAML is turned into, its default."""

    name: str
    annotation: Any
    default: Any
    required: bool


@dataclass(frozen=True, slots=True)
class Function:
    """A function that `as` can name.

    `takes` and `gives` are the types of the value; a function that takes text or a number works on every entry of a
    list. `fallible` tells whether there are values it fails on.
    """

    name: str
    description: str
    call: Callable[..., Any]
    takes: Kind
    gives: Kind
    parameters: tuple[Parameter, ...]
    examples: tuple[Example, ...]
    fallible: bool = field(default=True)


def example(value: Any, gives: Any, arguments: Any = None) -> Example:
    """Write one example: the value, the result (FAILS where there is none) and the arguments as the YAML has them."""
    return Example(value, gives, arguments)


def function(*examples: Example, fallible: bool = True) -> Callable[[Callable[..., Any]], Function]:
    """Make a mapping function of a Python one; its docstring, signature and annotations are the reference.

    The first parameter is the value. Arguments are checked and prepared when the mapping is loaded, by annotation.
    """

    def register(call: Callable[..., Any]) -> Function:
        signature = inspect.signature(call)
        value, *rest = signature.parameters.values()
        return Function(
            name=call.__name__.removesuffix("_"),
            description=inspect.getdoc(call) or "",
            call=call,
            takes=_kind(value.annotation),
            gives=_kind(signature.return_annotation),
            parameters=tuple(_parameter(one) for one in rest),
            examples=examples,
            fallible=fallible,
        )

    return register


def _kind(annotation: Any) -> Kind:
    if isinstance(annotation, UnionType):
        kinds = {_kind(one) for one in get_args(annotation)}
        return kinds.pop() if len(kinds) == 1 else Kind.ANY
    return _KINDS.get(annotation, Kind.ANY)


def _parameter(one: inspect.Parameter) -> Parameter:
    required = one.default is inspect.Parameter.empty
    return Parameter(one.name, one.annotation, None if required else one.default, required)
