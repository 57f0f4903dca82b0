"""Compile the conditions of `when` and of a job's filter."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from connector.document import Document
from connector.errors import ConfigurationError
from connector.mapping.coercion import has_value, text_of
from connector.mapping.failure import DATA_FAULTS
from connector.mapping.functions.words import compile_pattern
from connector.mapping.model import Context
from connector.mapping.node import Findings, Node
from connector.mapping.reference import compile_first

__all__ = ["CONDITION_KEYS", "TESTS", "Condition", "compile_condition", "read_conditions"]

Condition = Callable[[Any, Context], bool]
Test = Callable[[Any], bool]
"""What is asked of the value that was read; None stands for no value."""

TESTS = ("equals", "in", "not_in", "exists", "matches")
CONDITION_KEYS = ("path", *TESTS, "note")


def compile_condition(value: Any) -> Condition:
    """Give the test that `{path: …, equals | in | not_in | exists | matches: …}` stands for, or a list of such.

    A list holds where all its conditions hold. Raises ConfigurationError with every mistake.
    """
    findings = Findings()
    condition = read_conditions(Node(Document(Path("condition"), value, {}), findings, value))
    if findings.problems:
        raise ConfigurationError(findings.problems)
    return condition


def read_conditions(node: Node) -> Condition:
    """Give the condition that stands here, or the one that holds where all of a list hold; note what is wrong."""
    conditions = [_condition(entry) for entry in node.entries()]
    if len(conditions) == 1:
        return conditions[0]
    return lambda record, context: all(one(record, context) for one in conditions)


def _condition(node: Node) -> Condition:
    if not node.is_table(CONDITION_KEYS, needs=("path",)) or not node.has("path"):
        return _never
    read = compile_first(node.child("path")).read
    tests = [_test(name, node.child(name)) for name in TESTS if node.has(name)]
    if not tests:
        node.problem("has no test", f"add one of {', '.join(TESTS)}")
        return _never
    if len(tests) == 1 and node.has("exists"):
        wanted = node.value["exists"]
        return lambda record, context: (read(record, context) is not None) is wanted
    test = tests[0] if len(tests) == 1 else lambda value: all(one(value) for one in tests)

    def holds(record: Any, context: Context) -> bool:
        return test(read(record, context))

    return holds


def _never(_record: Any, _context: Context) -> bool:
    return False


def _test(name: str, node: Node) -> Test:
    if name == "exists":
        return _exists(node)
    if name == "matches":
        return _matches(node)
    words = {_literal(entry) for entry in (node.entries() if name != "equals" else [node])}
    if name == "not_in":
        return lambda value: _word(value) not in words
    return lambda value: _word(value) in words


def _literal(node: Node) -> str:
    if has_value(node.value) and not isinstance(node.value, list | dict):
        return text_of(node.value)
    node.problem("must be text, a number, true or false", "test for a missing value with exists: false")
    return ""


def _word(value: Any) -> str | None:
    """Give the value as the text that words of the file are compared with; None, equal to none, where it has none."""
    try:
        return text_of(value).strip() if value is not None else None
    except DATA_FAULTS:
        return None


def _exists(node: Node) -> Test:
    if not isinstance(node.value, bool):
        node.problem("must be true or false")
    wanted = bool(node.value)
    return lambda value: (value is not None) is wanted


def _matches(node: Node) -> Test:
    try:
        pattern = compile_pattern(node.text() or "")
    except ValueError as error:
        node.problem(f"is not an RE2 expression: {error}", "RE2 has no look-around and no back-references")
        return lambda _value: False

    def test(value: Any) -> bool:
        word = _word(value)
        try:
            return word is not None and pattern.found_in(word)
        except DATA_FAULTS:
            return False

    return test
