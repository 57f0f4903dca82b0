"""What Sangoma CX tells: the recorded events, their variants, and any value at all."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.errors import NotAdmittedError, OutsideToleranceError, SkipError
from connector.mapping.records import shape_of
from connector.message.model import Act, Request
from connector.reason import Code, Outcome

IDA = {"id": "301", "name": "Ida Holm", "email": "ida@example.org", "phone": "+15550100120"}
BO = {"id": "12", "name": "Bo Lind", "email": "bo@acme.example"}
WEB_CHAT = {"id": "9", "name": "Web chat"}
SYSTEM = {"id": "system", "name": "System"}
SIGNED_AT = datetime(2026, 2, 3, 9, 15, 42, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "message", "direction", "sender", "recipient"),
    [
        ("incoming", "77", "Inbound", IDA, WEB_CHAT),
        ("integer-type", "83", "Inbound", IDA, WEB_CHAT),
        ("attachment", "84", "Inbound", IDA, WEB_CHAT),
        ("old-shape", "76", "Inbound", IDA, WEB_CHAT),
        ("outgoing", "78", "Outbound", BO, IDA),
        ("bot", "79", "Outbound", {"id": "bot:3", "name": "My first bot"}, IDA),
        ("template", "80", "Outbound", SYSTEM, IDA),
        ("null-sender", "81", "Outbound", SYSTEM, IDA),
    ],
)
def test_a_message_goes_between_two(read, body, name, message, direction, sender, recipient):
    """Each recorded message has its conversation, its own id, its direction and both its ends."""
    event = read("sangoma", body("sangoma", f"message_created.{name}"))
    assert (Act.MESSAGE, "412", message, None) == (event.act, event.case, event.message, event.verdict)
    told = event.record
    assert (direction, sender, recipient) == (told["direction"], told["from"], told["to"])


def test_the_words_of_the_sender_stay(read, body):
    """What the webhook said is in the record as it came, but for what had to be repaired."""
    told = body("sangoma", "message_created.incoming")
    record = read("sangoma", told).record
    repaired = {name: record[name] for name in ("created_at", "conversation")}
    assert {**told, **repaired}.items() <= record.items()
    assert {**told["conversation"], "id": "412"} == record["conversation"]


@pytest.mark.parametrize("name", ["incoming", "attachment", "old-shape", "bot"])
def test_every_field_of_a_record_is_documented(read, body, name):
    """Whoever writes a mapping finds each field of a message, and of its conversation, in the list of fields."""
    record, known = (
        read("sangoma", body("sangoma", f"message_created.{name}")).record,
        shape_of("sangoma.message").fields,
    )
    assert set() == set(record) - set(known)
    assert set() == set(record["conversation"]) - set(known["conversation"])


@pytest.mark.parametrize(("number", "word"), [(0, "incoming"), (1, "outgoing"), (3, "template"), ("1", "outgoing")])
def test_a_number_for_a_type_is_its_word(read, body, number, word):
    """Whether the type of a message is written as a word or as a number makes no difference but a note."""
    event = read("sangoma", body("sangoma", "message_created.incoming", message_type=number))
    assert word == event.record["message_type"]
    assert ("message_type was written as a number",) == event.notes


def test_what_a_sender_says_he_is_decides_nothing(read, body):
    """A message goes the way its type says, whatever kind its sender claims to be."""
    told = body("sangoma", "message_created.incoming", sender={**IDA, "type": "user"})
    assert "Inbound" == read("sangoma", told).record["direction"]
    told = body("sangoma", "message_created.outgoing", sender={"id": 12, "name": "Bo Lind"})
    assert ("Outbound", "12") == (read("sangoma", told).record["direction"], read("sangoma", told).record["from"]["id"])


def test_both_forms_of_time_are_read(read, body):
    """ISO 8601 and Unix seconds are the same moment; without either the conversation's copy of the message tells it."""
    iso = read("sangoma", body("sangoma", "message_created.incoming", created_at="2026-02-03T10:15:42.104+01:00"))
    unix = read("sangoma", body("sangoma", "message_created.incoming", created_at=1770110142.104))
    assert iso.at == unix.at == datetime(2026, 2, 3, 9, 15, 42, 104000, tzinfo=UTC)
    copied = read("sangoma", body("sangoma", "message_created.incoming", created_at=None))
    assert datetime(2026, 2, 3, 9, 15, 42, tzinfo=UTC) == copied.at


