"""Say what becomes of a test whose program is not installed."""

import os
from typing import NoReturn

import pytest

__all__ = ["do_without"]


def do_without(program: str, remedy: str) -> NoReturn:
    """Skip on a laptop; fail where the tests must be complete."""
    message = f"{program} is not installed: {remedy}"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message, allow_module_level=True)
