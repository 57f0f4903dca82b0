"""What AI agents and their visitors tell: the recorded events, both halves of a conversation, and any value at all."""

import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.errors import NotAdmittedError, SkipError
from connector.mapping.records import shape_of
from connector.message.model import Act, Request
from connector.message.options import Mailbox, Secret
from connector.reason import Code, Outcome

BOT = "64aa00bb11cc22dd33ee44ff"
CASE = f"{BOT}:c-7f31"
OURS = {"id": BOT, "name": "AI agent", "email": "unknown@example.invalid"}
NOON = datetime(2026, 2, 3, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "act", "case"),
    [
        ("hook-send-message-text", Act.MESSAGE, CASE),
        ("hook-send-message-minimal", Act.MESSAGE, CASE),
        ("hook-send-message-carousel", Act.MESSAGE, CASE),
        ("hook-widget-message", Act.MESSAGE, CASE),
        ("hook-ticket", Act.MESSAGE, f"{BOT}:t-4711"),
        ("hook-escalate", Act.CASE, CASE),
        ("hook-widget-escalate", Act.CASE, CASE),
        ("hook-widget-end-session", Act.CLOSE, CASE),
        ("hook-is-team-online", Act.RECORD, ""),
        ("hook-action", Act.RECORD, CASE),
        ("api-visitor-message", Act.MESSAGE, CASE),
        ("api-button-click", Act.MESSAGE, CASE),
        ("api-carousel-click", Act.MESSAGE, CASE),
        ("api-start-session", Act.RECORD, CASE),
        ("api-start-session.metadata-object", Act.RECORD, CASE),
        ("api-metadata", Act.RECORD, CASE),
        ("api-end-session", Act.CLOSE, CASE),
    ],
)
def test_both_halves_make_one_conversation(read, body, name, act, case):
    """What the AI agent sends and what its application sends to the Chat API are of the same case."""
    event = read("ultimate", body("ultimate", name), bots=(BOT,))
    assert (act, case, None, NOON) == (event.act, event.case, event.verdict, event.at)
    assert (act is Act.MESSAGE) == (event.message is not None)


@pytest.mark.parametrize(
    ("name", "direction", "text"),
    [
        ("hook-send-message-text", "Outbound", "Do you have the order number?\n[Yes] [No]"),
        ("hook-send-message-minimal", "Outbound", "One moment, please."),
        (
            "hook-send-message-carousel",
            "Outbound",
            "Home delivery: Tomorrow before noon [Choose]\nParcel shop: Ready in two days [Choose]",
        ),
        ("hook-ticket", "Outbound", "I can help with that. Please send us the receipt."),
        ("hook-widget-message", "Inbound", "Hello, is anybody there?"),
        ("api-visitor-message", "Inbound", "Where is my parcel?"),
        ("api-carousel-click", "Inbound", "Choose"),
    ],
)
def test_a_message_says_all_that_its_reader_sees(read, body, name, direction, text):
    """Buttons and cards stand below the text; the AI agent is at one end, the visitor at the other."""
    record = read("ultimate", body("ultimate", name), bots=(BOT,)).record
    assert (direction, text) == (record["direction"], record["text"])
    assert (OURS, {}) == ((record["from"], record["to"]) if direction == "Outbound" else (record["to"], record["from"]))


def test_the_words_of_the_sender_stay(read, body):
    """What the webhook said is in the record as it came; where there is no envelope, the event is `data` as well."""
    told = body("ultimate", "hook-send-message-text")
    record = read("ultimate", told).record
    assert {name: value for name, value in told.items() if name != "data"}.items() <= record.items()
    assert told["data"].items() <= record["data"].items()
    told = body("ultimate", "api-visitor-message")
    record = read("ultimate", told, bots=(BOT,)).record
    assert told.items() <= record["data"].items()


