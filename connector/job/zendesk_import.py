"""Bring a Zendesk's old comments into the inbox, where they are forwarded like those that triggers send."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from connector import ledger
from connector.clock import Clock
from connector.errors import ConfigurationError, Problem
from connector.job.loader import IntakePlan
from connector.job.zendesk import access_of
from connector.ledger import Ledger
from connector.ledger.imports import Range
from connector.ledger.received import Received, hash_body
from connector.message.zendesk.api import ZendeskApi
from connector.message.zendesk.history import Place, TicketComments, read_history
from connector.settings import Settings

__all__ = ["ORIGIN", "Import", "Window", "bring_in"]

ORIGIN: Final = "x-connector-origin"
"""The header that a stored request bears instead of Zendesk's own, where it was brought in."""
HISTORY: Final = "zendesk history"
FOR_EVER: Final = timedelta(days=36_500)

Window = tuple[datetime, datetime]


@dataclass(slots=True)
class Import:
    """What an import did so far."""

    tickets: int = 0
    comments: int = 0
    """Comments of the range that were found, internal notes that are left out not counted."""
    new: int = 0
    """Those of them that the inbox did not have in these very words."""
    internal: int = 0
    resumed: bool = False
    changed_at: datetime | None = field(default=None)
    """How far the export came: when the last ticket changed that was read."""


Watch = Callable[[Import], None]


async def bring_in(  # noqa: PLR0913 - what, from where, and who watches
    plan: IntakePlan, settings: Settings, window: Window, clock: Clock, *, watch: Watch, dry_run: bool = False
) -> Import:
    """Put every comment written within the window into the intake's inbox, once, and tell `watch` after each ticket.

    It goes on where an interrupted import of the same window ended. A dry run reads Zendesk and the inbox and writes
    nothing. Raises ConfigurationError for a window that begins later than now, StopError where Zendesk refuses.
    """
    if window[0] >= clock.now():
        raise ConfigurationError([Problem("lies in the future", field="--from")])
    name = plan.intake.intake
    lock = nullcontext() if dry_run else ledger.job_lock(settings.ledger_url, f"{name}.history")
    url = settings.ledger_url
    rehearsal = ledger.rehearsal_copy(url) if dry_run else nullcontext(url)
    access = access_of(plan.intake)
    with lock, rehearsal as used:
        async with (
            ledger.open_ledger(used, clock=clock) as book,
            ZendeskApi(access, clock, ca_file=settings.ca_file) as api,
        ):
            return await _Importing(plan, book, clock, (name, *window)).run(api, watch)


class _Importing:
    """One import on its way."""

    def __init__(self, plan: IntakePlan, book: Ledger, clock: Clock, of: Range) -> None:
        self.plan, self.book, self.clock, self.of = plan, book, clock, of
        self.done = Import()

    async def run(self, api: ZendeskApi, watch: Watch) -> Import:
        known = await self.book.read(ledger.import_place, self.of)
        place = _place(known)
        self.done.resumed = known is not None
        internal_notes = self.plan.intake.source.notes == "send"
        async for some in read_history(api, self.of[1:], place, internal_notes=internal_notes):
            await self.book.transact(self._store, some)
            self._count(some)
            watch(self.done)
        await self.book.transact(ledger.drop_import, self.of)
        return self.done

    def _store(self, connection: Any, some: TicketComments) -> None:
        """Store the comments of a ticket and how far the import came, both or neither."""
        now = self.clock.now()
        received = [self._received(one.ticket, one.id, one.body, now) for one in some.comments]
        self.done.new += sum(ledger.accept(connection, received)) if received else 0
        ledger.set_import_place(connection, self.of, asdict(some.place), now)

    def _received(self, ticket: str, comment: str, body: bytes, now: datetime) -> Received:
        return Received(
            self.of[0],
            self.plan.source.kind,
            now,
            {ORIGIN: HISTORY, "content-type": "application/json"},
            body,
            hash_body(body),
            f"{HISTORY} {ticket} {comment}",
            FOR_EVER,
        )

    def _count(self, some: TicketComments) -> None:
        self.done.tickets += some.place.ticket is not None
        self.done.comments += len(some.comments)
        self.done.internal += some.internal
        self.done.changed_at = some.changed_at or self.done.changed_at


def _place(known: Any) -> Place:
    return Place(**known) if isinstance(known, dict) else Place()
