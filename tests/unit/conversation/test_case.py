import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.conversation import build_case
from connector.enrichment import Agent
from connector.errors import RulesBrokenError, SkipError
from connector.mapping import Draft
from connector.reason import Code
from connector.session import Channel, Leg, Session, Transcript, TranscriptEntry
from connector.storage import FileInfo

BEGIN = datetime(2025, 9, 9, 20, 50, 5, tzinfo=UTC)
FILE = FileInfo("chat-135.json", 1, 0)
STAND_IN = ("Unknown", "unknown@acme.example")
RECORD = {
    "participants": [
        {"type": "end_user", "end_user_id": 19, "phone_number": None},
        {"type": "agent", "user_id": 5, "first_name": "Agent", "last_name": "One", "email": "agent.one@example.com"},
        {"type": "manager", "user_id": 8, "first_name": "Mia", "last_name": "Boss", "email": "mia@example.com"},
        {"type": "virtual_agent", "virtual_agent_id": 6},
    ],
    "virtual_agent_handle_durations": [{"virtual_agent": {"id": 6, "name": "front_door_va", "va_alias": "Robo"}}],
}
PERSONAL = ("type", "user_id", "end_user_id", "virtual_agent_id", "first_name", "last_name", "email", "name", "id")
PEOPLE = st.lists(
    st.dictionaries(
        st.sampled_from(PERSONAL),
        st.none() | st.integers(5, 8) | st.just("agent") | st.just([]) | st.just({"a": 1}) | st.just([["x"]]),
    ),
    max_size=3,
)
VALUES = {
    "caseUid": "acme-chat-135",
    "source": "ccai",
    "created": "2025-09-09T20:50:05Z",
    "updated": "2025-09-09T20:51:23Z",
    "subject": "web_3",
}


def leg(agent_id="5", name="Agent One", begin=0, end=60):
    times = BEGIN + timedelta(seconds=begin), BEGIN + timedelta(seconds=end)
    return Leg(agent_id, None, name, f"{agent_id}@example.com", None, *times, 59.0)


def session(*legs, record=RECORD):
    times = (BEGIN, BEGIN, BEGIN + timedelta(seconds=66), None)
    return Session("ccai", Channel.CHAT, "135", None, record, "finished", *times, legs or (leg(),), FILE)


def said(position, role, text="Hello", name=None):
    return TranscriptEntry(position, BEGIN + timedelta(seconds=position), role, name, "text", text)


def transcript(*entries, form="json", notes=()):
    return Transcript(Channel.CHAT, "135", form, None, entries, FILE, notes)


def draft(refusals=None, **changes):
    values = {name: value for name, value in (VALUES | changes).items() if value is not None}
    return Draft(values, {}, refusals or {})


def case_of(*entries, drafted=None, having=None, **options):
    return build_case(drafted or draft(), having or session(), transcript(*entries), stand_in=STAND_IN, **options)


def test_a_chat_becomes_a_case():
    """Every message goes with its position as id, its direction, and people on both ends."""
    body = case_of(
        said(1, "system", "joined"),
        said(2, "virtual_agent", "How can I help?", "front_door_va"),
        said(3, "end_user", "Min pakke er ikke kommet æøå"),
        said(5, "agent", "<b>Let me check.</b>", "agent  one"),
        drafted=draft(tags=["a", "a", ""], **{"customFields.lang": "da"}),
    ).to_wire()
    customer = {"name": "Unknown", "email": "unknown@acme.example", "id": "19"}
    robot = {"name": "front_door_va", "email": "unknown@acme.example", "id": "va:6"}
    agent = {"name": "agent  one", "email": "5@example.com", "id": "5"}
    common = {"type": "chat", "subject": "web_3"}

    assert VALUES | {"tags": ["a"], "customFields": [{"name": "lang", "value": "da"}]} == {
        name: value for name, value in body.items() if name != "messages"
    }
    assert [
        common
        | {"messageUid": "acme-chat-135-2", "created": "2025-09-09T20:50:07Z", "direction": "Outbound"}
        | {"from": robot, "to": [customer], "text": "How can I help?"},
        common
        | {"messageUid": "acme-chat-135-3", "created": "2025-09-09T20:50:08Z", "direction": "Inbound"}
        | {"from": customer, "to": [robot], "text": "Min pakke er ikke kommet æøå"},
        common
        | {"messageUid": "acme-chat-135-5", "created": "2025-09-09T20:50:10Z", "direction": "Outbound"}
        | {"from": agent, "to": [customer], "text": "<b>Let me check.</b>"},
    ] == body["messages"]


def test_an_id_stays_when_the_transcript_grows():
    """A message keeps its id in every later, longer transcript of the chat."""
    short = case_of(said(2, "end_user"))
    grown = case_of(said(2, "end_user"), said(9, "agent", name="Agent One"))

    assert short.messages[0].message_uid == grown.messages[0].message_uid
    assert "acme-chat-135-9" == grown.messages[1].message_uid


def test_names_decide_in_a_transcript_without_roles():
    """In plain text a name that the session knows is an agent's or a bot's, any other the customer's."""
    case = case_of(said(1, "", name="Customer"), said(2, "", name="Agent One"), said(3, "", name="Robo"))

    assert ["Inbound", "Outbound", "Outbound"] == [one.direction for one in case.messages]
    assert [None, "5", "va:6"] == [one.sender.id if one.direction == "Outbound" else None for one in case.messages]
    assert "Customer" == case.messages[0].sender.name


