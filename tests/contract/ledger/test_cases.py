"""Text conversations and what was told of them, in every database."""

from datetime import timedelta

import pytest

from connector import ledger
from connector.conversation.model import LONGEST_MAPPED_ID
from connector.ledger import Received, case_events, case_listing, cases, change, expiry
from connector.ledger.case_listing import Wanted
from connector.ledger.case_model import CallFact, CaseRow, Desk, NewEvent, Place, Turn, session_of
from connector.ledger.model import Change
from connector.session.field import LONGEST_ID

PLACE = Place("acme", "ccai", "capturi https://capturi.example")
DESK = Desk("desk", PLACE, timedelta(hours=2), timedelta(seconds=30))


def told(book, case, message, *, act="message", seconds=0, inbox_id=1, teller=""):
    at = book.now + timedelta(seconds=seconds)
    return NewEvent(case, inbox_id, 0, act, message, at, teller)


def due(book, *, busy=(), hours=0, limit=10):
    now = book.now + timedelta(hours=hours)
    return cases.due_cases(book.connection, "desk", now, busy=list(busy), limit=limit)


def turn(book, event, **facts):
    case = facts.pop("case", None)
    change.apply_changes(book.connection, [Change(turn=Turn(event.id, case, **facts))])


def test_events_wait_in_the_order_in_which_they_came(book):
    """Each conversation hands out its own, first come first; a busy one is left alone."""
    events = [told(book, case, message) for case, message in (("1", "a"), ("2", "b"), ("1", "c"))]
    assert 3 == case_events.enqueue(book.connection, DESK, events)
    (one,) = [row for row in due(book) if row.name == "1"]

    assert ["a", "c"] == [row.message for row in cases.open_events(book.connection, one.id)]
    assert ["2"] == [row.name for row in due(book, busy=[one.id])]
    assert {"desk": 3} == cases.count_open(book.connection)


def test_the_longest_ids_there_are_find_their_place(book):
    """Ids of as many signs as may be, each of four bytes and none like the other, fit what every database finds by."""
    case, message = ("".join(chr(0x20000 + begin + one) for one in range(LONGEST_ID)) for begin in (0, LONGEST_ID))
    case_events.enqueue(book.connection, DESK, [told(book, case, message)])
    (row,) = due(book)
    long = "".join(chr(0x20000 + one) for one in range(LONGEST_MAPPED_ID))
    book.write(session_of(case, message, 1), channel="message", external_id=long, uid=long)

    assert [message] == [one.message for one in cases.open_events(book.connection, row.id)]


def test_a_turn_says_how_far_a_conversation_is(book):
    """What was sent stands with the event that is done; the last one leaves nothing due."""
    case_events.enqueue(book.connection, DESK, [told(book, "1", "a"), told(book, "1", "b", seconds=1)])
    (case,) = due(book)
    first, second = cases.open_events(book.connection, case.id)
    after = CaseRow(id=case.id, intake="desk", name="1", case_uid="x", fields={"status": "open"}, sent=True, whole=True)
    turn(book, first, case=after)
    (now,) = due(book, hours=1)
    assert ({"status": "open"}, True, "x") == (now.fields, now.sent, now.case_uid)
    turn(book, second)

    assert [] == due(book, hours=1)


def test_an_event_to_be_tried_again_holds_up_its_conversation(book):
    """The moment stands in the ledger; what follows waits, and new events hasten nothing."""
    case_events.enqueue(book.connection, DESK, [told(book, "1", "a")])
    (case,) = due(book)
    (event,) = cases.open_events(book.connection, case.id)
    turn(book, event, retry_at=book.now + timedelta(hours=1))
    case_events.enqueue(book.connection, DESK, [told(book, "1", "b")])

    assert [] == due(book)
    assert book.now + timedelta(hours=1) == cases.next_due(book.connection, "desk")
    assert ["1"] == [row.name for row in due(book, hours=2)]
    assert [1, 0] == [row.tries for row in cases.open_events(book.connection, case.id)]


