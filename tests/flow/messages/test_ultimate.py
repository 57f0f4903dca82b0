"""Both halves of a conversation with an AI agent reach the rehearsal Capturi as one case, or rest with a reason."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

FIXTURES = Path(__file__).parents[2] / "fixtures" / "ultimate"
BOT = "64aa00bb11cc22dd33ee44ff"
UID = f"ultimate:acme:{BOT}:c-7f31"
LISTED = f"bots: [{BOT}]"
OURS = {"name": "Support", "email": "support@acme.example", "id": BOT}
VISITOR = {"name": "Unknown", "email": "unknown@example.invalid"}
IDA = {**VISITOR, "name": "Ida Holm"}


def recorded(name):
    return (FIXTURES / f"{name}.json").read_bytes()


def changed(name, **parts):
    return {**json.loads(recorded(name)), **parts}


CONVERSATION = {
    "api-start-session": None,
    "api-visitor-message": ("Inbound", "Where is my parcel?"),
    "hook-send-message-text": ("Outbound", "Do you have the order number?\n[Yes] [No]"),
    "api-button-click": ("Inbound", "Yes"),
    "hook-action": None,
    "api-metadata": None,
    "hook-send-message-carousel": (
        "Outbound",
        "Home delivery: Tomorrow before noon [Choose]\nParcel shop: Ready in two days [Choose]",
    ),
    "api-carousel-click": ("Inbound", "Choose"),
    "hook-send-message-minimal": ("Outbound", "One moment, please."),
    "hook-is-team-online": None,
    "hook-escalate": None,
    "hook-widget-message": ("Inbound", "Hello, is anybody there?"),
}


async def tell(desk, names):
    """Have these come one after the other, a second apart."""
    for name in names:
        desk.clock.ahead += timedelta(seconds=1)
        await desk.accept(recorded(name))


async def test_both_halves_are_one_case(make_desk, capturi):
    """What the AI agent and the visitor wrote stands in one case, in order; the hand-over and the end show on it."""
    async with capturi() as address:
        desk = make_desk("ultimate", address, more=LISTED)
        await tell(desk, CONVERSATION)
        await desk.forward()
        cases = await desk.cases()
        assert [UID] == list(cases)
        assert ("escalated", ["Escalated"], "team-billing") == tuple(cases[UID][n] for n in ("status", "tags", "inbox"))
        await tell(desk, ["api-end-session"])
        await desk.forward()
        case = (await desk.cases())[UID]
    told = [one for one in CONVERSATION.values() if one]
    assert told == [(one["direction"], one["text"]) for one in case["messages"]]
    ends = {one["direction"]: (one["from"], one["to"][0]) for one in case["messages"]}
    assert {"Inbound": (IDA, OURS), "Outbound": (OURS, IDA)} == ends
    assert ("closed", ["Escalated"], "Zendesk AI agent") == (case["status"], case["tags"], case["source"])
    times = [one["created"] for one in case["messages"]]
    assert times == sorted(times)
    assert case["created"] == times[0]


@pytest.mark.parametrize("end", ["api-end-session", "hook-widget-end-session"])
async def test_another_session_is_another_case(make_desk, capturi, end):
    """A message after the end begins a new conversation under the same id."""
    async with capturi() as address:
        desk = make_desk("ultimate", address, more=LISTED)
        await tell(desk, ["api-visitor-message", end, "hook-send-message-minimal", "api-button-click"])
        await desk.forward()
        cases = await desk.cases()
    counts = {uid: (case.get("status"), len(case["messages"])) for uid, case in cases.items()}
    assert {UID: ("closed", 1), f"{UID}-2": (None, 2)} == counts


async def test_silence_ends_a_session(make_desk, capturi):
    """After as much silence as the intake says the case is closed, and what comes then is another one."""
    async with capturi() as address:
        desk = make_desk("ultimate", address, more=f"{LISTED}\n  idle: 30m")
        await tell(desk, ["api-visitor-message"])
        await desk.forward()
        desk.clock.ahead += timedelta(minutes=31)
        await tell(desk, ["hook-send-message-minimal"])
        await desk.forward()
        cases = await desk.cases()
    assert {UID: "closed", f"{UID}-2": None} == {uid: case.get("status") for uid, case in cases.items()}


async def test_a_ticket_and_a_known_visitor(make_desk, capturi):
    """The ticket webhook is a case of its own; a visitor whose parameters come with his words has his name."""
    parameters = [{"key": "customerName", "value": "Ida Holm"}, {"key": "email", "value": "ida@example.org"}]
    async with capturi() as address:
        desk = make_desk("ultimate", address, more=LISTED)
        await desk.accept(recorded("hook-ticket"), changed("api-visitor-message", metaData=parameters))
        await desk.forward()
        cases = await desk.cases()
    (ticket,) = cases[f"ultimate:acme:{BOT}:t-4711"]["messages"]
    assert ("Outbound", ["https://files.example.com/guide.pdf"]) == (ticket["direction"], ticket["attachments"])
    (message,) = cases[UID]["messages"]
    assert {"name": "Ida Holm", "email": "ida@example.org"} == message["from"]


async def test_a_session_knows_its_visitor(make_desk, capturi):
    """What a session was told of its visitor holds for its messages until its end, whatever was told last."""
    mail = [{"key": "email", "value": "ida@example.org"}]
    async with capturi() as address:
        desk = make_desk("ultimate", address, more=LISTED)
        await tell(desk, ["api-start-session", "api-visitor-message"])
        await desk.accept(changed("api-metadata", metaData=mail))
        await tell(desk, ["hook-send-message-text", "api-end-session", "api-button-click"])
        await desk.forward()
        cases = await desk.cases()
    first, second = cases[UID]["messages"]
    assert IDA == first["from"]
    assert [{"name": "Ida Holm", "email": "ida@example.org"}] == second["to"]
    (other,) = cases[f"{UID}-2"]["messages"]
    assert VISITOR == other["from"]


async def test_a_visitors_address_is_nobody_elses(make_desk, capturi):
    """Where a session tells the visitor's e-mail, neither the AI agent nor a human agent is given it."""
    mail = [{"key": "email", "value": "ida@example.org"}]
    async with capturi() as address:
        desk = make_desk("ultimate", address, more=LISTED)
        await desk.accept(changed("api-start-session", metaData=mail))
        await tell(desk, ["api-visitor-message", "hook-send-message-text"])
        await desk.accept(changed("api-visitor-message", text="Hi, I am Bo", agent="Bo Lind"))
        await desk.forward()
        (case,) = (await desk.cases()).values()
    ends = [(one["from"], one["to"][0])[:: 1 if one["direction"] == "Inbound" else -1] for one in case["messages"]]
    assert ["ida@example.org"] * 3 == [visitor["email"] for visitor, _ in ends]
    assert [OURS, OURS, {"name": "Bo Lind", "email": OURS["email"], "id": "Bo Lind"}] == [ours for _, ours in ends]


@pytest.mark.parametrize(
    ("body", "state"),
    [
        (changed("hook-send-message-text", botId="another"), "filtered"),
        (changed("hook-ticket", botId=None), "filtered"),
        (changed("api-visitor-message", text=" "), "field_missing"),
        (b"", "unreadable"),
        (recorded("reply-is-team-online"), "unreadable"),
    ],
)
async def test_what_cannot_go_rests_with_its_reason(make_desk, capturi, body, state):
    """What is of no listed AI agent, says nothing or cannot be read never reaches Capturi, and says why."""
    async with capturi() as address:
        desk = make_desk("ultimate", address, more=LISTED)
        await desk.accept(body)
        await desk.forward()
        assert {} == await desk.cases()
    assert [state] == list(desk.states().values())
