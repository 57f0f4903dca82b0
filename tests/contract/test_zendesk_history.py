"""Reading a Zendesk's history: page by page, at its pace, each comment once and as a trigger would have sent it."""

import json
from datetime import UTC, datetime

import pytest

from connector.errors import StopError
from connector.message.model import Accepted
from connector.message.options import Options
from connector.message.zendesk import make
from connector.message.zendesk.access import Access
from connector.message.zendesk.api import ZendeskApi
from connector.message.zendesk.history import Place, read_history
from tests.clocks import QuickClock
from tests.servers.zendesk import EMAIL, TOKEN, Fault

BEGIN, END = datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def clock():
    return QuickClock(datetime(2026, 3, 2, tzinfo=UTC))


@pytest.fixture
def read(zendesk_server, clock):
    """Give a function that reads the history and gives what it was told, ticket by ticket."""

    async def run(place=None, *, internal_notes=False, token=TOKEN, most=None):
        found = []
        access = Access(zendesk_server.address, EMAIL, token, requests_per_minute=10_000)
        async with ZendeskApi(access, clock) as api:
            async for some in read_history(api, (BEGIN, END), place or Place(), internal_notes=internal_notes):
                found.append(some)
                if most and len(found) == most:
                    break
        return found

    return run


def ids(found):
    return [one.id for some in found for one in some.comments]


async def test_a_wrong_token_stops_it(read):
    """Nothing is read with a token that Zendesk does not accept."""
    with pytest.raises(StopError, match="does not accept"):
        await read(token="wrong")


async def test_a_comment_is_read_as_its_trigger_would_have_sent_it(zendesk_server, read):
    """The one reader of the intake makes the same event of it: ids, words, direction, recipient, times."""
    zendesk_server.add_ticket(48121, status="pending", priority="high", tags=["refund"])
    zendesk_server.add_comment(48121, 902201, "2026-02-03T09:15:40Z", "Where is it?", author=5510)
    zendesk_server.add_comment(48121, 902202, "2026-02-03T09:41:06Z", "On its way.", author=7001)
    found = await read()
    assert ["902201", "902202"] == ids(found)
    source = make(Options(name="acme-zendesk", tenant="acme"))
    asked, answered = (source.read(Accepted(1, END, {}, one.body))[0] for one in found[0].comments)
    assert ("48121", "902201", "Inbound", "Where is it?") == (
        asked.case,
        asked.message,
        asked.record["message"]["direction"],
        asked.record["message"]["text"],
    )
    assert datetime(2026, 2, 3, 9, 15, 40, tzinfo=UTC) == asked.at
    assert ("mail", "pending", "high", "Billing EU", "Acme", ["refund"]) == (
        *(asked.record[name] for name in ("source", "status", "priority", "inbox", "brand", "tags")),
    )
    assert {"id": "7001", "name": "Bo Lind", "email": "bo@acme.example", "role": "agent"} == asked.record["message"][
        "to"
    ]
    assert ("Outbound", "Ida Holm") == (
        answered.record["message"]["direction"],
        answered.record["message"]["to"]["name"],
    )


async def test_only_the_window_counts(zendesk_server, read):
    """From is inclusive, to exclusive, by the time of the comment; the ticket may have changed later."""
    zendesk_server.add_ticket(1, created_at="2026-01-20T00:00:00Z")
    for number, at in enumerate(
        ("2026-01-31T23:59:59Z", "2026-02-01T00:00:00Z", "2026-02-28T23:59:59Z", "2026-03-01T00:00:00Z")
    ):
        zendesk_server.add_comment(1, number, at, "Hi")
    zendesk_server.add_ticket(2, created_at="2026-03-01T00:00:00Z")
    zendesk_server.add_comment(2, 9, "2026-02-20T00:00:00Z", "a clock was wrong")
    assert ["1", "2"] == ids(await read())
    assert [] == zendesk_server.asked("/tickets/2/")


async def test_internal_notes_are_left_out_or_not(zendesk_server, read):
    """By default they are not even brought in, and are counted; where they are wanted they come."""
    zendesk_server.add_ticket(1)
    zendesk_server.add_comment(1, 1, "2026-02-03T00:00:00Z", "Hi")
    zendesk_server.add_comment(1, 2, "2026-02-04T00:00:00Z", "call him", author=7001, public=False)
    found = await read()
    assert (["1"], 1) == (ids(found), sum(len(one.internal) for one in found))
    assert ["1", "2"] == ids(await read(internal_notes=True))


