"""Tell what the workers of a backfill have in hand, by what they said last and by whose the parts are."""

from collections.abc import Iterable

from connector.ledger import Partition, Present

__all__ = ["in_hand", "worked_on"]


def in_hand(parts: Iterable[Partition], there: Iterable[Present]) -> list[Present]:
    """Give the workers whose last word is of a part that is theirs still.

    What a worker said last may be of a part that it finished, let go or lost since: that counts as the ledger has it.
    """
    claimed = {part.id: part.owner for part in parts if part.state == "claimed"}
    return [one for one in there if one.kind == "backfill" and claimed.get(one.facts.get("part", 0)) == one.id]


def worked_on(workers: Iterable[Present]) -> int:
    """Count the sessions of the parts in hand that are brought to an outcome."""
    return sum(min(one.facts["worked"], one.facts["items"]) for one in workers)
