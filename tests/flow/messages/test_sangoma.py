"""Every recorded event of Sangoma CX reaches the rehearsal Capturi as it should, or rests with its reason."""

import json
from pathlib import Path

import pytest

FIXTURES = Path(__file__).parents[2] / "fixtures" / "sangoma"
UID = "sangoma:acme:412"
IDA = {"name": "Ida Holm", "email": "ida@example.org", "id": "301"}
BO = {"name": "Bo Lind", "email": "bo@acme.example", "id": "12"}
CHAT = {"name": "Web chat", "email": "support@acme.example", "id": "9"}
BOT = {"name": "My first bot", "email": "support@acme.example", "id": "bot:3"}
SYSTEM = {"name": "System", "email": "support@acme.example", "id": "system"}


def recorded(name):
    return (FIXTURES / f"{name}.json").read_bytes()


def changed(name, **parts):
    return {**json.loads(recorded(name)), **parts}


MESSAGES = {
    "old-shape": ("76", "Inbound", IDA, CHAT, "Hello"),
    "incoming": ("77", "Inbound", IDA, CHAT, "Hi, my bill is wrong"),
    "template": ("80", "Outbound", SYSTEM, IDA, "We reply within 5 minutes."),
    "bot": ("79", "Outbound", BOT, IDA, "What is your customer number?"),
    "outgoing": ("78", "Outbound", BO, IDA, "Hello Ida, let me look at it."),
    "integer-type": ("83", "Inbound", IDA, CHAT, "Thank you"),
    "attachment": ("84", "Inbound", IDA, CHAT, "[image: 501.png]"),
    "null-sender": ("81", "Outbound", SYSTEM, IDA, "Your case was closed automatically."),
}


async def test_a_whole_conversation_is_one_case(make_desk, capturi):
    """Begin, every kind of message, an edit and the end make one case with all of them, each once."""
    async with capturi() as address:
        desk = make_desk("sangoma", address)
        await desk.accept(recorded("conversation_created"))
        await desk.accept(*[recorded(f"message_created.{name}") for name in MESSAGES])
        await desk.accept(recorded("message_created.private-note"), recorded("message_updated"))
        await desk.accept(recorded("conversation_updated"), recorded("conversation_status_changed"))
        summary = await desk.forward()
        cases = await desk.cases()
    assert [UID] == list(cases)
    case = cases[UID]
    expected = {uid: (uid, *rest) for uid, *rest in MESSAGES.values()}
    expected["78"] = ("78", "Outbound", BO, IDA, "Hello Ida, let me look at it now.")
    found = {
        one["messageUid"]: (one["messageUid"], one["direction"], one["from"], one["to"][0], one["text"])
        for one in case["messages"]
    }
    assert expected == found
    assert len(found) == len(case["messages"])
    assert ("resolved", "Web chat", "Sangoma CX") == (case["status"], case["inbox"], case["source"])
    assert "2026-02-03T09:15:00Z" == case["created"]
    assert {"filtered"} == {state for name, state in desk.states().items() if name.endswith("/82")}
    assert 0 == summary.as_dict()["refused"]


@pytest.mark.parametrize("order", ["first", "late"])
async def test_a_conversation_begins_when_it_was_told_to_begin(make_desk, capturi, order):
    """A message that tells little of its conversation takes its begin not away, be that told before it or late."""
    little = {"id": 412, "status": "open"}
    begun = recorded("conversation_created")
    written = changed("message_created.incoming", conversation=little)
    again = changed("message_created.outgoing", conversation=little)
    async with capturi() as address:
        desk = make_desk("sangoma", address)
        await desk.accept(*((begun, written) if order == "first" else (written, begun)), again)
        await desk.forward()
        case = (await desk.cases())[UID]
    assert "2026-02-03T09:15:00Z" == case["created"]
    assert 2 == len(case["messages"])


