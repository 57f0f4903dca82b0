"""Take what is known of a person out of what runs noted of fields."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from sqlalchemy import Connection, select, update

from connector.ledger.tables import MAPPING_STAT

__all__ = ["Eraser", "erase_values"]

Eraser = Callable[[Mapping[str, Any], Collection[str]], dict[str, Any] | None]
"""Gives what a run noted of a field's values without these texts, None where they are not in it."""


def erase_values(connection: Connection, texts: Collection[str], eraser: Eraser) -> int:
    """Take these values (a customer's number, name, address) out of what runs noted of fields; give in how many.

    What was noted of values is a matter of whoever noted it: the eraser comes from there.
    """
    erased = 0
    table = MAPPING_STAT.c
    for row in connection.execute(select(MAPPING_STAT)).all():
        profile = row.facts.get("profile")
        kept = eraser(profile, texts) if profile else None
        if kept is not None:
            same = (table.run_id == row.run_id, table.mapping == row.mapping, table.field == row.field)
            connection.execute(update(MAPPING_STAT).where(*same).values(facts={**row.facts, "profile": kept}))
            erased += 1
    return erased