def test_a_message_without_any_time_was_written_when_it_came(read):
    """A message that tells no time at all has the time of its receipt, as its case has."""
    event = read("sangoma", {"event": "message_created", "id": 1, "conversation": {"id": 2}, "message_type": 0})
    assert event.at == event.case_updated_at == datetime(2026, 2, 3, 12, 0, tzinfo=UTC)


def test_case_fields_are_as_new_as_the_newest_time_told(read, body):
    """A message written after the conversation's last change makes its case fields as new as itself."""
    newer = read("sangoma", body("sangoma", "message_created.outgoing"))
    assert newer.at == newer.case_updated_at
    older = read("sangoma", body("sangoma", "message_created.old-shape"))
    assert datetime(2026, 2, 3, 9, 15, 42, 500000, tzinfo=UTC) == older.case_updated_at


@pytest.mark.parametrize("private", [True, "true", 1])
def test_an_internal_note_stays_out(read, body, private):
    """A private note is left out by policy, whatever it spells yes like, and says so."""
    event = read("sangoma", body("sangoma", "message_created.private-note", private=private))
    assert (Outcome.SKIPPED, Code.FILTERED, "an internal note") == event.verdict[:3]


def test_a_note_that_only_its_copy_calls_private_stays_out(read, body):
    """Where the message and the conversation's copy of it disagree, the careful reading wins."""
    told = body("sangoma", "message_created.private-note")
    del told["private"]
    assert Code.FILTERED == read("sangoma", told).verdict.code


def test_notes_go_where_the_intake_says_so(read, body):
    """With `notes: send` a note is a message of its agent."""
    event = read("sangoma", body("sangoma", "message_created.private-note"), notes="send")
    assert (None, BO) == (event.verdict, event.record["from"])


@pytest.mark.parametrize("kind", [2, "2", "activity"])
def test_an_activity_stays_out(read, body, kind):
    """What nobody wrote is left out, also where notes go."""
    event = read("sangoma", body("sangoma", "message_created.incoming", message_type=kind), notes="send")
    assert Code.FILTERED == event.verdict.code


@pytest.mark.parametrize("kind", [None, 7, "sideways", []])
def test_an_unknown_type_is_refused_rather_than_guessed(read, body, kind):
    """A message goes neither way where nothing says which."""
    told = body("sangoma", "message_created.incoming", message_type=kind)
    told["conversation"]["messages"] = []
    assert Code.FIELD_INVALID == read("sangoma", told).verdict.code


def test_an_update_has_the_id_of_what_it_changes(read, body):
    """The new text of a message goes under the id that the message had."""
    before = read("sangoma", body("sangoma", "message_created.outgoing"))
    after = read("sangoma", body("sangoma", "message_updated"))
    assert (before.case, before.message, Act.MESSAGE) == (after.case, after.message, after.act)
    assert "Hello Ida, let me look at it now." == after.record["text"]


def test_a_deletion_is_only_written_down(read, body):
    """Capturi cannot delete a message, so its deletion sends nothing."""
    event = read("sangoma", body("sangoma", "message_updated", content_attributes={"deleted": True}))
    assert Act.RECORD == event.act


