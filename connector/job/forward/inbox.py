"""Take requests out of the inbox and put what they tell into the order of their conversations."""

from collections.abc import Sequence

from connector import ledger
from connector.errors import SkipError
from connector.job.forward.model import Forwarding
from connector.ledger import Change, EntryRow, Handled, InboxRow, StepRow, case_events, entry_id
from connector.ledger.case_model import CallFact, NewEvent, Place
from connector.ledger.received import REFUSED
from connector.message.ccai_events import call_fact, teller_of
from connector.message.model import Accepted, Act, Event
from connector.reason import Outcome

__all__ = ["take_in", "unread_entry"]

PAGE = 50
"""So few that nobody who is to be answered meanwhile notices."""
MOST_PAGES = 2
ROWS_IN_A_PIECE = 5
"""To read so many takes as long as to forward one."""
UNREAD = "inbox"
UNREADABLE = "message"
"""The channel of an entry that stands for a request nobody could read: that of the messages it may have told."""


async def take_in(run: Forwarding) -> bool:
    """Take in what waits, page by page, each whole or not at all; tell whether there may be more.

    Not all there is: while it comes as fast as it is read, conversations that can go would wait for ever.
    """
    for _ in range(MOST_PAGES):
        rows = await run.book.read(ledger.waiting_messages, run.desk.intake, 0, PAGE)
        if not rows:
            return False
        await run.pace.turn(len(rows) / ROWS_IN_A_PIECE)
        await _take_page(run, rows)
    return True


async def _take_page(run: Forwarding, rows: Sequence[InboxRow]) -> None:
    events: list[NewEvent] = []
    facts: list[CallFact] = []
    changes: list[Change] = []
    for row in rows:
        try:
            told = run.plan.source.read(Accepted(row.id, row.received_at, row.headers, row.body))
        except SkipError as error:
            changes.append(_refused(run, row, error))
            continue
        # What names no conversation is written down by being in the inbox.
        events += [_new(run, row, at, event) for at, event in enumerate(told) if event.case]
        facts += [found for event in told if (found := _fact(run, event))]
        changes.append(Change(handled=(Handled(row.id, run.now()),)))
    await run.book.transact(case_events.enqueue, run.desk, events, facts=facts, changes=changes)
    for change in changes:
        if change.entry is not None:
            run.summary.add(Outcome.REFUSED, None)


def _new(run: Forwarding, row: InboxRow, position: int, event: Event) -> NewEvent:
    act = event.act
    if run.kind.browsers and not run.live_chats:
        # Another writes the cases of chats: two writers of one case would double its messages.
        act = Act.RECORD
    teller = teller_of(event) if run.kind.browsers else ""
    return NewEvent(event.case, row.id, position, act.value, event.message, row.received_at, teller)


def _fact(run: Forwarding, event: Event) -> CallFact | None:
    found = call_fact(event) if run.kind.browsers else None
    return CallFact(run.plan.intake.tenant, *found) if found is not None else None


def unread_entry(place: Place, inbox_id: int) -> str:
    """Give the id of the entry that stands for a request nobody could read."""
    name = f"{UNREAD} {inbox_id}"
    return entry_id(place.tenant, place.source_kind, UNREADABLE, name, leg="", target=place.target)


def _refused(run: Forwarding, row: InboxRow, error: SkipError) -> Change:
    """Refuse a request that nobody can read, kept in the inbox for a better reader."""
    now, (tenant, source_kind, target) = run.now(), run.desk.place
    code, detail = error.code.value, str(error)
    entry = EntryRow(
        id=unread_entry(run.desk.place, row.id),
        tenant=tenant,
        source_kind=source_kind,
        channel=UNREADABLE,
        session_id=f"{UNREAD} {row.id}",
        target=target,
        job=run.desk.intake,
        state=Outcome.REFUSED.value,
        code=code,
        detail=detail,
        started_at=row.received_at,
        ended_at=row.received_at,
        run_id=run.run_id,
        first_seen_at=now,
        changed_at=now,
    )
    step = StepRow(entry.id, run.run_id, now, Outcome.REFUSED.value, {"reason": code, "detail": detail})
    return Change(entry, (step,), handled=(Handled(row.id, now, REFUSED, code),))
