"""Bring a Zendesk's old comments into the inbox, where they are forwarded like those that triggers send."""

from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from connector import conversation, ledger, mapping
from connector.clock import Clock
from connector.errors import ConfigurationError, Problem, SkipError
from connector.job.definition.loader import IntakePlan
from connector.job.sender.zendesk import access_of
from connector.job.sender.zendesk_gap import Gaps
from connector.ledger import Ledger
from connector.ledger.imports import Range
from connector.ledger.received import Received, hash_body
from connector.message.model import Accepted
from connector.message.zendesk.api import ZendeskApi
from connector.message.zendesk.history import OldComment, Place, TicketComments, read_history
from connector.reason import Code, Verdict
from connector.settings import Settings

__all__ = ["ORIGIN", "Import", "Window", "bring_in"]

ORIGIN: Final = "x-connector-origin"
"""The header that a stored request bears instead of Zendesk's own, where it was brought in."""
HISTORY: Final = "zendesk history"
FOR_EVER: Final = timedelta(days=36_500)
PAUSED_SECONDS: Final = 2.0

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
    withdrawn: int = 0
    """Comments that were sent and are internal notes by now: Capturi keeps them."""
    deleted: int = 0
    """Tickets that are deleted in Zendesk."""
    refused: dict[str, str] = field(default_factory=dict)
    """Why the comments of a ticket could not be had, by its number."""
    resumed: bool = False
    cancelled: bool = False
    changed_at: datetime | None = None
    """How far the export came: when the last ticket changed that was read."""
    would: Counter[Code | None] = field(default_factory=Counter)
    """Of a dry run: what would become of the new ones by what can be told without asking the target; None: sent."""


Watch = Callable[[Import], None]


async def bring_in(  # noqa: PLR0913 - what, from where, and who watches
    plan: IntakePlan, settings: Settings, window: Window, clock: Clock, *, watch: Watch, dry_run: bool = False
) -> Import:
    """Put every comment written within the window into the intake's inbox, once, and tell `watch` after each ticket.

    It goes on where an interrupted import of the same window ended; `pause` and `cancel` of the intake's backfill hold
    and end it. A dry run reads Zendesk and a copy of the ledger and writes nothing. Raises ConfigurationError for a
    window that begins later than now, StopError where Zendesk refuses, AlreadyRunningError beside another import.
    """
    if window[0] >= clock.now():
        raise ConfigurationError([Problem("lies in the future", field="--from")])
    name, url = plan.intake.intake, settings.ledger_url
    access = access_of(plan.intake)
    lock = nullcontext() if dry_run else ledger.job_lock(url, f"{name}.history")
    rehearsal = ledger.rehearsal_copy(url) if dry_run else nullcontext(url)
    with lock, rehearsal as used:
        async with (
            ledger.open_ledger(used, clock=clock) as book,
            ZendeskApi(access, clock, ca_file=settings.ca_file) as api,
        ):
            return await _Importing(plan, book, clock, (name, *window), judges=dry_run).run(api, watch)


class _Importing:
    """One import on its way."""

    def __init__(self, plan: IntakePlan, book: Ledger, clock: Clock, of: Range, *, judges: bool) -> None:
        self.plan, self.book, self.clock, self.of, self.judges = plan, book, clock, of, judges
        self.done = Import()
        self.gaps = Gaps(plan)

    async def run(self, api: ZendeskApi, watch: Watch) -> Import:
        await self._control(state=ledger.RUNNING)
        known = await self.book.read(ledger.import_place, self.of)
        self.done.resumed = known is not None
        internal_notes = self.plan.intake.source.notes == "send"
        async for some in read_history(api, self.of[1:], _place(known), internal_notes=internal_notes):
            await self.book.transact(self._store, some)
            if some.place.ticket is not None:
                watch(self.done)
            if await self._is_cancelled():
                self.done.cancelled = True
                break
        await self.book.transact(ledger.drop_import, self.of)
        return self.done

    async def _control(self, state: str) -> None:
        await self.book.transact(ledger.set_control, self.of[0], ledger.BACKFILL, now=self.clock.now(), state=state)

    async def _is_cancelled(self) -> bool:
        """Wait as long as somebody holds the import; tell whether somebody ended it."""
        while (asked := await self.book.read(ledger.control, self.of[0], ledger.BACKFILL)).state == ledger.PAUSED:
            await self.clock.sleep(PAUSED_SECONDS)
        return asked.state == ledger.CANCELLED

    def _store(self, connection: Connection, some: TicketComments) -> None:
        """Store the comments of a ticket and how far the import came, both or neither."""
        now, done = self.clock.now(), self.done
        received = [self._received(one, now) for one in some.comments]
        new = ledger.accept(connection, received) if received else []
        ledger.set_import_place(connection, self.of, asdict(some.place), now)
        done.comments += len(received)
        done.internal += len(some.internal)
        if some.place.ticket is not None:
            done.tickets += 1
            self._note_gaps(connection, some.place.ticket, some)
        done.changed_at = some.changed_at or done.changed_at
        done.new += sum(new)
        if self.judges:
            done.would.update(self._judge(one) for one, is_new in zip(received, new, strict=True) if is_new)

    def _note_gaps(self, connection: Connection, ticket: str, some: TicketComments) -> None:
        """Write down what of the ticket is not to be had, and what was taken back since it was sent."""
        now, verdict = self.clock.now(), None
        if some.lack is not None:
            self.done.refused[ticket] = some.lack
            told = f"the comments of ticket {ticket}: {some.lack}; another `connector zendesk backfill` tries again"
            verdict = Verdict.usual(Code.UNREADABLE, told)
        elif some.deleted:
            self.done.deleted += 1
            verdict = Verdict.usual(Code.FILTERED, "the ticket is deleted in Zendesk")
        if verdict is None:
            self.gaps.has(connection, ticket)
        else:
            self.gaps.lacks(connection, ticket, verdict, now)
        self.done.withdrawn += self.gaps.internal(connection, ticket, some.internal, now)

    def _received(self, comment: OldComment, now: datetime) -> Received:
        return Received(
            self.of[0],
            self.plan.source.kind,
            now,
            {ORIGIN: HISTORY, "content-type": "application/json"},
            comment.body,
            hash_body(comment.body),
            f"{HISTORY} {comment.ticket} {comment.id}",
            FOR_EVER,
        )

    def _judge(self, received: Received) -> Code | None:
        """Give the reason why a comment could not go, None where nothing speaks against it here."""
        options = self.plan.intake.options()
        try:
            for event in self.plan.source.read(Accepted(0, received.received_at, received.headers, received.body)):
                if event.verdict is not None:
                    return event.verdict.code
                draft = mapping.apply(self.plan.mapping, event.record, {"tenant": options.tenant})
                conversation.build_case_message(draft, stand_in=options.stand_in, mailbox=options.mailbox)
        except SkipError as error:
            return error.code
        return None


def _place(known: Any) -> Place:
    return Place(**known) if isinstance(known, dict) else Place()
