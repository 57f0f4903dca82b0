"""What the agents' browsers tell becomes the case of a chat, live, or facts about a call."""

from datetime import timedelta

LIVE = "chats: live"


def chat(kind, text="", browser="", **data):
    told = {"chat_id": 135, "session_type": "messaging inbound (web chat)", "agent_id": 5, "queue_path": "web_3"}
    told |= {"agent_email": "agent.one@example.com", **({"message": text} if text else {}), **data}
    named = {"browser": browser[0], "sequence": int(browser[1:])} if browser else {}
    return {"type": kind, "data": told, **named}


def inbound(text, **options):
    return chat("Chat_Inbound_Message", text, **options)


def outbound(text, **options):
    return chat("Chat_Outbound_Message", text, **options)


async def test_a_chat_is_written_live(make_desk, capturi):
    """Messages of both sides build the case as they come, and the end closes it."""
    async with capturi() as address:
        desk = make_desk("ccai-events", address, top=LIVE)
        await desk.accept(chat("New_Chat"), inbound("Where is my order?"), outbound("Let me look"), chat("End_Chat"))
        await desk.forward()
        cases = await desk.cases()

    case = cases["acme-chat-135"]
    assert [("Inbound", "Where is my order?"), ("Outbound", "Let me look")] == [
        (one["direction"], one["text"]) for one in case["messages"]
    ]
    assert "closed" == case["status"]
    assert "5" == case["messages"][1]["from"]["id"]


async def test_a_queue_that_is_not_told_again_stays_the_cases_subject(make_desk, capturi):
    """Where a later message or the end names no queue, as the platform allows, the case keeps the one told before."""
    async with capturi() as address:
        desk = make_desk("ccai-events", address, top=LIVE)
        await desk.accept(outbound("Hello", queue_path=None), inbound("Where is my order?"))
        await desk.accept(outbound("Let me look", queue_path=None), chat("End_Chat", queue_path=None))
        await desk.accept(outbound("Hello", queue_path=None, chat_id=9), chat("End_Chat", queue_path=None, chat_id=9))
        await desk.forward()
        cases = await desk.cases()

    told = [(cases[name]["subject"], cases[name].get("inbox"), cases[name]["status"]) for name in sorted(cases)]
    assert [("web_3", "web_3", "closed"), ("Chat", None, "closed")] == told


async def test_what_several_browsers_tell_is_one_message(make_desk, capturi):
    """What two browsers saw, or one posted again, arrives once; what was written again arrives again."""
    async with capturi() as address:
        desk = make_desk("ccai-events", address, top=LIVE)
        now = desk.clock.now()
        for seconds, browser in ((0, "a1"), (1, "b1"), (5, "a2"), (6, "b2"), (90, "a2"), (300, "b3")):
            await desk.accept(inbound("ok", browser=browser, agent_id=5), at=now - timedelta(seconds=600 - seconds))
        await desk.forward()
        (case,) = (await desk.cases()).values()

    assert ["ok", "ok", "ok"] == [one["text"] for one in case["messages"]]
    assert 3 == len({one["messageUid"] for one in case["messages"]})


async def test_without_the_word_live_chats_are_taken_down_only(make_desk, capturi):
    """By default the job writes the cases of chats from transcripts: one case has one writer."""
    async with capturi() as address:
        desk = make_desk("ccai-events", address)
        await desk.accept(inbound("Where is my order?"), chat("End_Chat"))
        await desk.forward()
        cases = await desk.cases()

    assert {} == cases
    assert [("record",), ("record",)] == desk.ask("SELECT act FROM case_event WHERE NOT open ORDER BY id")


async def test_facts_about_a_call_are_kept_once(make_desk, capturi):
    """Events of a call are facts of its timeline, without names; several browsers tell one fact."""
    async with capturi() as address:
        desk = make_desk("ccai-events", address)
        redaction = {"type": "Call_Redaction_Started", "data": {"agent_id": 9, "call_id": 1418}}
        await desk.accept(redaction, redaction | {"browser": "b"})
        await desk.accept(
            {"type": "End_Call", "data": {"call_id": 1418, "agent_email": "x@example.com", "agent_id": 9}}
        )
        await desk.forward()

    assert [("redaction_started", '{"agent_id":9}'), ("end_call", '{"agent_id":9}')] == desk.ask(
        "SELECT type, facts FROM call_event WHERE session_id = '1418' ORDER BY at"
    )
