"""Compile where a rule's value comes from: a path, or several parts joined or listed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from connector.mapping.coercion import Kind, text_of
from connector.mapping.gathering import gather, join
from connector.mapping.model import Context, Evaluate, Trace, Work
from connector.mapping.node import Node
from connector.mapping.reference import NO_VALUE, compile_first

__all__ = ["NOTHING", "ORIGINS", "Made", "from_paths", "made_of"]

ORIGINS = ("path", "const", "join", "list")
MOST_PARTS = 100


@dataclass(frozen=True, slots=True)
class Made:
    """A compiled rule or part of one: how to work it out, the type it gives, the paths it reads.

    `wanted` is the type of value that it most likely finds at its first path, None where it reads more than paths;
    `work` is what is done with any such value.
    """

    evaluate: Evaluate
    kind: Kind = Kind.ANY
    paths: tuple[str, ...] = ()
    wanted: type | None = None
    work: Work | None = None


def _nothing(_record: Any, _context: Context) -> tuple[Any, Trace]:
    return None, NO_VALUE


NOTHING = Made(_nothing)
"""What stands in for a rule that could not be compiled."""

Nested = Callable[[Node], Made]


def made_of(node: Node, nested: Nested) -> Made:
    """Give the origin named here, other than const; `nested` compiles the rules inside join and list."""
    for key in ("by", "skip_empty"):
        if node.has(key) and not node.has("join"):
            node.child(key).problem("belongs to join alone")
    if node.has("path"):
        return from_paths(node.child("path"))
    return _joined(node, nested) if node.has("join") else _listed(node, nested)


def from_paths(node: Node) -> Made:
    """Give what reads the path that stands here, or the first of several that has a value."""
    references = compile_first(node)
    return Made(references.evaluate, references.kind, references.paths, int if references.kind is Kind.NUMBER else str)


def _joined(node: Node, nested: Nested) -> Made:
    parts = _parts(node.child("join"), nested)
    by = node.child("by").value if node.has("by") else ""
    if isinstance(by, list | dict) or by is None:
        node.child("by").problem("must be text")
    skip_empty = node.flag("skip_empty", default=False)
    return Made(join(_evaluations(parts), str(by), skip_empty=skip_empty), Kind.TEXT, _paths(parts))


def _listed(node: Node, nested: Nested) -> Made:
    parts = _parts(node.child("list"), nested)
    return Made(gather(_evaluations(parts)), Kind.LIST, _paths(parts))


def _parts(node: Node, nested: Nested) -> list[str | Made]:
    """Give the entries of join or list: a plain text is a literal, `$x` a reference, keys with values a rule."""
    if not isinstance(node.value, list) or not 0 < len(node.value) <= MOST_PARTS:
        node.problem(f"must be a list of 1 to {MOST_PARTS} parts")
        return []
    return [_part(entry, nested) for entry in node.entries()]


def _part(node: Node, nested: Nested) -> str | Made:
    if isinstance(node.value, dict) or (isinstance(node.value, str) and node.value.startswith("$")):
        return nested(node)
    if isinstance(node.value, list) or node.value is None or node.value == "":
        node.problem("must be text, a $reference or a rule", "write {path: …} to read a field")
        return ""
    return text_of(node.value)


def _evaluations(parts: list[str | Made]) -> list[str | Evaluate]:
    return [one if isinstance(one, str) else one.evaluate for one in parts]


def _paths(parts: list[str | Made]) -> tuple[str, ...]:
    return tuple(path for one in parts if isinstance(one, Made) for path in one.paths)
