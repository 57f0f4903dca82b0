"""Decide by the job's `filter` which sessions are wanted."""

from collections.abc import Callable, Sequence
from typing import Any

import re2

from connector import mapping
from connector.document import Document
from connector.errors import ConfigurationError, Problem
from connector.job.model import Condition

__all__ = ["Filter", "compile_filter"]

Filter = Callable[[dict[str, Any]], str | None]
Getter = Callable[[dict[str, Any]], Any]


def compile_filter(written: Document, conditions: Sequence[Condition]) -> Filter:
    """Give a function from a source record to the path of the first condition it fails, or None where all hold.

    Raises ConfigurationError with every path or expression that cannot be read.
    """
    problems: list[Problem] = []
    tests: list[tuple[str, Callable[[dict[str, Any]], bool]]] = []
    for at, condition in enumerate(conditions):
        try:
            get = mapping.compile_path(condition.path)
        except ValueError as error:
            problems.append(written.problem(("filter", at, "path"), str(error)))
            continue
        try:
            tests.append((condition.path, _test(condition, get)))
        except re2.error as error:
            problems.append(written.problem(("filter", at, "matches"), f"is not an RE2 expression: {error}"))
    if problems:
        raise ConfigurationError(problems)
    return lambda record: next((path for path, holds in tests if not holds(record)), None)


def _test(condition: Condition, get: Getter) -> Callable[[dict[str, Any]], bool]:
    wanted = None if condition.in_ is None else {_text(value) for value in condition.in_}
    unwanted = None if condition.not_in is None else {_text(value) for value in condition.not_in}
    expression = re2.compile(condition.matches) if condition.matches is not None else None

    def holds(record: dict[str, Any]) -> bool:
        value = get(record)
        text = _text(value)
        return (
            (wanted is None or text in wanted)
            and (unwanted is None or text not in unwanted)
            and (expression is None or bool(expression.search(text)))
            and (condition.exists is None or condition.exists == (value is not None))
        )

    return holds


def _text(value: Any) -> str:
    # Values compare as text: 5 in the file and "5" in the record are the same word to the person who wrote it.
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
