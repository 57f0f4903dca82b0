"""What a forwarding page posts of the agent adapter's events."""

from datetime import UTC, datetime, timedelta

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.errors import SkipError
from connector.message import ccai_events
from connector.message.model import Accepted, Act
from connector.message.options import Options

AT = datetime(2026, 2, 3, 9, 15, 42, tzinfo=UTC)
SOURCE = ccai_events.make(Options(name="desk", tenant="acme", unsigned=True))


def read(body, **headers):
    raw = body if isinstance(body, bytes) else orjson.dumps(body)
    return SOURCE.read(Accepted(1, AT, headers, raw))


def chat(kind, **data):
    return {"type": kind, "data": {"chat_id": 135, "agent_id": 5, "agent_email": "a@example.com", **data}}


def test_messages_of_both_sides_have_direction_ends_and_an_id():
    """The id is of chat, direction and words: the same from every browser."""
    (one,) = read(chat("Chat_Inbound_Message", message="Hello", agent_id=5))
    (same,) = read(chat("chat_inbound_message", message="Hello", agent_id=9))
    (answer,) = read(chat("Chat_Outbound_Message", message="Hello"))

    assert (Act.MESSAGE, "135", "Inbound") == (one.act, one.case, one.record["direction"])
    assert one.message == same.message != answer.message
    assert {"id": "5", "email": "a@example.com"} == answer.record["from"] == one.record["to"]


def test_the_end_of_a_chat_ends_its_case_and_the_rest_is_taken_down():
    """Which tab an agent has open changes nothing."""
    assert Act.CLOSE is read(chat("End_Chat"))[0].act
    assert Act.RECORD is read(chat("Active_Chat"))[0].act


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ("Call Redaction Started", "redaction_started"),
        ("call_redaction_ended", "redaction_ended"),
        ("Call-Redaction-Stopped", "redaction_ended"),
        (None, "redaction"),
    ],
)
def test_redaction_is_known_by_any_of_its_names(told, kind):
    """The guide prints the data of a redaction event and not its type."""
    body = {"data": {"agent_id": 9, "call_id": 1418}} | ({"type": told} if told else {})
    fact = ccai_events.call_fact(read(body)[0])

    assert ("1418", kind, {"agent_id": 9}) == (fact.session_id, fact.type, fact.facts)


def test_a_fact_about_a_call_holds_nobody():
    """Addresses, texts and variables stay out of what is kept of a call."""
    data = {"call_id": 7, "agent_email": "a@example.com", "session_variable": {"card": "4111"}, "queue_path": "Orders"}

    assert {"queue_path": "Orders"} == ccai_events.call_fact(read({"type": "New_Call", "data": data})[0]).facts


def test_a_page_that_could_not_post_says_how_long():
    """Its own clock plays no part: the time of receipt less the wait is when it happened."""
    (event,) = read(chat("Chat_Inbound_Message", message="x"), **{"x-waited-ms": "90000"})

    assert AT - timedelta(seconds=90) == event.at


@given(st.binary(max_size=80) | st.recursive(st.none() | st.integers(0, 9) | st.text(), st.lists).map(orjson.dumps))
def test_whatever_is_posted_is_read_or_refused(raw):
    """Nothing but the one error, whatever the body."""
    try:
        events = read(raw)
    except SkipError:
        return
    assert isinstance(events, tuple)
