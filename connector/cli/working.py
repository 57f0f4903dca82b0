"""Tell who is at work now, and how each finds its target and storages."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.table import Table

from connector.breaker import IN_TROUBLE
from connector.cli.screen import columns
from connector.reason import Outcome

if TYPE_CHECKING:
    from connector.ledger import Present

__all__ = ["storages_in_trouble", "working_facts", "working_table"]

STATES = {
    "closed": "[green]answers[/]",
    "open": "[red]in trouble: waited for[/]",
    "half_open": "[yellow]being tried[/]",
}


def working_facts(working: Sequence["Present"]) -> list[dict[str, Any]]:
    """Give it as `status --json` prints it."""
    return [{"job": one.job, "kind": one.kind, "seen_at": one.seen_at, **one.facts} for one in working]


def working_table(working: Sequence["Present"]) -> Table:
    """Give it as a table for people."""
    table = columns("\nAt work", "job", "what", "so far", "run", "target", "requests at once", whole=("run",))
    for one in working:
        target = one.facts.get("target") or {}
        at_once = f"{target['concurrency']} of {target['of']}" if target else ""
        state = STATES.get(target.get("breaker", ""), "")
        table.add_row(one.job, _what(one), _so_far(one), one.facts.get("run_id", ""), state, at_once)
    return table


def _what(one: "Present") -> str:
    facts = one.facts
    if one.kind == "plan":
        return "backfill: plans and watches"
    if one.kind == "backfill":
        return f"backfill: worker {facts['number']}" + (f" on {facts['day']}" if "day" in facts else "")
    return one.kind


def _so_far(one: "Present") -> str:
    """Say what came of the part in hand, or of the run."""
    facts = one.facts
    counts = facts.get("counts") or {}
    told = ", ".join(f"{counts[outcome]:,} {outcome.value}" for outcome in Outcome if counts.get(outcome))
    part = f"{facts['worked']:,} of {facts['items']:,} of its part" if "part" in facts else ""
    return ": ".join(filter(None, (part, told)))


def storages_in_trouble(working: Sequence["Present"]) -> list[str]:
    """Give a line for each storage that a run waits for, or gave up for now."""
    found = [(one.job, storage) for one in working for storage in one.facts.get("storages") or []]
    lines = [
        f"{job}: the storage {storage['storage']} {IN_TROUBLE[storage['breaker']]}"
        for job, storage in found
        if storage["breaker"] in IN_TROUBLE
    ]
    return list(dict.fromkeys(lines))
