"""Tell who is at work now, and how each finds its target and storages."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.table import Table

from connector.cli.screen import columns

if TYPE_CHECKING:
    from connector.ledger import Present

__all__ = ["storages_in_trouble", "working_facts", "working_table"]

STATES = {
    "closed": "[green]answers[/]",
    "open": "[red]in trouble: waited for[/]",
    "half_open": "[yellow]being tried[/]",
}

AWAY = {"open": "does not answer and is waited for", "half_open": "did not answer and is being tried"}


def working_facts(working: Sequence["Present"]) -> list[dict[str, Any]]:
    """Give it as `status --json` prints it."""
    return [{"job": one.job, "kind": one.kind, "seen_at": one.seen_at, **one.facts} for one in working]


def working_table(working: Sequence["Present"]) -> Table:
    """Give it as a table for people."""
    table = columns("\nAt work", "job", "what", "run", "target", "requests at once", whole=("run",))
    for one in working:
        target = one.facts.get("target") or {}
        at_once = f"{target['concurrency']} of {target['of']}" if target else ""
        state = STATES.get(target.get("breaker", ""), "")
        table.add_row(one.job, one.kind, one.facts.get("run_id", ""), state, at_once)
    return table


def storages_in_trouble(working: Sequence["Present"]) -> list[str]:
    """Give a line for each storage that a run waits for, or gave up for now."""
    found = [(one.job, storage) for one in working for storage in one.facts.get("storages") or []]
    lines = [
        f"{job}: the storage {storage['storage']} {AWAY[storage['breaker']]}"
        for job, storage in found
        if storage["breaker"] in AWAY
    ]
    return list(dict.fromkeys(lines))
