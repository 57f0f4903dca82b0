"""Go through a rule as the engine does, and say in sentences what is met on the way."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from connector.mapping.chain import compile_chain
from connector.mapping.coercion import Kind, has_value, text_of
from connector.mapping.condition import CONDITION_KEYS, read_conditions
from connector.mapping.failure import DATA_FAULTS
from connector.mapping.model import Context, Trace
from connector.mapping.node import Node
from connector.mapping.path import PathError
from connector.mapping.reference import compile_first
from connector.mapping.rule import compile_part
from connector.mapping.wording import say_reason

__all__ = ["Show", "Teller", "literal", "same"]

Show = Callable[[Any], str]
"""Give a value as it may be shown."""

LONGEST_ARGUMENTS = 60


def literal(value: Any) -> str:
    """Give a value that stands in the mapping itself: it tells nothing of a person."""
    return json.dumps(value, ensure_ascii=False, default=str)


def same(value: Any, other: Any) -> bool:
    """Tell whether two values are the same to a person: 1 and true are not."""
    return bool(value == other and isinstance(value, bool) is isinstance(other, bool))


class Teller:
    """Tells of one record; `last` is the value it came to, `failed` says that a function or a path could not."""

    def __init__(self, record: Any, context: Context, show: Show) -> None:
        self.record = record
        self.context = context
        self.show = show
        self.last: Any = None
        self.failed = False

    def why(self, trace: Trace) -> str:
        """Give the reason of a trace as the end of a sentence; nothing where it was told already."""
        told = self.failed or trace.reason in {None, "no_value", "condition_not_met"}
        return "" if told else f": {say_reason(trace.reason or '')}"

    def of_rule(self, node: Node) -> Iterator[str]:
        """Tell of conditions, origin and functions of a rule."""
        self.last = None
        if isinstance(node.value, str | list):
            yield from self._of_paths(node)
            return
        if node.has("when"):
            held = read_conditions(node.child("when"))(self.record, self.context)
            yield from self._of_conditions(node.child("when"))
            if not held:
                return
        yield from self._of_origin(node)
        if node.has("as") and self.last is not None:
            yield from self._of_chain(node.child("as"))

    def _of_origin(self, node: Node) -> Iterator[str]:
        if node.has("const"):
            self.last = node.value["const"]
            yield f"The rule says the value itself: {literal(self.last)}."
        elif node.has("path"):
            yield from self._of_paths(node.child("path"))
        else:
            yield from self._of_parts(node, "join" if node.has("join") else "list")

    def _of_paths(self, node: Node) -> Iterator[str]:
        references = compile_first(node)
        empty: list[str] = []
        for path, read in zip(references.paths, references.reads, strict=True):
            try:
                value = read(self.record, self.context)
            except PathError:
                self.failed = True
                yield f"`{path}` could not be worked out on this record."
                continue
            if has_value(value):
                self.last = value
                break
            empty.append(path)
        if empty:
            yield f"{_listed(empty)} {'has' if len(empty) == 1 else 'have'} no value."
        if self.last is not None:
            yield f"`{path}` has {self.show(self.last)}."

    def _of_parts(self, node: Node, kind: str) -> Iterator[str]:
        parts = node.child(kind).entries()
        yield f"The rule {'joins' if kind == 'join' else 'lists'} {len(parts)} parts."
        for number, part in enumerate(parts, 1):
            if isinstance(part.value, dict) or str(part.value).startswith("$"):
                yield f"Part {number}: {' '.join(self._of_part(part))}"
            else:
                yield f"Part {number} is the text {literal(part.value)}."
        bare = {key: node.value[key] for key in (kind, "by", "skip_empty") if key in node.value}
        self.last = _evaluate(Node(node.document, node.findings, bare, node.location), self)
        told = self.show(self.last) if self.last is not None else "nothing, since a part is empty"
        yield f"Together that is {told}."

    def _of_part(self, part: Node) -> Iterator[str]:
        inner = Teller(self.record, self.context, self.show)
        yield from inner.of_rule(part)
        value, trace = compile_part(part).evaluate(self.record, self.context)
        if trace.is_default:
            yield f"So `else` gave {literal(value)}."
        elif value is None:
            yield f"So it gives nothing{inner.why(trace)}."

    def _of_chain(self, node: Node) -> Iterator[str]:
        steps, _ = compile_chain(node, Kind.ANY)
        for (step, _, _), entry in zip(steps, node.entries(), strict=False):
            before, name = self.last, _written(entry.value)
            try:
                self.last = step(before)
            except DATA_FAULTS:
                self.last, self.failed = None, True
                yield f"`{name}` could not be done on {self.show(before)}."
                return
            if not has_value(self.last):
                self.last, self.failed = None, True
                yield f"`{name}` left nothing of {self.show(before)}."
                return
            if same(before, self.last):
                yield f"`{name}` left it as it was."
            else:
                yield f"`{name}` made {self.show(self.last)} of it."

    def _of_conditions(self, node: Node) -> Iterator[str]:
        for entry in node.entries():
            held = read_conditions(entry)(self.record, self.context)
            tests = ", ".join(f"{key} {_short(value)}" for key, value in entry.value.items() if key in _TESTS)
            found = compile_first(entry.child("path")).read(self.record, self.context)
            has = f"there is {self.show(found)}" if has_value(found) else "there is no value"
            where = _short(entry.value["path"])
            yield f"Its condition on `{where}` ({tests}) {'holds' if held else 'does not hold'}: {has}."


_TESTS = tuple(key for key in CONDITION_KEYS if key not in {"path", "note"})


def _evaluate(node: Node, teller: Teller) -> Any:
    return compile_part(node).evaluate(teller.record, teller.context)[0]


def _written(value: Any) -> str:
    """Give a function as the file has it, with its arguments where they are short."""
    if not isinstance(value, dict):
        return str(value)
    ((name, arguments),) = value.items()
    given = arguments if isinstance(arguments, dict) else {"": arguments}
    told = ", ".join(f"{key} {_short(one)}".strip() for key, one in given.items())
    return f"{name} ({told})" if len(told) <= LONGEST_ARGUMENTS else str(name)


def _short(value: Any) -> str:
    try:
        return text_of(value)
    except DATA_FAULTS:
        return json.dumps(value, ensure_ascii=False, default=str)


def _listed(paths: list[str]) -> str:
    quoted = [f"`{path}`" for path in paths]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"