def test_files_and_choices_stand_in_the_text(read, body):
    """A message shows its files and what there is to choose from, below what it says."""
    assert "[image: 501.png]" == read("sangoma", body("sangoma", "message_created.attachment")).record["text"]
    place = {"file_type": "location", "fallback_title": "City Hall"}
    told = body("sangoma", "message_created.bot", attachments=[place, {"data_url": "https://x.example/a%20b.pdf?k=1"}])
    told |= {"content_type": "input_select", "content_attributes": {"items": [{"title": "Bill", "value": "b"}, {}]}}
    told["content"] = " What is it about? "
    lines = [" What is it about? ", "[Bill]", "[location: City Hall]", "[file: a b.pdf]"]
    assert "\n".join(lines) == read("sangoma", told).record["text"]
    cards = [{"title": "Plan A", "description": "Cheap", "actions": [{"text": "Buy"}]}]
    told = body("sangoma", "message_created.bot", content="", content_type="cards")
    told["content_attributes"] = {"items": cards}
    assert "Plan A: Cheap [Buy]" == read("sangoma", told).record["text"]


def test_a_customer_is_known_by_all_that_is_told_of_him(read, body):
    """What the sender lacks comes from the conversation, and the e-mail address at last from the id at the inbox."""
    told = body("sangoma", "message_created.incoming", sender={"id": 301, "name": "Ida H."})
    assert {**IDA, "name": "Ida H."} == read("sangoma", told).record["from"]
    told["sender"] = {"id": 302, "name": "Somebody else"}
    assert {"id": "302", "name": "Somebody else", "email": "ida@example.org"} == read("sangoma", told).record["from"]
    told["conversation"]["contact_inbox"] = {"source_id": "no address"}
    assert {"id": "302", "name": "Somebody else"} == read("sangoma", told).record["from"]


@pytest.mark.parametrize(
    ("sender", "expected"),
    [
        ({"name": "Bo"}, {"id": "Bo", "name": "Bo"}),
        ({"email": "bo@acme.example"}, {"id": "bo@acme.example", "email": "bo@acme.example"}),
        ({"id": 5, "type": "captain_assistant"}, {"id": "captain_assistant:5"}),
        ({"type": "user"}, SYSTEM),
    ],
)
def test_whoever_writes_outbound_has_an_id(read, body, sender, expected):
    """Capturi knows writers by id alone, so each kind counts apart and nobody goes without one."""
    assert expected == read("sangoma", body("sangoma", "message_created.outgoing", sender=sender)).record["from"]


@pytest.mark.parametrize(
    ("name", "act", "status"),
    [
        ("conversation_created", Act.CASE, "open"),
        ("conversation_updated", Act.CASE, "open"),
        ("conversation_status_changed", Act.CLOSE, "resolved"),
        ("agentbot.conversation_resolved", Act.CLOSE, "resolved"),
    ],
)
def test_an_event_about_a_conversation_brings_its_fields(read, body, name, act, status):
    """Status and the rest of a conversation come without a message, and `resolved` ends it."""
    told = body("sangoma", name)
    event = read("sangoma", told)
    assert (act, "412", None, status) == (event.act, event.case, event.message, event.record["conversation"]["status"])
    assert event.at == event.case_updated_at == datetime.fromtimestamp(told["updated_at"], UTC)


def test_a_status_is_told_in_one_of_three_ways(read, body):
    """The conversation says its status itself, or what changed does, or the name of the event."""
    told = body("sangoma", "conversation_status_changed", status=None)
    assert "resolved" == read("sangoma", told).record["conversation"]["status"]
    named = {"event": "conversation_resolved", "id": 5}
    assert Act.CLOSE == read("sangoma", named).act
    assert "open" == read("sangoma", {**named, "event": "conversation_opened"}).record["conversation"]["status"]
    nested = {"event": "conversation_updated", "conversation": {"id": 6, "status": "pending"}}
    assert ("6", Act.CASE) == (read("sangoma", nested).case, read("sangoma", nested).act)


