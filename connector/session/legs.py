"""Tell which human agents had a session, one leg per stretch."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from connector.session.field import rows, seconds, word
from connector.session.model import Leg
from connector.session.moment import read_moment

__all__ = ["read_legs"]

_LATE = datetime.max.replace(tzinfo=UTC)


def read_legs(record: Mapping[str, Any]) -> tuple[Leg, ...]:
    """Give the human agents' legs of a session, in the order of their start; the same agent may occur twice.

    A leg is a row of `handle_durations`, wrap-up included (talk 0); virtual agents have rows of their own elsewhere.
    Who the agent was comes from `participants`, `agent_info` and `transfers`.
    """
    handled = [row for row in rows(record, "handle_durations") if not row.get("virtual_agent")]
    if not handled:
        return ()
    handlers = [word(row.get("agent_id")) for row in handled]
    people = {agent_id: _Person() for agent_id in handlers}
    for agent_id, told in _told(record):
        if agent_id and (person := people.get(agent_id)) is not None:
            person.learn(told)
    legs = [_leg(row, agent_id, people[agent_id]) for row, agent_id in zip(handled, handlers, strict=True)]
    return tuple(sorted(legs, key=lambda leg: leg.started_at or _LATE))


class _Person:
    """What the record tells about one agent; what was told first stays."""

    __slots__ = ("email", "name", "number", "team")

    def __init__(self) -> None:
        self.number: str | None = None
        self.name: str | None = None
        self.email: str | None = None
        self.team: str | None = None

    def learn(self, told: Mapping[str, Any]) -> None:
        self.number = self.number or word(told.get("agent_number"))
        self.name = self.name or _name(told)
        self.email = self.email or word(told.get("email"))
        self.team = self.team or _team(told.get("teams"))


def _told(record: Mapping[str, Any]) -> Iterator[tuple[str | None, Mapping[str, Any]]]:
    """Give every place of the record that tells about a human agent, the surest first."""
    for participant in rows(record, "participants"):
        if participant.get("type") == "agent":
            yield word(participant.get("user_id")), participant
    transfers = rows(record, "transfers")
    ends = (transfer.get(end) for transfer in transfers for end in ("from_agent", "to_agent"))
    for agent in (record.get("agent_info"), *ends):
        # A virtual agent bears a va_alias and no email; its id is of another sequence than the human agents' ids.
        if type(agent) is dict and ("email" in agent or "va_alias" not in agent):
            yield word(agent.get("id")), agent


def _leg(row: Mapping[str, Any], agent_id: str | None, person: _Person) -> Leg:
    talk = row.get("call_duration")
    return Leg(
        agent_id=agent_id,
        agent_number=person.number,
        agent_name=person.name,
        agent_email=person.email,
        team=person.team,
        started_at=read_moment(row.get("started_at")),
        ended_at=read_moment(row.get("ended_at")),
        talk_seconds=seconds(row.get("chat_duration") if talk is None else talk),
    )


def _name(told: Mapping[str, Any]) -> str | None:
    parts = (word(told.get("first_name")), word(told.get("last_name")))
    return " ".join(part for part in parts if part) or word(told.get("name"))


def _team(teams: Any) -> str | None:
    """Give the name of the first team; whether the list holds names or objects is not documented."""
    for team in teams if type(teams) is list else (teams,):
        if name := word(team.get("name") if type(team) is dict else team):
            return name
    return None
