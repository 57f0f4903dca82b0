"""Tell entries on which the list of agents had a say from those that it has nothing to do with."""

from typing import Final

from sqlalchemy import ColumnElement, and_

from connector.ledger.tables import ENTRY

__all__ = ["is_under_other_agents", "met_other_agents", "with_agents"]

MARK: Final = "+"
"""Stands in the policy's hash of an entry that was stopped for its agent's sake, and in no other."""


def with_agents(policy_hash: str, agents_digest: str) -> str:
    """Give the policy's hash for an entry that was skipped or refused for its agent's sake."""
    return f"{policy_hash}{MARK}{agents_digest}"


def is_under_other_agents(policy_hash: str | None, agents_hash: str) -> bool:
    """Tell whether an entry with this policy's hash was stopped for its agent's sake, under another agents' hash."""
    return policy_hash is not None and MARK in policy_hash and policy_hash != agents_hash


def met_other_agents(agents_hash: str) -> ColumnElement[bool]:
    """Give the same as a condition; it needs no more of an entry than what stands in the index of the work."""
    return and_(ENTRY.c.policy_hash.contains(MARK), ENTRY.c.policy_hash != agents_hash)
