"""Bring a Zendesk's history in and forward what is new of it, and count both as a run is counted."""

from collections.abc import Iterator

from connector import ledger
from connector.clock import Clock
from connector.errors import AlreadyRunningError
from connector.job.definition.loader import IntakePlan
from connector.job.execution.summary import Summary
from connector.job.forward.runner import forward_all
from connector.job.sender.zendesk_gap import COMMENTS
from connector.job.sender.zendesk_import import Import, Watch, Window, bring_in
from connector.ledger.case_model import session_of
from connector.reason import Code, Outcome
from connector.settings import Settings

__all__ = ["Backfill", "backfill"]

FEW = 5


class Backfill:
    """What a backfill did: the import, and the forwarding of everything that waited."""

    def __init__(self, summary: Summary, done: Import, *, left_to_service: bool = False) -> None:
        self.summary = summary
        self.done = done
        self.left_to_service = left_to_service
        """Whether a service that runs forwards what was brought in."""


async def backfill(  # noqa: PLR0913 - what, from where, and who watches
    plan: IntakePlan, settings: Settings, window: Window, clock: Clock, *, watch: Watch, dry_run: bool = False
) -> Backfill:
    """Give what became of every comment written within the window; raises what bring_in and the forwarding raise.

    Where a service forwards the intake it is left to that one, and what is new counts as held until then.
    """
    started_at = clock.now()
    done = await bring_in(plan, settings, window, clock, watch=watch, dry_run=dry_run)
    summary, left = Summary(plan.intake.intake, started_at, dry_run=dry_run), False
    if not dry_run:
        try:
            async with ledger.open_ledger(settings.ledger_url, clock=clock) as book:
                summary = await forward_all(plan, settings, book, clock=clock)
                summary.started_at = started_at
        except AlreadyRunningError:
            left = True
            _add(summary, Outcome.HELD, done.new)
    _add(summary, Outcome.UNCHANGED, done.comments - done.new)
    _add(summary, Outcome.SKIPPED, done.internal + done.deleted, Code.FILTERED)
    for ticket in done.refused:
        summary.add(Outcome.REFUSED, Code.UNREADABLE, name=session_of(ticket, COMMENTS, None))
    summary.notes += _notes(done)
    for code, count in done.would.items():
        _add(summary, code.usual_outcome if code else Outcome.DELIVERED, count, code)
    summary.finish(clock.now(), error=summary.error)
    return Backfill(summary, done, left_to_service=left)


def _notes(done: Import) -> Iterator[str]:
    """Say what a person should know beside the counts."""
    if done.refused:
        few = ", ".join(list(done.refused)[:FEW]) + (" …" if len(done.refused) > FEW else "")
        why = "; ".join(dict.fromkeys(done.refused.values()))
        yield f"tickets whose comments cannot be had: {len(done.refused):,} ({few}): {why}. Run it again to try them"
    if done.deleted:
        yield f"tickets deleted in Zendesk: {done.deleted:,}; what was sent of them stays in Capturi"
    if done.withdrawn:
        yield f"comments that were sent and are internal notes now: {done.withdrawn:,}; Capturi has no deletion"


def _add(summary: Summary, outcome: Outcome, count: int, code: Code | None = None) -> None:
    for _ in range(count):
        summary.add(outcome, code)
