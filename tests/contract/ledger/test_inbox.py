"""How requests that were let in are kept until they are forwarded."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from connector import ledger
from connector.ledger import Change, Handled, Received, hash_body, inbox
from connector.ledger.received import REFUSED

INTAKE = "acme-zendesk"
NOW = datetime(2026, 2, 3, 9, 15, 42, tzinfo=UTC)
WINDOW = timedelta(minutes=5)


@pytest.fixture
def received():
    """Give a function that gives a request as the web has it once it was let in."""

    def make(body=b"{}", repeats="", after=timedelta(), intake=INTAKE):
        headers = {"content-type": "application/json"}
        moment = NOW + after
        return Received(intake, "zendesk", moment, headers, body, hash_body(body), repeats, WINDOW)

    return make


def bodies(book, intake=INTAKE, **which):
    return [row.body for row in ledger.waiting_messages(book.connection, intake, **which)]


def test_a_request_comes_back_as_it_came(book, received):
    """Every byte of the body, the kept headers and the time are there again; it waits."""
    body = bytes(range(256)) * 3
    assert [True] == inbox.accept(book.connection, [received(body, "01HX")])
    (row,) = ledger.waiting_messages(book.connection, INTAKE)
    assert (body, "01HX", "zendesk", NOW) == (row.body, row.repeats, row.kind, row.received_at)
    assert ({"content-type": "application/json"}, "waiting", None) == (row.headers, row.state, row.handled_at)
    assert hash_body(body) == row.body_hash
    assert isinstance(row.body, bytes)
    assert row == ledger.find_message(book.connection, row.id)
    assert ledger.find_message(book.connection, row.id + 1) is None


def test_the_order_is_that_of_acceptance(book, received):
    """Ids ascend as requests are accepted, whatever their times say; an intake sees its own, in pages."""
    told = [received(b"%d" % number, after=timedelta(seconds=-number)) for number in range(5)]
    inbox.accept(book.connection, told[:3])
    inbox.accept(book.connection, [received(b"x", intake="other")])
    inbox.accept(book.connection, told[3:])
    assert [b"0", b"1", b"2", b"3", b"4"] == bodies(book)
    first = ledger.waiting_messages(book.connection, INTAKE, limit=2)
    assert [b"0", b"1"] == [row.body for row in first]
    assert [b"2", b"3", b"4"] == bodies(book, after=first[-1].id)
    assert [b"x"] == bodies(book, "other")


def test_a_page_of_large_bodies_is_a_short_one(book, received):
    """Bodies are read only as long as they fit into so much memory together; the first one always is."""
    inbox.accept(book.connection, [received(b"%d" % number * size) for number, size in enumerate((900, 50, 51, 1))])
    assert [900] == [len(one) for one in bodies(book, most_bytes=100)]
    assert [900, 50] == [len(one) for one in bodies(book, most_bytes=950)]
    first = ledger.waiting_messages(book.connection, INTAKE, limit=1)[0].id
    assert [50] == [len(one) for one in bodies(book, after=first, most_bytes=100)]
    assert [50, 51, 1] == [len(one) for one in bodies(book, after=first, most_bytes=102)]
    assert [] == bodies(book, after=first + 3)


@pytest.mark.parametrize(
    ("other", "is_new"),
    [
        ({}, False),
        ({"after": WINDOW}, False),
        ({"after": WINDOW + timedelta(microseconds=1)}, True),
        ({"body": b"[]"}, True),
        ({"repeats": "01HY"}, True),
        ({"intake": "other"}, True),
    ],
    ids=["at once", "at the end of the window", "after the window", "other body", "other event", "other intake"],
)
@pytest.mark.parametrize("together", [True, False])
def test_a_repetition_within_the_window_is_stored_once(book, received, other, is_new, together):
    """The same body of the same event to the same intake is one, in one group as in two."""
    first = received(repeats="01HX")
    second = received(**{"repeats": "01HX"} | other)
    if together:
        assert [True, is_new] == inbox.accept(book.connection, [first, second])
    else:
        assert [True] == inbox.accept(book.connection, [first])
        assert [is_new] == inbox.accept(book.connection, [second])
    assert 1 + is_new == book.connection.execute(text("SELECT count(*) FROM inbox")).scalar_one()


def test_a_late_repetition_is_known_for_ever(book, received):
    """Whether a body of an event was ever stored can be asked without a window."""
    inbox.accept(book.connection, [received(repeats="01HX")])
    assert ledger.is_stored(book.connection, INTAKE, "01HX", hash_body(b"{}"))
    for other in [("else", "01HX", b"{}"), (INTAKE, "01HY", b"{}"), (INTAKE, "01HX", b"[]")]:
        assert not ledger.is_stored(book.connection, other[0], other[1], hash_body(other[2]))


def test_what_was_handled_waits_no_more_until_it_is_asked_for(book, received):
    """Done and refused requests are kept and counted, and can be made to wait again."""
    inbox.accept(book.connection, [received(b"%d" % number) for number in range(3)])
    first, second, _ = ledger.waiting_messages(book.connection, INTAKE)
    at = NOW + timedelta(seconds=1)
    inbox.mark_handled(book.connection, [Handled(first.id, at), Handled(second.id, at, REFUSED, code="unreadable")])
    assert [b"2"] == bodies(book)
    assert {"waiting": 1, "done": 1, "refused": 1} == ledger.count_inbox(book.connection, INTAKE)
    assert replace(second, state="refused", code="unreadable", handled_at=at) == ledger.find_message(
        book.connection, second.id
    )
    assert 0 == ledger.mark_waiting(book.connection, "other", [second.id])
    assert 1 == ledger.mark_waiting(book.connection, INTAKE, [second.id, second.id + 1])
    assert [b"1", b"2"] == bodies(book)
    assert second == ledger.find_message(book.connection, second.id)


async def test_requests_of_many_tasks_are_stored_in_few_durable_commits(url, received):
    """A thousand requests at once share commits, are all there afterwards, and one of them only once."""
    told = [received(b"%d" % (number // 2)) for number in range(1000)]
    async with ledger.open_ledger(url) as opened:
        await asyncio.gather(*(opened.write(Change(received=one), durable=True) for one in told))
        found = await opened.read(ledger.waiting_messages, INTAKE, limit=2000)
    assert [b"%d" % number for number in range(500)] == [row.body for row in found]


async def test_outcome_and_mark_are_one_change(url, received, make_entry):
    """An entry and the end of its request's waiting are committed together."""
    async with ledger.open_ledger(url) as opened:
        await opened.write(Change(received=received()), durable=True)
        (row,) = await opened.read(ledger.waiting_messages, INTAKE)
        await opened.write(Change(make_entry("48121"), handled=(Handled(row.id, NOW),)))
        assert [] == await opened.read(ledger.waiting_messages, INTAKE)
        assert ["delivered"] == [one.state for one in await opened.read(ledger.find, "48121")]


EVENTS = st.tuples(st.sampled_from([b"a", b"b"]), st.sampled_from(["", "1"]), st.integers(0, 20))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(groups=st.lists(st.lists(EVENTS, min_size=1, max_size=5), max_size=6))
def test_any_row_of_repetitions_is_told_apart(book, received, groups):
    """However requests repeat each other, one is new where none like it was stored within the window before."""
    book.connection.execute(text("DELETE FROM inbox"))
    stored, minute = {}, 0
    for group in groups:
        told, expected = [], []
        for body, repeats, minutes in group:
            minute += minutes
            told.append(received(body, repeats, timedelta(minutes=minute)))
            last = stored.get((body, repeats))
            expected.append(last is None or minute - last > 5)
            if expected[-1]:
                stored[body, repeats] = minute
        assert expected == inbox.accept(book.connection, told)