@pytest.mark.parametrize("name", ["hook-send-message-text", "hook-ticket", "hook-escalate", "api-carousel-click"])
def test_every_field_of_a_record_is_documented(read, body, name):
    """Whoever writes a mapping finds each field of an event in the list of fields."""
    record, known = read("ultimate", body("ultimate", name), bots=(BOT,)).record, shape_of("ultimate.message").fields
    assert set() == set(record) - set(known)
    # An event without an envelope stands in `data` whole.
    assert set() == set(record["data"]) - set(known["data"]) - set(known)


def test_the_mailbox_names_the_ai_agent(read, body):
    """No event tells the AI agent's name, so the intake's mailbox does."""
    mailbox = Mailbox("Support bot", "bot@acme.example")
    record = read("ultimate", body("ultimate", "hook-send-message-text"), mailbox=mailbox).record
    assert {"id": BOT, "name": "Support bot", "email": "bot@acme.example"} == record["from"]


def test_a_message_keeps_its_own_id(read, body):
    """The id that the AI agent gave wins, and is noted nowhere."""
    event = read("ultimate", body("ultimate", "hook-send-message-text"))
    assert ("m-501", "m-501", ()) == (event.message, event.record["messageUid"], event.notes)


def test_a_message_without_an_id_gets_one_of_its_delivery(read, body):
    """The same delivery has the same id whenever it is read; the same words said later or elsewhere have another."""
    told = body("ultimate", "hook-send-message-minimal")
    first = read("ultimate", told)
    assert first.message == read("ultimate", told, id_=2).message
    later = read("ultimate", told, received_at=NOON + timedelta(milliseconds=1))
    told["data"]["platformConversationId"] = "c-8"
    assert 3 == len({first.message, later.message, read("ultimate", told).message})
    assert ("the message has no id: it got one of its conversation, time of receipt and text",) == first.notes


@pytest.mark.parametrize("name", ["hook-escalate", "hook-widget-escalate"])
def test_a_hand_over_is_a_status(read, body, name):
    """That a human was asked to take over shows on the case."""
    record = read("ultimate", body("ultimate", name)).record
    assert ("escalated", "team-billing") == (record["status"], record["data"]["escalateTo"])


@pytest.mark.parametrize("form", [list, lambda entries: entries[0], lambda entries: {entries[0]["key"]: "Ida Holm"}])
def test_metadata_is_read_in_every_form(read, form):
    """Session parameters come as one object, as a list of such, or by their names, and tell who the visitor is."""
    given = form([{"key": "customerName", "value": "Ida Holm", "sanitize": True}])
    told = {"platformConversationId": "c-1", "eventType": "message", "text": "Hi", "botId": BOT, "metaData": given}
    assert {"customerName": "Ida Holm"} == read("ultimate", told).record["metadata"]


def test_words_in_an_agents_name_go_to_the_visitor(read, body):
    """What the application sends to the visitor for a human agent has the agent's name on it, and is outbound."""
    told = body("ultimate", "widget-agent-message", agent="Bo Lind", botId=BOT)
    record = read("ultimate", told).record
    agent = {"id": "Bo Lind", "name": "Bo Lind", "email": OURS["email"]}
    assert ("Outbound", agent, {}) == (record["direction"], record["from"], record["to"])


def test_the_header_of_the_chat_api_names_the_ai_agent(read, body):
    """What goes to the Chat API has the AI agent in its header alone."""
    told = body("ultimate", "api-visitor-message")
    assert CASE == read("ultimate", told, headers={"botid": BOT}).case
    event = read("ultimate", told, bots=("a", "b"))
    assert (Outcome.SKIPPED, Code.FILTERED) == event.verdict[:2]
    assert Code.FIELD_MISSING == read("ultimate", told).verdict.code


@pytest.mark.parametrize("name", ["hook-send-message-text", "hook-is-team-online", "hook-action", "hook-ticket"])
def test_an_ai_agent_that_is_not_listed_stays_out(read, body, name):
    """Only what AI agents on the list write goes on; with no list every one does."""
    event = read("ultimate", body("ultimate", name), bots=("another",))
    assert (Outcome.SKIPPED, Code.FILTERED) == event.verdict[:2]
    assert "bots" in event.verdict.detail
    assert BOT not in event.verdict.detail
    assert read("ultimate", body("ultimate", name)).verdict is None