def test_silence_ends_a_conversation_once(book):
    """After the idle time one end is told by nobody, and one before a message that follows a long silence."""
    case_events.enqueue(book.connection, DESK, [told(book, "1", "a")])
    (case,) = due(book)
    (event,) = cases.open_events(book.connection, case.id)
    turn(book, event)
    later = book.now + timedelta(hours=3)
    ended = [case_events.close_idle(book.connection, "desk", later) for _ in range(2)]
    case_events.enqueue(book.connection, DESK, [told(book, "2", "a"), told(book, "2", "b", seconds=9000)])
    (second,) = [row for row in due(book, hours=3) if row.name == "2"]

    assert [1, 0] == ended
    assert ["close"] == [row.act for row in cases.open_events(book.connection, case.id)]
    assert ["message", "close", "message"] == [row.act for row in cases.open_events(book.connection, second.id)]


def test_equal_messages_of_several_browsers_are_one(book):
    """Echoes bear the entry of the message they echo, others one of their own."""
    tellings = (("a/1", 0), ("b/1", 2), ("a/2", 4), ("b/2", 400))
    for teller, seconds in tellings:
        case_events.enqueue(book.connection, DESK, [told(book, "1", "m", seconds=seconds, teller=teller)])
    (case,) = due(book, hours=1)
    rows = cases.open_events(book.connection, case.id)

    assert ["m", "m", "m-2", "m-3"] == [row.message for row in rows if row.act == "message"]
    assert 3 == len({row.entry_id for row in rows if row.act == "message"})


def test_a_fact_about_a_call_is_kept_once(book):
    """Browsers tell one fact within seconds; the same again later is another."""
    facts = [
        CallFact("acme", "7", "d", book.now + timedelta(seconds=seconds), "hold", {"agent_id": 9})
        for seconds in (0, 9, 99)
    ]
    case_events.enqueue(book.connection, DESK, [], facts=facts)

    assert [0, 99] == [
        (one.at - book.now).total_seconds() for one in case_events.call_facts(book.connection, "acme", "7")
    ]


@pytest.fixture
def accepted(book):
    """Accept one request that told a message, which was refused."""
    received = Received("desk", "ccai", book.now, {}, b"{}", ledger.hash_body(b"{}"), "", timedelta(0))
    ledger.accept(book.connection, [received])
    (row,) = ledger.waiting_messages(book.connection, "desk")
    case_events.enqueue(book.connection, DESK, [told(book, "1", "a", inbox_id=row.id)])
    (case,) = due(book)
    (event,) = cases.open_events(book.connection, case.id)
    book.write("1/a", channel="message", state="refused", code="field_missing", job="desk", mapping_hash="old")
    assert event.entry_id == book.entry("1/a", channel="message").id
    turn(book, event)
    return row


def test_accepted_messages_are_listed_with_what_became_of_them(book, accepted):
    """By any of their names, by state, and counted."""
    for name in ("a", "1", str(accepted.id), "1/a"):
        (found,) = case_listing.list_messages(book.connection, Wanted(name=name))
        assert ("refused", "field_missing", "1", "a") == (found.state, found.code, found.case, found.message)
    assert [] == case_listing.list_messages(book.connection, Wanted(state="delivered"))
    assert [("desk", "refused", 1)] == case_listing.count_messages(book.connection)


@pytest.mark.usefixtures("accepted")
def test_what_another_mapping_refused_is_done_again(book):
    """A refused message waits again where the mapping is another one now."""
    same = cases.reopen_remapped(book.connection, "desk", "old", book.now)
    again = cases.reopen_remapped(book.connection, "desk", "new", book.now)

    assert (0, 1) == (same, again)
    assert [("desk", "waiting", 1)] == case_listing.count_messages(book.connection)
    assert 1 == len(due(book))


@pytest.mark.usefixtures("accepted")
def test_a_body_is_kept_for_as_long_as_what_it_told_waits(book):
    """Retention empties what was dealt with, never what a target that is down has yet to get."""
    (row,) = ledger.waiting_messages(book.connection, "desk")
    ledger.mark_handled(book.connection, [ledger.Handled(row.id, book.now)])
    later = book.now + timedelta(days=100)
    cases.reopen_remapped(book.connection, "desk", "new", book.now)
    kept = expiry.expire_bodies(book.connection, later, 10)
    (event,) = cases.open_events(book.connection, due(book)[0].id)
    turn(book, event)

    assert (0, 1) == (kept, expiry.expire_bodies(book.connection, later, 10))
