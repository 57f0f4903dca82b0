"""Compile what stands under `path`: one path, or several of which the first that has a value wins."""

from dataclasses import dataclass
from typing import Any

from connector.mapping.coercion import Kind, has_value
from connector.mapping.model import Context, Evaluate, Placed, Trace, trace_of
from connector.mapping.node import Node
from connector.mapping.path import PathError, Read, compile_path

__all__ = ["NO_VALUE", "References", "compile_first"]

MOST_PATHS = 20
NO_VALUE = trace_of("", "no_value")
PATH_ERROR = trace_of("", "path_error")


@dataclass(frozen=True, slots=True)
class References:
    """The compiled paths of a rule: as a rule with a trace, as a bare reader, and the type they are known to give."""

    paths: tuple[str, ...]
    reads: tuple[Read, ...]
    kind: Kind = Kind.ANY

    @property
    def evaluate(self) -> Evaluate:
        """Give the rule that reads the first path that has a value."""
        pairs = tuple((read, trace_of(path)) for read, path in zip(self.reads, self.paths, strict=True))
        return _one(*pairs[0]) if len(pairs) == 1 else _several(pairs)

    @property
    def read(self) -> Read:
        """Give the bare reader: the first value, or None; it raises nothing."""
        if len(self.reads) == 1:
            return _bare(self.reads[0])
        evaluate = self.evaluate
        return lambda record, context: evaluate(record, context)[0]


def _bare(read: Read) -> Read:
    def first(record: Any, context: Context) -> Any:
        try:
            value = read(record, context)
        except PathError:
            return None
        return value if has_value(value) else None

    return first


def _one(read: Read, found: Trace) -> Evaluate:
    def evaluate(record: Any, context: Context) -> tuple[Any, Trace]:
        try:
            value = read(record, context)
        except PathError:
            return None, PATH_ERROR
        return (value, found) if has_value(value) else (None, NO_VALUE)

    return evaluate


def _several(pairs: tuple[tuple[Read, Trace], ...]) -> Evaluate:
    def evaluate(record: Any, context: Context) -> tuple[Any, Trace]:
        nothing = NO_VALUE
        for read, found in pairs:
            try:
                value = read(record, context)
            except PathError:
                nothing = PATH_ERROR
                continue
            if has_value(value):
                return value, found
        return None, nothing

    return evaluate


def _nothing(_record: Any, _context: Context) -> None:
    return None


def compile_first(node: Node) -> References:
    """Give the paths that stand here, compiled; note those that cannot be read."""
    entries = node.entries()
    if not entries or len(entries) > MOST_PATHS:
        node.problem(f"must be one path, or a list of at most {MOST_PATHS}")
    compiled = [(text, _compile(entry, text)) for entry in entries[:MOST_PATHS] if (text := entry.text())]
    if not compiled:
        return References(("",), (_nothing,))
    kinds = {_kind(entry) for entry in entries}
    paths, reads = zip(*compiled, strict=True)
    return References(paths, reads, kinds.pop() if len(kinds) == 1 else Kind.ANY)


def _compile(node: Node, text: str) -> Read:
    try:
        return compile_path(text)
    except ValueError as error:
        node.problem(f"{text}: {error}")
        return _nothing


def _kind(node: Node) -> Kind:
    """Give the documented type of what the path names; warn where the record's documentation has no such field."""
    text = str(node.value).strip()
    if text.startswith("$"):
        return Kind.TEXT if text == "$tenant" else Kind.ANY
    node.findings.placed.append(Placed(text, node.document.problem(node.location, "")))
    kind, doubt = node.findings.shape.look_up(text)
    if doubt:
        node.warn(f"{text}: {doubt}", "a tenant's files may well hold more than is documented")
    return kind