def test_the_first_message_goes_to_whoever_answers_it():
    """A customer who writes before anybody wrote to him writes to the one who will."""
    case = case_of(said(1, "end_user"), said(2, "agent", name="Agent One"))

    assert "5" == case.messages[0].to[0].id


def test_without_an_answer_a_message_goes_to_the_agent_of_the_session():
    """Nobody answered: the session's agent is the recipient, and where there was none, the stand-in."""
    assert "5" == case_of(said(1, "end_user")).messages[0].to[0].id
    alone = session(record={})
    nobody = Session(*[getattr(alone, name) if name != "legs" else () for name in Session.__slots__])

    assert "Unknown" == case_of(said(1, "end_user"), having=nobody).messages[0].to[0].name


def test_who_else_can_write_has_an_id_too():
    """Managers are known by their participant; whoever is not known gets an id of role and name, and a note."""
    case = case_of(said(1, "manager", name="Mia Boss"), said(2, "external_agent", name="Xen"), said(3, "manager"))

    assert ["8", "external_agent:Xen", "manager:Unknown"] == [one.sender.id for one in case.messages]
    assert "mia@example.com" == case.messages[0].sender.email
    assert ("the name of an agent in the transcript fits no agent of the session",) == case.notes


def test_the_only_agent_is_known_by_any_name():
    """Where one agent had the chat, a nickname in the transcript is his."""
    only = session(record={})

    assert "5" == case_of(said(1, "agent", name="Sunny"), having=only).messages[0].sender.id


def test_two_agents_of_one_name_are_told_apart_by_time():
    """Of two agents who share a name the one who had the chat at that moment wrote."""
    both = session(leg("5", "Kim", 0, 10), leg("9", "Kim", 20, 60), record={})
    case = case_of(
        said(5, "agent", name="Kim"), said(25, "agent", name="Kim"), said(15, "agent", name="kim"), having=both
    )

    assert ["5", "9", "5"] == [one.sender.id for one in case.messages]
    assert "share a name" in case.notes[0]


def test_a_bot_without_a_known_id_goes_by_its_name():
    """A virtual agent always has an id that begins with va."""
    bare = session(record={})

    assert (
        "va:front_door_va" == case_of(said(1, "virtual_agent", name="front_door_va"), having=bare).messages[0].sender.id
    )
    assert "va:6" == case_of(said(1, "task_virtual_agent", name="other")).messages[0].sender.id


def test_the_customers_own_list_of_agents_wins():
    """Name and e-mail that the agents file has replace what the chat's record says."""
    listed = Agent(id="5", name="Agent The First", email="first@acme.example")
    sender = case_of(said(1, "agent", name="Agent One"), agents=[listed]).messages[0].sender

    assert ("5", "Agent The First", "first@acme.example") == (sender.id, sender.name, sender.email)


@pytest.mark.parametrize("entries", [(), (said(1, "system", "joined"),), (said(1, "end_user", " \n "),)])
def test_a_transcript_in_which_nobody_wrote_is_missing(entries):
    """Without a single message there is no case."""
    with pytest.raises(SkipError) as caught:
        case_of(*entries)

    assert Code.TRANSCRIPT_MISSING == caught.value.code


def test_unknown_roles_are_left_out_and_noted():
    """What a later version of the platform may add is left out; the notes of the transcript are kept."""
    entries = (said(1, "end_user"), said(2, "oracle"))
    case = build_case(draft(), session(), transcript(*entries, notes=("old",)), stand_in=STAND_IN)

    assert 1 == len(case.messages)
    assert ("old", "entries of 1 unknown roles were left out") == case.notes


def test_all_broken_rules_come_at_once():
    """One refusal names every field of case and messages that has to be mended, without a value."""
    fields = {f"customFields.name{n}": "x" for n in range(11)}
    bad = draft({"source": "no_value"}, source=None, subject=None, created="2025-09-09", tags=["a", 7], **fields)
    with pytest.raises(RulesBrokenError) as caught:
        build_case(bad, session(), transcript(said(1, "end_user")), stand_in=("", "unknown@acme.example"))

    found = dict(caught.value.rules)
    assert Code.FIELD_MISSING == caught.value.code
    assert {"source", "subject", "created", "tags[1]", "customFields", "messages[0].from.name"} == found.keys()
    assert "is blank" == found["messages[0].from.name"]


def test_names_of_custom_fields_are_letters_and_digits():
    """Capturi takes no other names; values are text, and empty ones are not sent."""
    with pytest.raises(RulesBrokenError, match=r"customFields\[0\]\.name has a name other than letters and digits"):
        case_of(said(1, "end_user"), drafted=draft(**{"customFields.my-field": "x"}))
    with pytest.raises(RulesBrokenError, match=r"customFields\[0\]\.value is not text"):
        case_of(said(1, "end_user"), drafted=draft(**{"customFields.number": 5}))

    assert "customFields" not in case_of(said(1, "end_user"), drafted=draft(**{"customFields.none": ""})).to_wire()


@given(PEOPLE, PEOPLE, st.sampled_from(["agent", "virtual_agent", "end_user", ""]))
def test_whatever_is_told_of_people_a_chat_is_a_case_or_refused(people, bots, role):
    """A list or an object where a word belongs is no word, and stops nothing but that one session."""
    record = {"participants": people, "virtual_agent_handle_durations": [{"virtual_agent": bot} for bot in bots]}
    record |= {
        "transfers": [{"from_virtual_agent": bot, "to_virtual_agent": bot["type"]} for bot in bots if "type" in bot]
    }
    with contextlib.suppress(SkipError):
        case = case_of(said(1, role), said(2, "end_user"), having=session(record=record))
        assert "acme-chat-135" == case.case_uid
