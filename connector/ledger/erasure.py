"""Take what is known of a person out of what runs noted of fields."""

from collections.abc import Collection

from sqlalchemy import Connection, select, update

from connector.ledger.tables import MAPPING_STAT
from connector.mapping import profile as profiles

__all__ = ["erase_values"]


def erase_values(connection: Connection, texts: Collection[str]) -> int:
    """Take these values (a customer's number, name, address) out of what runs noted of fields; give in how many."""
    erased = 0
    table = MAPPING_STAT.c
    for row in connection.execute(select(MAPPING_STAT)).all():
        profile = row.facts.get("profile")
        kept = profiles.erased(profile, texts) if profile else None
        if kept is not None:
            same = (table.run_id == row.run_id, table.mapping == row.mapping, table.field == row.field)
            connection.execute(update(MAPPING_STAT).where(*same).values(facts={**row.facts, "profile": kept}))
            erased += 1
    return erased