@pytest.mark.parametrize(
    "value",
    [
        *(b"", b"{", [], {}, "x", {"isOnline": False}, {"data": {}}),
        {"data": {"eventType": "sendMessage"}},
        {"eventType": "message", "text": "x"},
    ],
)
def test_what_nobody_can_tell_is_unreadable(read, value):
    """A body that is no JSON, no event, or of no conversation is kept with that one reason."""
    with pytest.raises(SkipError) as raised:
        read("ultimate", value)
    assert Code.UNREADABLE == raised.value.code


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda below: (
        st.lists(below, max_size=3)
        | st.dictionaries(st.sampled_from(["key", "value", "text", "title", "buttons", "path"]), below, max_size=4)
    ),
    max_leaves=15,
)
NAMES = ("platformConversationId", "text", "buttons", "carouselCards", "metaData", "messageId", "agent", "attachments")
DATA = st.fixed_dictionaries(
    {"eventType": st.sampled_from(["sendMessage", "message", "escalate", "endSession", "x"]) | ANYTHING},
    optional=dict.fromkeys(NAMES, ANYTHING),
)
BODY = st.fixed_dictionaries({}, optional={"botId": ANYTHING, "data": DATA | ANYTHING, "name": ANYTHING}) | DATA


@given(st.binary(max_size=50) | (BODY | ANYTHING).map(lambda value: json.dumps(value).encode()))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
def test_no_body_does_any_harm(source, attempt, raw):
    """Whatever comes is read or is unreadable, and gets an answer that promises nothing."""
    status, answer = source("ultimate").answer(Request("POST", {}, raw))
    assert status in {200, 422}
    assert answer.get("isOnline") is not True
    code, events = attempt("ultimate", raw)
    assert (Code.UNREADABLE if not events else None) is code
    for event in events:
        assert event.act is Act.RECORD or event.case
        assert (event.act is Act.MESSAGE) == (event.message is not None)


@pytest.mark.parametrize(
    ("name", "alone", "unanswered"),
    [
        ("hook-send-message-text", 200, 504),
        ("hook-ticket", 200, 504),
        ("hook-widget-message", 200, 504),
        ("api-visitor-message", 200, 200),
        ("hook-escalate", 422, 504),
        ("hook-action", 422, 504),
    ],
)
def test_nothing_is_promised_that_nobody_does(source, body, name, alone, unanswered):
    """Who only listens hands nobody over and acts on nothing; where an answerer is silent, nothing was done."""
    request = Request("POST", {}, json.dumps(body("ultimate", name)).encode())
    assert alone == source("ultimate").answer(request)[0]
    assert unanswered == source("ultimate", relays=True).answer(request)[0]


@pytest.mark.parametrize("relays", [False, True])
def test_no_team_is_online_as_far_as_we_know(source, body, relays):
    """Whether a team is there is answered with no by whoever cannot know it."""
    request = Request("POST", {}, json.dumps(body("ultimate", "hook-is-team-online")).encode())
    assert (200, {"isOnline": False}) == source("ultimate", relays=relays).answer(request)


def test_the_secret_comes_as_the_intake_says(source):
    """How the secret is carried is documented nowhere: header and mode are the intake's, and a wrong one is refused."""
    digest = hmac.new(b"s3cret", b"{}", "sha256").hexdigest()
    for mode, right, wrong in (("plain", "s3cret", digest), ("hmac-sha256-hex", digest, "s3cret")):
        told = source("ultimate", unsigned=False, secret=Secret("X-Secret", mode, "s3cret"))
        request = Request("POST", {"x-secret": right, "botid": BOT, "cookie": "c"}, b"{}")
        assert {"botid": BOT} == told.admit(request, NOON).headers
        with pytest.raises(NotAdmittedError):
            told.admit(replace(request, headers={"x-secret": wrong}), NOON)
