"""Look at accepted messages: what came, what the mapping makes of it, and have it done again."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from connector import ledger
from connector.clock import Clock
from connector.errors import AlreadyRunningError, ConfigurationError, SkipError
from connector.job.definition import loader
from connector.job.execution.summary import Summary
from connector.job.forward.inbox import unread_entry
from connector.job.forward.model import desk_of
from connector.job.forward.runner import forward_all
from connector.ledger import Ledger, case_listing, cases
from connector.ledger.case_listing import MessageRow, Wanted
from connector.mapping import Draft, Mapping
from connector.mapping import apply as apply_mapping
from connector.mapping.disguise import disguise
from connector.message.model import Accepted, Event
from connector.reason import Outcome
from connector.session.reader import read_json
from connector.settings import Settings

__all__ = ["Seen", "find", "look_at", "masked", "retry"]

AGAIN = ("held", "refused")
LONGEST_NUMBER = 6


@dataclass(frozen=True, slots=True)
class Seen:
    """One accepted request, raw and mapped."""

    raw: Any
    """The body as it reads, or as text where it is no JSON."""
    headers: dict[str, str]
    told: tuple[tuple[Event, Draft], ...]
    mapping: Mapping
    trouble: str | None
    """Why nobody can read it."""


async def look_at(book: Ledger, settings: Settings, row: MessageRow) -> Seen | None:
    """Give a request with what today's reader and today's mapping make of it; None where it is kept no longer."""
    stored = await book.read(ledger.find_message, row.inbox_id)
    if stored is None:
        return None
    plan = loader.load_intake(row.intake, settings)
    context = {"tenant": plan.intake.tenant, "agent": {}, "file": {}, "crm": {}, "events": []}
    trouble: str | None = None
    events: tuple[Event, ...] = ()
    try:
        events = plan.source.read(Accepted(stored.id, stored.received_at, stored.headers, stored.body))
    except SkipError as error:
        trouble = str(error)
    told = tuple((event, apply_mapping(plan.mapping, event.record, context)) for event in events)
    return Seen(_readable(stored.body), dict(stored.headers), told, plan.mapping, trouble)


async def retry(
    book: Ledger, settings: Settings, rows: Sequence[MessageRow], *, clock: Clock
) -> tuple[int, dict[str, Summary | None]]:
    """Have the held and refused of these done again; gives how many, and by intake what became of what waited.

    None stands for an intake that the service forwards: it does it.
    """
    again = [row for row in rows if row.state in AGAIN]
    count = 0
    for intake in dict.fromkeys(row.intake for row in again):
        mine = [row for row in again if row.intake == intake]
        entries = [row.entry_id for row in mine if row.entry_id is not None]
        count += await book.transact(cases.reopen, entries, clock.now())
        unread = [row.inbox_id for row in mine if row.entry_id is None]
        await book.transact(ledger.drop_entries, _placeholders(settings, intake, unread))
        count += await book.transact(ledger.mark_waiting, intake, unread)
    done: dict[str, Summary | None] = {}
    for intake in dict.fromkeys(row.intake for row in rows):
        try:
            done[intake] = await forward_all(loader.load_intake(intake, settings), settings, book, clock=clock)
        except AlreadyRunningError:
            done[intake] = None
    return count, done


def _placeholders(settings: Settings, intake: str, inbox_ids: Sequence[int]) -> list[str]:
    """Give the entries that stand for requests nobody could read."""
    place = desk_of(loader.load_intake(intake, settings)).place
    return [unread_entry(place, number) for number in inbox_ids]


async def find(book: Ledger, settings: Settings, wanted: Wanted) -> list[MessageRow]:
    """Give the accepted messages that are asked for, an unreadable one with what its entry says of it."""
    rows = await book.read(case_listing.list_messages, wanted)
    names: dict[int, str] = {}
    for intake in dict.fromkeys(row.intake for row in rows if _is_unread(row)):
        numbers = [row.inbox_id for row in rows if row.intake == intake and _is_unread(row)]
        # An intake whose file is gone or wrong by now has its messages all the same.
        with suppress(ConfigurationError):
            names |= dict(zip(numbers, _placeholders(settings, intake, numbers), strict=True))
    known = await book.read(ledger.entries, list(names.values())) if names else {}
    found = {number: known[name].detail for number, name in names.items() if name in known}
    return [replace(row, detail=found.get(row.inbox_id, row.detail)) if _is_unread(row) else row for row in rows]


def _is_unread(row: MessageRow) -> bool:
    return row.state == Outcome.REFUSED.value and row.entry_id is None


def masked(value: Any) -> Any:
    """Give a record with the form of its texts and long numbers alone; its keys stay."""
    if isinstance(value, dict):
        return {key: masked(one) for key, one in value.items()}
    if isinstance(value, list):
        return [masked(one) for one in value]
    if isinstance(value, str):
        return disguise(value)
    if isinstance(value, int | float) and not isinstance(value, bool) and len(str(value)) > LONGEST_NUMBER:
        return disguise(str(value))
    return value


def _readable(body: bytes) -> Any:
    try:
        return read_json(body, "the body")[0]
    except SkipError:
        return body.decode("utf-8", "replace")
