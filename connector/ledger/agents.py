"""Tell entries on which the list of agents had a say from those that it has nothing to do with."""

from typing import Final

from sqlalchemy import ColumnElement, and_, not_

from connector.ledger.tables import ENTRY

__all__ = ["is_under_other_agents", "met_other_agents", "with_agents"]

MARK: Final = "+"
"""Stands in the policy's hash of an entry that was stopped for its agent's sake, and in no other."""


def with_agents(policy_hash: str, agents_digest: str) -> str:
    """Give the policy's hash for an entry that was skipped or refused for its agent's sake."""
    return f"{policy_hash}{MARK}{agents_digest}"


def is_under_other_agents(policy_hash: str | None, agents_hash: str) -> bool:
    """Tell whether an entry with this policy's hash was stopped for its agent's sake, under another list of agents."""
    return policy_hash is not None and MARK in policy_hash and not policy_hash.endswith(_digest(agents_hash))


def met_other_agents(agents_hash: str, job: str) -> ColumnElement[bool]:
    """Give the same as a condition, for entries of this job: another one's have their own list of agents."""
    met = ENTRY.c.policy_hash.contains(MARK)
    return and_(met, not_(ENTRY.c.policy_hash.endswith(_digest(agents_hash))), ENTRY.c.job == job)


def _digest(agents_hash: str) -> str:
    """Give the part that tells the agents; the policy before it has no say in what was refused."""
    return MARK + agents_hash.partition(MARK)[2]
