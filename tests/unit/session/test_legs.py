from datetime import UTC, datetime

import pytest

from connector.session import Leg
from connector.session.legs import read_legs

ROW = {"agent_id": 5, "call_duration": 30, "started_at": "2026-03-23T10:00:00Z", "ended_at": "2026-03-23T10:00:30Z"}
PERSON = {"type": "agent", "user_id": 5, "email": "agent.one@example.com", "first_name": "Agent", "last_name": "One"}


def test_a_transferred_call_has_its_legs_in_order(parsed):
    """Each agent's talk and wrap-up is a leg with what is known of the agent, sorted by its start."""
    found = parsed("call-1418.reexport.json").legs
    assert [("5", 32.0), ("5", 0.0), ("9", 80.0), ("9", 0.0)] == [(leg.agent_id, leg.talk_seconds) for leg in found]
    assert found[2] == Leg(
        agent_id="9",
        agent_number="2042",
        agent_name="Agent Two",
        agent_email="agent.two@example.com",
        team=None,
        started_at=datetime(2026, 3, 23, 20, 15, 26, tzinfo=UTC),
        ended_at=datetime(2026, 3, 23, 20, 16, 46, tzinfo=UTC),
        talk_seconds=80.0,
    )


@pytest.mark.parametrize("name", ["call-2001.json", "call-2002.json", "call-2003.json"])
def test_nobody_human_means_no_leg(parsed, name):
    """Abandoned calls, voicemails and calls that a virtual agent had alone have no leg."""
    assert () == parsed(name).legs


def test_rows_out_of_order_are_sorted():
    """Legs come in the order of their start, those without a start last."""
    times = ["2026-03-23T12:00:00Z", None, "2026-03-23T10:00:00Z", "2026-03-23T11:00:00+02:00"]
    rows = [{"agent_id": number, "started_at": time} for number, time in enumerate(times)]
    assert ["3", "2", "0", "1"] == [leg.agent_id for leg in read_legs({"handle_durations": rows})]


def test_the_same_agent_may_have_several_legs():
    """A call that comes back to its first agent has two legs of his."""
    rows = [ROW, ROW | {"agent_id": 9, "started_at": "2026-03-23T10:01:00Z"}, ROW | {"started_at": "2026-03-23T11:00Z"}]
    found = read_legs({"handle_durations": rows, "participants": [PERSON, PERSON]})
    assert ["5", "9", "5"] == [leg.agent_id for leg in found]
    assert ["Agent One", None, "Agent One"] == [leg.agent_name for leg in found]


def test_an_agent_id_as_text_is_the_same_agent():
    """Whether an id is a number or text does not matter when people are joined to legs."""
    found = read_legs({"handle_durations": [ROW | {"agent_id": "5"}], "participants": [PERSON]})
    assert ["agent.one@example.com"] == [leg.agent_email for leg in found]


@pytest.mark.parametrize(
    "told",
    [
        {"agent_info": {"id": 5, "agent_number": 2042, "email": "a@example.com", "name": "Agent One"}},
        {
            "transfers": [
                {"from_agent": {"id": 5, "agent_number": "2042", "email": "a@example.com", "name": "Agent One"}}
            ]
        },
        {
            "transfers": [
                {"to_agent": {"id": "5", "agent_number": " 2042 ", "email": "a@example.com", "name": "Agent One"}}
            ]
        },
    ],
)
def test_the_agents_number_comes_from_where_it_is_told(told):
    """The number stands with the last handler and in transfers only, as a number or as text."""
    (leg,) = read_legs({"handle_durations": [ROW], **told})
    assert ("2042", "a@example.com", "Agent One") == (leg.agent_number, leg.agent_email, leg.agent_name)


def test_a_virtual_agent_with_the_same_id_lends_nothing():
    """Virtual agents have ids of their own: what is told of one is never told of a person."""
    record = {
        "handle_durations": [ROW],
        "agent_info": {"id": 5, "name": "front_door_va", "va_alias": None},
        "participants": [{"type": "virtual_agent", "virtual_agent_id": 5, "user_id": 5, "first_name": "Bot"}],
    }
    assert [None] == [leg.agent_name for leg in read_legs(record)]


@pytest.mark.parametrize(
    ("teams", "team"),
    [
        ([], None),
        (None, None),
        (["Sales", "Support"], "Sales"),
        ([{"id": 1, "name": "Sales"}], "Sales"),
        ("Sales", "Sales"),
    ],
)
def test_the_first_team_is_the_agents_team(teams, team):
    """The team is the first that has a name, whether the list holds names or objects."""
    found = read_legs({"handle_durations": [ROW], "participants": [PERSON | {"teams": teams}]})
    assert [team] == [leg.team for leg in found]


@pytest.mark.parametrize(
    ("row", "talk"),
    [
        ({"call_duration": 32}, 32.0),
        ({"call_duration": "32.5"}, 32.5),
        ({"chat_duration": 59}, 59.0),
        ({"call_duration": None, "chat_duration": 59}, 59.0),
        ({"call_duration": 0, "acw_duration": 8}, 0.0),
        ({}, None),
        ({"call_duration": -4}, None),
        ({"call_duration": "long"}, None),
        ({"call_duration": [1]}, None),
        ({"call_duration": True}, None),
    ],
)
def test_talk_time_is_the_legs_own(row, talk):
    """A leg's talk time is its call or chat duration; what is no duration is none."""
    assert [talk] == [leg.talk_seconds for leg in read_legs({"handle_durations": [row]})]


def test_a_leg_of_nobody_known_is_a_leg():
    """A handled stretch without an agent's id is kept, so that it is never taken for unhandled."""
    assert [(None, 30.0)] == [
        (leg.agent_id, leg.talk_seconds) for leg in read_legs({"handle_durations": [ROW | {"agent_id": None}]})
    ]


@pytest.mark.parametrize("rows", [None, {}, "x", 5, [None, 5, "x", []]])
def test_rows_of_a_wrong_type_are_no_legs(rows):
    """What is no list of objects has no legs and raises nothing."""
    assert () == read_legs({"handle_durations": rows, "participants": rows, "transfers": rows})
