"""Text conversations are edited, end, fall silent and begin anew."""

import json
from datetime import timedelta
from pathlib import Path

SANGOMA = Path(__file__).parents[2] / "fixtures" / "sangoma"
BOT = "64aa00bb11cc22dd33ee44ff"


def sangoma(name, **changes):
    return json.loads((SANGOMA / f"{name}.json").read_text(encoding="utf-8")) | changes


def said(text, conversation="c-7f31"):
    """Give what the application sends to the Chat API for a visitor."""
    return {"platformConversationId": conversation, "eventType": "message", "text": text, "botId": BOT}


def ended(conversation="c-7f31"):
    return {"platformConversationId": conversation, "eventType": "endSession", "botId": BOT}


async def test_an_edited_message_goes_under_its_own_id(make_desk, capturi):
    """`message_updated` carries the same id and the new text; identical ones change nothing."""
    async with capturi() as address:
        desk = make_desk("sangoma", address)
        created = sangoma("message_created.incoming")
        await desk.accept(created)
        await desk.forward()
        await desk.accept({**created, "event": "message_updated", "content": "Hi, my bill is right"})
        await desk.forward()
        (case,) = (await desk.cases()).values()

    assert ["Hi, my bill is right"] == [one["text"] for one in case["messages"]]
    assert {"delivered"} == set(desk.states().values())


async def test_a_message_as_it_was_first_written_undoes_no_edit(make_desk, capturi):
    """`message_created` that comes behind its own `message_updated`, or again after it, rolls no text back."""
    async with capturi() as address:
        desk = make_desk("sangoma", address)
        created = sangoma("message_created.incoming")
        edited = {**created, "event": "message_updated", "content": "Hi, my bill is right"}
        newer = created["conversation"] | {"status": "pending", "updated_at": 1_770_120_000.5}
        await desk.accept(edited, created, {**created, "conversation": newer})
        await desk.forward()
        (case,) = (await desk.cases()).values()

    assert ["Hi, my bill is right"] == [one["text"] for one in case["messages"]]
    assert "pending" == case["status"]
    assert 2 == desk.steps("412/77").count("edit.noted")


async def test_a_status_of_the_conversation_changes_the_case(make_desk, capturi):
    """What is told of the conversation alone becomes a change of its case, once there is one."""
    async with capturi() as address:
        desk = make_desk("sangoma", address)
        await desk.accept(sangoma("conversation_created"), sangoma("message_created.incoming"))
        await desk.forward()
        await desk.accept(sangoma("conversation_status_changed"))
        await desk.forward()
        (case,) = (await desk.cases()).values()
        writes = [one.split()[0] for one in await desk.requests()]

    assert ["PUT", "PATCH"] == writes
    assert "resolved" == case["status"]


async def test_silence_ends_a_conversation(make_desk, capturi):
    """A conversation without an end is closed after the intake's `idle`; what is written then begins the next case."""
    async with capturi() as address:
        desk = make_desk("ultimate", address, more="idle: 1h")
        await desk.accept(said("Where is my parcel?"))
        await desk.forward()
        desk.clock.ahead += timedelta(hours=2)
        await desk.forward()
        (case,) = (await desk.cases()).values()
        await desk.accept(said("Me again"))
        await desk.forward()
        cases = await desk.cases()

    assert "closed" == case["status"]
    assert [f"ultimate:acme:{BOT}:c-7f31", f"ultimate:acme:{BOT}:c-7f31-2"] == sorted(cases)
    assert "status" not in cases[f"ultimate:acme:{BOT}:c-7f31-2"]


async def test_silence_counts_where_all_is_forwarded_at_once(make_desk, capturi):
    """The times of acceptance tell where one conversation ends, however late they are forwarded."""
    async with capturi() as address:
        desk = make_desk("ultimate", address, more="idle: 1h")
        now = desk.clock.now()
        await desk.accept(said("One"), at=now - timedelta(hours=5))
        await desk.accept(said("Two"), at=now - timedelta(hours=2))
        await desk.forward()
        cases = await desk.cases()

    assert [1, 1] == [len(one["messages"]) for one in cases.values()]


async def test_a_conversation_that_ended_begins_anew_under_its_id(make_desk, capturi):
    """An AI agent's session that ended is closed; the next message opens the next case."""
    async with capturi() as address:
        desk = make_desk("ultimate", address)
        await desk.accept(said("One"), ended(), said("Two"), said("Three"))
        await desk.forward()
        cases = await desk.cases()

    assert [["One"], ["Two", "Three"]] == [[one["text"] for one in case["messages"]] for case in cases.values()]
    assert ["closed", None] == [case.get("status") for case in cases.values()]


async def test_an_escalation_stays_when_messages_follow(make_desk, capturi):
    """What a message does not tell of its case stays as it was told before."""
    async with capturi() as address:
        desk = make_desk("ultimate", address)
        hand_over = {"botId": BOT, "data": {"eventType": "escalate", "platformConversationId": "c-7f31"}}
        await desk.accept(said("One"), hand_over, said("Two"))
        await desk.forward()
        (case,) = (await desk.cases()).values()

    assert ("escalated", ["Escalated"]) == (case["status"], case["tags"])
