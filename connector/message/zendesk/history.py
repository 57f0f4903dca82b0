"""Read old comments out of Zendesk, ticket by ticket, from where the last reading ended."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from connector.errors import SkipError
from connector.message.zendesk.api import ZendeskApi
from connector.message.zendesk.ticket import write_body
from connector.session.field import rows, word
from connector.session.moment import read_moment

__all__ = ["OldComment", "Place", "TicketComments", "read_history"]

EXPORT: Final = "/api/v2/incremental/tickets/cursor"
PEOPLE: Final = "/api/v2/users/show_many"
MOST_PEOPLE: Final = 100
SIDELOADS: Final = "users,groups,brands"
AT_ONCE: Final = 8
"""Tickets whose comments are asked for at the same time; the pace of requests binds all the same."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a reading stands: the page that is being read, and the last ticket of it that was read whole."""

    cursor: str | None = None
    ticket: str | None = None
    ended: bool = False


@dataclass(frozen=True, slots=True)
class OldComment:
    """A comment of the past, as the body that a trigger would have sent."""

    ticket: str
    id: str
    body: bytes


@dataclass(frozen=True, slots=True)
class TicketComments:
    """The comments of one ticket that lie in the window, oldest first, and where to go on behind it."""

    place: Place
    comments: tuple[OldComment, ...]
    internal: tuple[str, ...] = ()
    """The ids of the internal notes among its comments that were left out."""
    changed_at: datetime | None = None
    """How far the export came."""
    deleted: bool = False
    """Whether the export says that it was deleted: its comments are not asked for."""
    lack: str | None = None
    """Why its comments cannot be had, where Zendesk refuses them."""


async def read_history(
    api: ZendeskApi, window: tuple[datetime, datetime], place: Place, *, internal_notes: bool
) -> AsyncIterator[TicketComments]:
    """Give the comments written from the first moment (inclusive) to the second (exclusive), ticket by ticket.

    The export names every ticket that changed since the first moment, system changes included, up to a minute ago.
    What an interrupted reading had not ended with is read again: its ids are the same.
    """
    while not place.ended:
        query = {"cursor": place.cursor} if place.cursor else {"start_time": str(int(window[0].timestamp()))}
        page = await api.get(EXPORT, {**query, "include": SIDELOADS}) or {}
        beside = _Beside(page)
        tickets = _unread(rows(page, "tickets"), place.ticket)
        for some in _batches([one for one in tickets if _may_hold(one, window)]):
            found = await _together(api, some, beside)
            await _complete(api, some, [one for one in found if not isinstance(one, SkipError)], beside)
            for ticket, comments in zip(some, found, strict=True):
                at = Place(place.cursor, word(ticket.get("id")))
                yield _told(ticket, comments, window, at, beside, internal_notes=internal_notes)
        ended = bool(page.get("end_of_stream")) or not page.get("after_cursor")
        place = Place(str(page.get("after_cursor") or place.cursor or ""), None, ended)
        yield TicketComments(place, ())


class _Beside:
    """What a page brings beside its tickets: the names behind the numbers."""

    def __init__(self, page: Mapping[str, Any]) -> None:
        self.people = _by_id(page, "users")
        self.groups = _by_id(page, "groups")
        self.brands = _by_id(page, "brands")

    def name(self, of: Mapping[str, Mapping[str, Any]], number: Any) -> str | None:
        found = of.get(word(number) or "", {}).get("name")
        return found if isinstance(found, str) else None


async def _complete(
    api: ZendeskApi,
    tickets: Sequence[Mapping[str, Any]],
    comments: Sequence[Sequence[Mapping[str, Any]]],
    beside: _Beside,
) -> None:
    """Look up the people of these tickets whom neither the page nor the comments brought along."""
    named = {word(ticket.get(part)) for ticket in tickets for part in ("requester_id", "assignee_id")}
    named |= {word(one.get("author_id")) for some in comments for one in some}
    missing = sorted(one for one in named if one is not None and one not in beside.people)
    for at in range(0, len(missing), MOST_PEOPLE):
        some = missing[at : at + MOST_PEOPLE]
        page = await api.get(PEOPLE, {"ids": ",".join(some)}) or {}
        # Who is not known there either is asked for once only.
        beside.people |= {one: {} for one in some} | _by_id(page, "users")


