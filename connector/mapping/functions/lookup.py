"""Translate words by a table."""

from typing import Any

from connector.mapping.functions.registry import FAILS, example, function
from connector.mapping.functions.words import Table

__all__ = ["table"]


@function(
    example("Voice Inbound (IVR)", "Inbound", {"Voice Inbound (IVR)": "Inbound"}),
    example("Voice Outbound", "Other", {"values": {"Voice Inbound (IVR)": "Inbound"}, "else": "Other"}),
    example(5, "best", {5: "best"}),
    example("Voice Outbound", FAILS, {"Voice Inbound (IVR)": "Inbound"}),
)
def table(value: str, entries: Table) -> Any:
    """Give what the table says for the text; a text that is not in it gives the table's `else`, or fails without one.

    The table stands in the mapping (`{WORD: VALUE …}`, or `values:` and `else:`), or in a CSV file with a header
    beside it (`file: NAME.csv`, with `key` and `value` naming the columns where they are not the first two).
    """
    return entries.look_up(value.strip())
