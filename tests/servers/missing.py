"""Say what becomes of a test whose program is not installed."""

import os
from importlib import import_module
from typing import Any, NoReturn

import pytest

__all__ = ["do_without", "library"]


def do_without(program: str, remedy: str) -> NoReturn:
    """Skip on a laptop; fail where the tests must be complete."""
    message = f"{program} is not installed: {remedy}"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message, allow_module_level=True)


def library(name: str) -> Any:
    """Give a module that belongs to an extra of the project; do without where it is not installed."""
    try:
        return import_module(name)
    except ModuleNotFoundError:
        do_without(name, 'pip install -e ".[dev]"')
