"""Compile what a mapping calls a path: plain dotted names become closures, anything richer is JMESPath."""

import json
import re
from collections.abc import Callable
from typing import Any

from connector.mapping.expression import EXPRESSION_FAULTS, compile_expression
from connector.mapping.model import Context
from connector.mistake import did_you_mean

__all__ = ["CONTEXT", "PathError", "Read", "compile_path", "plain_steps", "split_root"]

Read = Callable[[Any, Context], Any]
"""A compiled path: record and context in, what stands there out, None where nothing does; raises PathError."""

CONTEXT: dict[str, frozenset[str] | None] = {
    "tenant": frozenset(),
    "agent": frozenset({"id", "number", "email", "name", "team"}),
    "file": frozenset({"path", "name", "folder", "modified_at"}),
    "crm": None,
    "events": None,
}
"""What `$name` can name, and the fields below it; None where they are not fixed."""

_ROOT = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)")
_STEP = re.compile(r'(\.?)([A-Za-z_][A-Za-z0-9_]*|"(?:[^"\\]|\\.)*")|\[([0-9]{1,9})\]')


class PathError(Exception):
    """The expression could not be worked out on this record."""


def compile_path(text: str) -> Read:
    """Give the closure that reads this path; ValueError, with what is wrong, where it is no path."""
    root, rest = split_root(text)
    steps = plain_steps(rest)
    if steps is None:
        return _expression(rest, root)
    if root is None:
        return _of_record(steps)
    walk = _walk(steps)
    return lambda _record, context: walk(context.get(root), context)


def split_root(text: str) -> tuple[str | None, str]:
    """Give the name after a leading `$` and what follows; ValueError where there is no such name."""
    text = text.strip()
    match = _ROOT.match(text)
    if match is None:
        if text.startswith("$"):
            raise ValueError("a name must follow the `$`")
        return None, text
    name, rest = match[1], text[match.end() :].strip()
    if name not in CONTEXT:
        known = [f"${one}" for one in CONTEXT]
        raise ValueError(f"${name} is not known: {did_you_mean(f'${name}', known) or ', '.join(known)}")
    _check_context_field(name, rest)
    if rest.startswith("."):
        return name, rest[1:]
    return name, rest if rest.startswith("[") else f"@{rest}"


def _check_context_field(root: str, rest: str) -> None:
    known = CONTEXT[root]
    steps = plain_steps(rest.removeprefix(".")) if rest else ()
    if known is None or not steps or steps[0] in known:
        return
    hint = did_you_mean(str(steps[0]), known) or f"it has {', '.join(sorted(known)) or 'no fields'}"
    raise ValueError(f"${root} has no {steps[0]}: {hint}")


def plain_steps(text: str) -> tuple[str | int, ...] | None:
    """Give the names and indexes of a plain path, None where it is richer than that."""
    if text == "@":
        return ()
    steps: list[str | int] = []
    position = 0
    while position < len(text):
        match = _STEP.match(text, position)
        if match is None or (match[2] and bool(match[1]) != bool(steps)):
            return None
        try:
            steps.append(int(match[3]) if match[3] else _name(match[2]))
        except ValueError:
            return None
        position = match.end()
    return tuple(steps) or None


def _name(text: str) -> str:
    return str(json.loads(text)) if text.startswith('"') else text


def _of_record(steps: tuple[str | int, ...]) -> Read:
    """Give the reader of a plain path; the two commonest shapes do without a loop."""
    names = [step for step in steps if isinstance(step, str)]
    if len(names) < len(steps) or len(names) not in (1, 2):
        return _walk(steps)
    if len(names) == 1:
        name = names[0]
        return lambda record, _context: record.get(name) if record.__class__ is dict else None
    first, second = names

    def read(record: Any, _context: Context) -> Any:
        below = record.get(first) if record.__class__ is dict else None
        return below.get(second) if below.__class__ is dict else None

    return read


def _walk(steps: tuple[str | int, ...]) -> Read:
    def walk(value: Any, _context: Context) -> Any:
        for step in steps:
            if value.__class__ is dict and step.__class__ is str:
                value = value.get(step)
            elif value.__class__ is list and step.__class__ is int:
                value = value[step] if step < len(value) else None
            else:
                return None
        return value

    return walk


def _expression(text: str, root: str | None) -> Read:
    try:
        find = compile_expression(text)
    except ValueError as error:
        raise ValueError(f"is neither a plain path nor JMESPath: {error}") from error

    def search(record: Any, context: Context) -> Any:
        try:
            return find(record if root is None else context.get(root))
        except EXPRESSION_FAULTS as error:
            raise PathError from error

    return search