async def _together(
    api: ZendeskApi, tickets: Sequence[Mapping[str, Any]], beside: _Beside
) -> list[list[Mapping[str, Any]] | SkipError]:
    """Give the comments of several tickets, asked for at the same time; where one fails, none is waited for."""
    # One that is refused alone is no reason to stop: another may have been deleted, or be somebody else's business.
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(_comments(api, one, beside)) for one in tickets]
    except BaseExceptionGroup as failed:
        raise failed.exceptions[0] from None
    return [task.result() for task in tasks]


async def _comments(api: ZendeskApi, ticket: Mapping[str, Any], beside: _Beside) -> list[Mapping[str, Any]] | SkipError:
    """Give all comments of the ticket, oldest first, none of a deleted one; or why Zendesk does not give them."""
    found: list[Mapping[str, Any]] = []
    if _is_deleted(ticket):
        return found
    path = f"/api/v2/tickets/{word(ticket.get('id'))}/comments"
    try:
        async for page in api.pages(path, {"include": "users"}, may_lack=True):
            beside.people |= _by_id(page, "users")
            found += rows(page, "comments")
    except SkipError as error:
        return error
    return found


def _told(  # noqa: PLR0913 - what a ticket's part of the history is made of
    ticket: Mapping[str, Any],
    comments: Sequence[Mapping[str, Any]] | SkipError,
    window: tuple[datetime, datetime],
    place: Place,
    beside: _Beside,
    *,
    internal_notes: bool,
) -> TicketComments:
    changed_at = read_moment(ticket.get("generated_timestamp")) or read_moment(ticket.get("updated_at"))
    if isinstance(comments, SkipError):
        return TicketComments(place, (), changed_at=changed_at, lack=str(comments))
    names = {
        "group": beside.name(beside.groups, ticket.get("group_id")),
        "brand": beside.name(beside.brands, ticket.get("brand_id")),
    }
    within = [one for one in comments if _lies_in(window, one.get("created_at"))]
    wanted = [one for one in within if internal_notes or one.get("public") is not False]
    found = tuple(
        OldComment(place.ticket or "", word(one.get("id")) or "", write_body(ticket, one, beside.people, **names))
        for one in wanted
    )
    internal = tuple(word(one.get("id")) or "" for one in within if one not in wanted)
    return TicketComments(place, found, internal, changed_at, deleted=_is_deleted(ticket))


def _lies_in(window: tuple[datetime, datetime], written: Any) -> bool:
    at = read_moment(written)
    return at is not None and window[0] <= at < window[1]


def _may_hold(ticket: Mapping[str, Any], window: tuple[datetime, datetime]) -> bool:
    """Tell whether a comment of the window may be on the ticket: not on one that is younger."""
    created = read_moment(ticket.get("created_at"))
    return created is None or created < window[1]


def _is_deleted(ticket: Mapping[str, Any]) -> bool:
    return ticket.get("status") == "deleted"


def _unread(tickets: Sequence[Mapping[str, Any]], last: str | None) -> Sequence[Mapping[str, Any]]:
    """Give the tickets behind the last one that was read; all of them where that one moved to a later page."""
    at = next((at for at, one in enumerate(tickets) if last is not None and word(one.get("id")) == last), -1)
    return tickets[at + 1 :]


def _batches(tickets: Sequence[Mapping[str, Any]]) -> Iterator[Sequence[Mapping[str, Any]]]:
    return (tickets[at : at + AT_ONCE] for at in range(0, len(tickets), AT_ONCE))


def _by_id(page: Mapping[str, Any], name: str) -> dict[str, Mapping[str, Any]]:
    return {uid: one for one in rows(page, name) if (uid := word(one.get("id"))) is not None}
