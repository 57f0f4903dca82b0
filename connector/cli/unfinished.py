"""Tell how far the backfills are that are not finished, and whether somebody works on them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rich.table import Table

from connector.cli.screen import columns

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["Unfinished", "backfills", "backfills_facts", "backfills_table"]

STATES = {
    "paused": "[yellow]paused[/]",
    "planning": "being planned",
    "working": "[green]at work[/]",
    "stopped": "[yellow]stopped[/]: the same command goes on",
}


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A job's backfill of what ended from `since` on and before `until`, of which something is still to be done.

    `state` is `paused`, `planning`, `working`, or `stopped` where no process works on it; `items` are the sessions that
    are planned so far, `done` those that came to their end, `limits` what a person changed while it went on.
    """

    job: str
    state: str
    since: datetime
    until: datetime
    items: int
    done: int
    limits: Mapping[str, Any]


def backfills(connection: "Connection", now: datetime) -> list[Unfinished]:
    """Give them, by job."""
    from connector import ledger  # noqa: PLC0415 - `connector --help` must not pay for the database
    from connector.job.backfill.in_hand import in_hand, worked_on  # noqa: PLC0415

    there = ledger.at_work(connection, now)
    busy = {one.job for one in there if one.kind in {"plan", "backfill"}}
    found = []
    for plan in ledger.open_plans(connection):
        held = ledger.control(connection, plan.job, ledger.BACKFILL)
        state = plan.state if plan.job in busy else "stopped"
        parts = ledger.sums(connection, plan.job)
        claimed = ledger.partitions(connection, plan.job, plan.run_id)
        found.append(
            Unfinished(
                job=plan.job,
                state="paused" if held.state == ledger.PAUSED else state,
                since=plan.since,
                until=plan.until,
                items=sum(one.items for one in parts.values()),
                done=(parts["done"].items if "done" in parts else 0) + worked_on(in_hand(claimed, there)),
                limits=held.facts,
            )
        )
    return found


def backfills_facts(found: Sequence[Unfinished]) -> list[dict[str, Any]]:
    """Give them as `status --json` prints them."""
    return [asdict(one) for one in found]


def backfills_table(found: Sequence[Unfinished]) -> Table:
    """Give them as a table for people."""
    table = columns("\nBackfills that are not finished", "job", "from", "to", "done", "planned", "changed limits", "")
    for one in found:
        changed = ", ".join(
            f"{name} {value:g}" if isinstance(value, float) else f"{name} {value}" for name, value in one.limits.items()
        )
        days = (f"{one.since:%Y-%m-%d %H:%M}Z", f"{one.until:%Y-%m-%d %H:%M}Z")
        table.add_row(one.job, *days, f"{one.done:,}", f"{one.items:,}", changed, STATES[one.state])
    return table