async def test_pages_are_read_to_the_end(zendesk_server, read):
    """Tickets and comments come in pages by cursors; none is lost and none comes twice."""
    zendesk_server.export_items = 3
    zendesk_server.page_items = 2
    for ticket in range(1, 9):
        zendesk_server.add_ticket(ticket)
        for number in range(3):
            zendesk_server.add_comment(ticket, ticket * 10 + number, "2026-02-03T00:00:00Z", "Hi")
    found = await read()
    assert [str(ticket * 10 + number) for ticket in range(1, 9) for number in range(3)] == ids(found)
    assert found[-1].place.ended
    assert 3 == len(zendesk_server.asked("incremental"))


@pytest.mark.parametrize("stop", range(1, 9))
async def test_it_goes_on_where_it_ended(zendesk_server, read, stop):
    """Wherever it is interrupted, the rest follows and nothing that was read whole is asked for again."""
    zendesk_server.export_items = 3
    for ticket in range(1, 8):
        zendesk_server.add_ticket(ticket)
        zendesk_server.add_comment(ticket, ticket * 10, "2026-02-03T00:00:00Z", "Hi")
    first = await read(most=stop)
    zendesk_server.requests.clear()
    rest = await read(first[-1].place)
    assert [str(ticket * 10) for ticket in range(1, 8)] == ids(first) + ids(rest)
    done = {one.ticket for some in first for one in some.comments}
    assert [] == [one for one in done if zendesk_server.asked(f"/tickets/{one}/")]


async def test_the_exports_keep_their_own_pace(zendesk_server, read, clock):
    """No more than ten pages of the export a minute, and a limit that is hit all the same is waited for."""
    zendesk_server.export_items = 1
    for ticket in range(1, 13):
        zendesk_server.add_ticket(ticket)
    zendesk_server.faults = [Fault(429, 1, "incremental", {"Retry-After": "33"})]
    await read()
    assert 13 == len(zendesk_server.asked("incremental"))
    assert [33.0, 27.0, 33.0] == clock.pauses


async def test_a_ticket_that_cannot_be_had_stops_nothing(zendesk_server, read):
    """A deleted ticket, one whose comments are gone and one that is not to be seen are told; the others are read."""
    zendesk_server.add_ticket(1, status="deleted")
    for ticket in (2, 3, 4, 5):
        zendesk_server.add_ticket(ticket)
        zendesk_server.add_comment(ticket, ticket * 10, "2026-02-03T00:00:00Z", "Hi")
    del zendesk_server.comments[2]
    zendesk_server.faults = [Fault(403, 1, "/tickets/4/")]
    found = await read()
    assert ["30", "50"] == ids(found)
    assert [] == zendesk_server.asked("/tickets/1/")
    assert [True, False, False, False, False, False] == [one.deleted for one in found]
    lacks = {one.place.ticket: one.lack for one in found if one.lack}
    assert ["2", "4"] == list(lacks)
    assert ("404" in lacks["2"], "403" in lacks["4"]) == (True, True)


async def test_an_empty_account_ends_at_once(read):
    """Where nothing changed there is nothing to read, and the reading is at its end."""
    (only,) = await read()
    assert (True, ()) == (only.place.ended, only.comments)


async def test_people_who_were_not_brought_along_are_looked_up(zendesk_server, read):
    """Where an export comes without people, each is looked up once; one whom nobody knows stays a number."""
    zendesk_server.sideloads = False
    for ticket in (1, 2):
        zendesk_server.add_ticket(ticket, requester_id=5510, assignee_id=999)
        zendesk_server.add_comment(ticket, ticket * 10, "2026-02-03T00:00:00Z", "Hi", author=7001)
    found = await read()
    told = [json.loads(one.body) for some in found for one in some.comments]
    assert {"Ida Holm"} == {one["requester"]["name"] for one in told}
    assert [{"id": "999"}] == told[0]["message"]["to"]
    assert ["GET /api/v2/users/show_many?ids=5510%2C999"] == zendesk_server.asked("show_many")


async def test_counted_pages_are_read_to_the_end(zendesk_server, read):
    """A list that is not cut by cursors names its next page, and is read as well."""
    zendesk_server.counts_pages = True
    zendesk_server.page_items = 2
    zendesk_server.add_ticket(1)
    for number in range(5):
        zendesk_server.add_comment(1, number, "2026-02-03T00:00:00Z", "Hi")
    assert ["0", "1", "2", "3", "4"] == ids(await read())
