import pytest

from connector.session import name_roles, parse

PERSON = {"type": "agent", "user_id": 5, "first_name": "Agent", "middle_name": "Middle", "last_name": "One"}
BOT = {"virtual_agent": {"id": 6, "name": "front_door_va", "va_alias": "Helper"}}


def test_agents_of_the_session_are_told_from_the_customer(parsed):
    """In a transcript that gives only names, the session's agents are agents and anybody else is the customer."""
    found = name_roles(parsed("chat-135.txt"), parsed("chat-135.json"))
    assert ["end_user", "agent"] * 3 == [entry.role for entry in found.entries]


@pytest.mark.parametrize(
    ("shown", "role"),
    [
        ("Agent", "agent"),
        ("AGENT  one", "agent"),
        ("Agent Middle One", "agent"),
        ("front_door_va", "virtual_agent"),
        ("Helper", "virtual_agent"),
        ("Agent Two", "end_user"),
    ],
)
def test_a_name_may_be_shown_in_several_ways(parsed, sample, info, shown, role):
    """First name alone, another case, a middle name and a virtual agent's alias are known."""
    session = parsed("chat-135.json", participants=[PERSON], virtual_agent_handle_durations=[BOT])
    raw = sample("chat-135.txt").replace(b"Agent One:", f"{shown}:".encode())
    found = name_roles(parse(raw, info("chat-135.txt")), session)
    assert role == found.entries[1].role


def test_roles_that_are_told_stay(parsed):
    """A transcript that names its roles keeps them."""
    transcript = parsed("chat-136.transcript.json")
    assert transcript == name_roles(transcript, parsed("chat-135.json"))


def test_a_participant_of_no_kind_is_nobody(parsed):
    """A list where the kind of a participant belongs is no kind, and the others are known."""
    session = parsed("chat-135.json", participants=[{"type": ["agent"]}, {"type": {}}, PERSON])
    found = name_roles(parsed("chat-135.txt"), session)
    assert ["end_user", "agent"] * 3 == [entry.role for entry in found.entries]
