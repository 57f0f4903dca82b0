"""Compile the regular expressions that people write: RE2's, whose time grows with the text alone."""

from typing import Any

import re2

__all__ = ["compile_regex"]


def compile_regex(text: str) -> Any:
    """Give the compiled expression; raise ValueError with RE2's own words where it is none."""
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(text, options)
    except re2.error as error:
        reason = error.args[0]
        raise ValueError(reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)) from error
