"""Decide by the job's `filter` which sessions are wanted."""

from collections.abc import Callable, Sequence
from typing import Any

from connector import mapping
from connector.document import Document
from connector.errors import ConfigurationError, Problem
from connector.job.definition.model import Condition

__all__ = ["Filter", "compile_filter"]

Filter = Callable[[dict[str, Any], dict[str, Any]], str | None]


def compile_filter(written: Document, conditions: Sequence[tuple[int, Condition]]) -> Filter:
    """Give a function from record and context to the path of the first condition that fails, None where all hold.

    Each condition, which is that of a mapping's `when`, comes with its place in the list. Raises ConfigurationError
    with every path or expression that is wrong.
    """
    problems: list[Problem] = []
    tests: list[tuple[str, mapping.Condition]] = []
    for at, condition in conditions:
        told = condition.model_dump(by_alias=True, exclude_none=True)
        try:
            tests.append((condition.path, mapping.compile_condition(told)))
        except ConfigurationError as error:
            problems += [
                written.problem(("filter", at, *filter(None, found.field.split("."))), found.message, hint=found.hint)
                for found in error.problems
            ]
    if problems:
        raise ConfigurationError(problems)
    return lambda record, context: next((path for path, holds in tests if not holds(record, context)), None)
