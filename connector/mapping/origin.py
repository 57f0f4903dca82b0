"""Compile where a rule's value comes from: a path, or several parts joined or listed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from connector.mapping.coercion import Kind, has_value, text_of
from connector.mapping.gathering import gather, join
from connector.mapping.model import Context, Evaluate, Trace
from connector.mapping.node import Node
from connector.mapping.recipe import Joined, Listed, Read, Recipe
from connector.mapping.reference import NO_VALUE, compile_first

__all__ = ["NOTHING", "ORIGINS", "Made", "from_paths", "made_of"]

ORIGINS = ("path", "const", "join", "list")
MOST_PARTS = 100


@dataclass(frozen=True, slots=True)
class Made:
    """A compiled rule or part of one: how to work it out, the type it gives, the paths it reads.

    `recipe` is how its value comes about where all is well, None where only `evaluate` can tell.
    """

    evaluate: Evaluate
    kind: Kind = Kind.ANY
    paths: tuple[str, ...] = ()
    recipe: Recipe | None = None


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
    recipe = Read(references.paths, references.reads[0])
    return Made(references.evaluate, references.kind, references.paths, recipe)


def _joined(node: Node, nested: Nested) -> Made:
    parts = _parts(node.child("join"), nested)
    by = node.child("by").value if node.has("by") else ""
    if isinstance(by, list | dict) or by is None:
        node.child("by").problem("must be text")
    skip_empty = node.flag("skip_empty", default=False)
    evaluate, recipes = join(_evaluations(parts), str(by), skip_empty=skip_empty), _recipes(parts)
    return Made(evaluate, Kind.TEXT, _paths(parts), Joined(recipes, str(by)) if recipes else None)


def _listed(node: Node, nested: Nested) -> Made:
    parts = _parts(node.child("list"), nested)
    evaluate, recipes = gather(_evaluations(parts)), _recipes([one for one in parts if has_value(one)])
    return Made(evaluate, Kind.LIST, _paths(parts), Listed(recipes) if recipes else None)


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


def _recipes(parts: list[str | Made]) -> tuple[str | Recipe, ...] | None:
    """Give how each part comes about, None where one of them has to be asked."""
    found = [one if isinstance(one, str) else one.recipe for one in parts]
    known = tuple(one for one in found if one is not None)
    return known if len(known) == len(found) else None


def _paths(parts: list[str | Made]) -> tuple[str, ...]:
    return tuple(path for one in parts if isinstance(one, Made) for path in one.paths)