@pytest.mark.parametrize("end", ["conversation_status_changed", "agentbot.conversation_resolved"])
async def test_a_conversation_that_goes_on_after_its_end_is_the_same_case(make_desk, capturi, end):
    """A conversation that is opened again keeps its case, and is open."""
    async with capturi() as address:
        desk = make_desk("sangoma", address)
        await desk.accept(recorded("message_created.incoming"), recorded(end))
        await desk.forward()
        assert "resolved" == (await desk.cases())[UID]["status"]
        later = changed("message_created.outgoing", created_at="2026-02-03T11:00:00Z")
        await desk.accept(later)
        await desk.forward()
        cases = await desk.cases()
    assert [UID] == list(cases)
    assert ("open", 2) == (cases[UID]["status"], len(cases[UID]["messages"]))


async def test_a_late_message_does_not_open_a_case_again(make_desk, capturi):
    """What was written before the end and comes after it joins the case and leaves it resolved."""
    async with capturi() as address:
        desk = make_desk("sangoma", address)
        await desk.accept(recorded("message_created.incoming"), recorded("conversation_status_changed"))
        await desk.forward()
        await desk.accept(recorded("message_created.null-sender"))
        await desk.forward()
        case = (await desk.cases())[UID]
    assert ("resolved", 2) == (case["status"], len(case["messages"]))
    assert "2026-02-03T10:15:43.200Z" == case["updated"]


async def test_a_case_ends_as_often_as_its_conversation(make_desk, capturi):
    """Opened again and resolved again without a word in between, a case is open and resolved again."""
    moment = json.loads(recorded("conversation_status_changed"))["updated_at"]
    async with capturi() as address:
        desk = make_desk("sangoma", address)
        await desk.accept(recorded("message_created.incoming"), recorded("conversation_status_changed"))
        await desk.accept(changed("conversation_updated", updated_at=moment + 60))
        await desk.forward()
        assert "open" == (await desk.cases())[UID]["status"]
        await desk.accept(changed("conversation_status_changed", updated_at=moment + 120))
        labelled = changed("conversation_updated", updated_at=moment + 180, status="resolved", labels=["paid"])
        await desk.accept({**labelled, "changed_attributes": []})
        await desk.forward()
        case = (await desk.cases())[UID]
    assert ("resolved", ["paid"], 1) == (case["status"], case["tags"], len(case["messages"]))


async def test_notes_go_where_the_intake_says_so(make_desk, capturi):
    """With `notes: send` an internal note is a message of its agent."""
    async with capturi() as address:
        desk = make_desk("sangoma", address, more="notes: send")
        await desk.accept(recorded("message_created.private-note"))
        await desk.forward()
        (message,) = (await desk.cases())[UID]["messages"]
    assert ("82", BO, "Outbound") == (message["messageUid"], message["from"], message["direction"])


@pytest.mark.parametrize(
    ("body", "state"),
    [
        (changed("message_created.incoming", message_type=2), "filtered"),
        (changed("message_created.incoming", message_type="sideways"), "field_invalid"),
        (changed("message_created.incoming", content=None), "field_missing"),
        (b"{", "unreadable"),
        (recorded("api-create-webhook"), "unreadable"),
    ],
)
async def test_what_cannot_go_rests_with_its_reason(make_desk, capturi, body, state):
    """A message that is none, says nothing, goes nowhere or cannot be read never reaches Capturi, and says why."""
    async with capturi() as address:
        desk = make_desk("sangoma", address)
        await desk.accept(body)
        await desk.forward()
        assert {} == await desk.cases()
    assert [state] == list(desk.states().values())


async def test_what_is_no_message_is_only_noted(make_desk, capturi):
    """Typing, contacts and deletions send nothing and are no error."""
    async with capturi() as address:
        desk = make_desk("sangoma", address)
        await desk.accept(
            {"event": "conversation_typing_on", "conversation": {"id": 412}},
            {"event": "contact_created", "id": 301},
            changed("message_updated", content_attributes={"deleted": True}),
        )
        summary = await desk.forward()
        assert {} == await desk.cases()
    assert ({}, 0) == (desk.states(), summary.as_dict()["refused"])
