"""Gather the fields of a case that are the customer's own."""

from collections.abc import Mapping
from typing import Any

__all__ = ["CUSTOM_FIELD", "custom_fields"]

CUSTOM_FIELD = "customFields."
"""What the name of such a field begins with in a mapping."""


def custom_fields(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give the fields of a draft's values that have something in them, as Capturi takes them."""
    return [
        {"name": name.removeprefix(CUSTOM_FIELD), "value": value}
        for name, value in values.items()
        if name.startswith(CUSTOM_FIELD) and value is not None and value != ""
    ]
