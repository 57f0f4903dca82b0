"""Tell who is at work now, and how each finds its target."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.table import Table

from connector.cli.screen import columns

if TYPE_CHECKING:
    from connector.ledger import Present

__all__ = ["working_facts", "working_table"]

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
    table = columns("\nAt work", "job", "what", "run", "target", "requests at once")
    for one in working:
        target = one.facts.get("target") or {}
        at_once = f"{target['concurrency']} of {target['of']}" if target else ""
        table.add_row(
            one.job, one.kind, one.facts.get("run_id", ""), STATES.get(target.get("breaker", ""), ""), at_once
        )
    return table