def test_a_label_on_an_ended_conversation_is_no_end(read, body):
    """Only what tells of the status ends a conversation, under whatever name the event comes."""
    told = body("sangoma", "conversation_updated", status="resolved")
    assert Act.CLOSE == read("sangoma", told).act
    assert Act.CASE == read("sangoma", {**told, "changed_attributes": [{"label_list": {}}]}).act


@pytest.mark.parametrize("name", ["webwidget_triggered", "contact_created", "conversation_typing_on", "new_one"])
def test_every_other_event_is_only_written_down(read, name):
    """An event that Capturi has no place for sends nothing and is no error."""
    event = read("sangoma", {"event": name, "conversation": {"id": 7}})
    assert (Act.RECORD, "7", None) == (event.act, event.case, event.message)


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"{",
        b"\xff\xff\xff",
        [],
        {},
        {"event": None},
        {"event": "message_created", "id": 1},
        {"event": "message_created", "conversation": {"id": 1}},
        {"event": "conversation_created"},
    ],
)
def test_what_nobody_can_tell_is_unreadable(read, value):
    """A body that is no JSON, no event, or of no conversation is kept with that one reason."""
    with pytest.raises(SkipError) as raised:
        read("sangoma", value)
    assert Code.UNREADABLE == raised.value.code


NAMES = (
    "event",
    "id",
    "conversation",
    "meta",
    "sender",
    "messages",
    "message_type",
    "created_at",
    "attachments",
    "inbox",
)
WORDS = ("message_created", "message_updated", "conversation_updated", "incoming", "outgoing", "https://[", "1")
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(WORDS),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.sampled_from(NAMES), below, max_size=6),
    max_leaves=25,
)
EVENT = st.fixed_dictionaries(
    {"event": st.sampled_from(WORDS[:3]), "id": ANYTHING},
    optional=dict.fromkeys(("conversation", "conversation_id", "contact", "content", *NAMES[5:]), ANYTHING)
    | {"sender": ANYTHING, "content_attributes": ANYTHING, "content_type": st.sampled_from(["cards", "text"])},
)


@given(st.binary(max_size=50) | (ANYTHING | EVENT).map(lambda value: json.dumps(value).encode()))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
def test_no_body_does_any_harm(attempt, raw):
    """Whatever comes is read, or is unreadable; nothing else ever happens, and every event has what it needs."""
    code, events = attempt("sangoma", raw)
    assert (Code.UNREADABLE if not events else None) is code
    for event in events:
        assert event.act is Act.RECORD or event.case
        assert event.act is not Act.MESSAGE or event.message


def test_a_signed_event_is_let_in_under_its_name(source):
    """A rightly signed event is let in while it is fresh, named by its delivery; unsigned or old ones are not."""
    signature = "sha256=746407e2786c2d6aab99f24b89ed3131fd7245e070b20e0ff6c1708a7b3417e2"
    headers = {"x-chatwoot-signature": signature, "x-chatwoot-timestamp": "1770110142", "x-chatwoot-delivery": "5b7f"}
    signed = source("sangoma", unsigned=False, signing_secret="demo-chatwoot-secret")
    request = Request("POST", headers, b'{"event":"message_created","id":77}')
    ticket = signed.admit(request, SIGNED_AT)
    assert ("5b7f", {"x-chatwoot-delivery": "5b7f"}) == (ticket.repeats, ticket.headers)
    with pytest.raises(OutsideToleranceError) as late:
        signed.admit(request, datetime(2026, 2, 3, 9, 30, tzinfo=UTC))
    assert "5b7f" == late.value.repeats
    with pytest.raises(NotAdmittedError):
        signed.admit(Request("POST", {}, request.body), SIGNED_AT)


def test_every_stored_event_gets_a_plain_yes(source):
    """Chatwoot looks at nothing but the status; when we are in trouble a bot's events come again after 429."""
    told = source("sangoma")
    assert (200, {}) == told.answer(Request("POST", {}, b"{}"))
    assert 429 == told.trouble_status
