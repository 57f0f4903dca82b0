"""Tell who is behind a name in a transcript: an agent, a virtual agent or the customer."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connector.enrichment.model import Agent
from connector.session.field import rows, word
from connector.session.model import Session, TranscriptEntry

__all__ = ["CUSTOMER", "STAFF", "People", "Person"]

CUSTOMER = "end_user"
VIRTUAL = frozenset({"virtual_agent", "task_virtual_agent"})
HUMAN = frozenset({"agent", "manager", "external_agent"})
STAFF = VIRTUAL | HUMAN

Person = dict[str, str | None]
"""Name, email and id of somebody, by Capturi's keys."""


@dataclass(slots=True)
class _Known:
    """One person or bot of a session, by all that its record tells of it."""

    id: str
    names: dict[str, None] = field(default_factory=dict)
    email: str | None = None
    stretches: list[tuple[datetime | None, datetime | None]] = field(default_factory=list)

    def learn(self, email: str | None, names: Iterable[str | None]) -> None:
        self.email = self.email or email
        self.names |= dict.fromkeys(name for name in names if name)

    def was_there(self, at: datetime) -> bool:
        return any((begin is None or begin <= at) and (end is None or at <= end) for begin, end in self.stretches)


class People:
    """Everybody who can have written in one session."""

    def __init__(self, session: Session, stand_in: tuple[str, str], agents: Iterable[Agent] = ()) -> None:
        self.notes: dict[str, None] = {}
        self._stand_in_name, self._stand_in_email = stand_in
        self._listed = {agent.id: agent for agent in agents if agent.id}
        self._humans = _humans(session)
        self._virtual = _virtual(session.record)
        self._customer = next((row for row in rows(session.record, "participants") if row.get("type") == CUSTOMER), {})

    def customer(self, name: str | None = None) -> Person:
        """Give the customer; the platform tells neither name nor e-mail of most."""
        told = name or _name(self._customer) or self._stand_in_name
        email = word(self._customer.get("email")) or self._stand_in_email
        return {"name": told, "email": email, "id": word(self._customer.get("end_user_id"))}

    def writer(self, entry: TranscriptEntry) -> Person:
        """Give who wrote this entry on the side of the contact centre, always with an id."""
        if entry.role in VIRTUAL:
            return self._bot(entry.name)
        person = self._human(entry)
        if person is None:
            self.notes["the name of an agent in the transcript fits no agent of the session"] = None
            name = entry.name or self._stand_in_name
            return {"name": name, "email": self._stand_in_email, "id": f"{entry.role}:{name}"}
        return self._contact(person, entry.name)

    def agent(self) -> Person | None:
        """Give the first human agent of the session, None where it had none."""
        return next((self._contact(person, None) for person in self._humans.values()), None)

    def _contact(self, person: _Known, shown: str | None) -> Person:
        listed = self._listed.get(person.id, Agent())
        name = listed.name or shown or next(iter(person.names), self._stand_in_name)
        return {"name": name, "email": listed.email or person.email or self._stand_in_email, "id": person.id}

    def _human(self, entry: TranscriptEntry) -> _Known | None:
        found = _named(entry.name, self._humans)
        if len(found) > 1:
            there = [person for person in found if person.was_there(entry.at)]
            if len(there) != 1:
                self.notes["several agents of the session share a name; the first of them was taken"] = None
            found = there or found
        if not found and entry.role == "agent" and len(self._humans) == 1:
            found = list(self._humans.values())
        return found[0] if found else None

    def _bot(self, name: str | None) -> Person:
        found = _named(name, self._virtual)
        if not found and len(self._virtual) == 1:
            found = list(self._virtual.values())
        shown = name or next((known for person in found for known in person.names), self._stand_in_name)
        return {"name": shown, "email": self._stand_in_email, "id": f"va:{found[0].id if found else shown}"}


def _named(name: str | None, people: Mapping[str, _Known]) -> list[_Known]:
    wanted = _folded(name or "")
    return [person for person in people.values() if wanted and wanted in {_folded(known) for known in person.names}]


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def _humans(session: Session) -> dict[str, _Known]:
    people: dict[str, _Known] = {}
    for leg in session.legs:
        if leg.agent_id:
            person = people.setdefault(leg.agent_id, _Known(leg.agent_id))
            person.learn(leg.agent_email, [leg.agent_name])
            person.stretches.append((leg.started_at, leg.ended_at))
    for row in rows(session.record, "participants"):
        user_id = word(row.get("user_id"))
        if user_id and word(row.get("type")) in HUMAN:
            first, last = word(row.get("first_name")), word(row.get("last_name"))
            middle = word(row.get("middle_name"))
            person = people.setdefault(user_id, _Known(user_id))
            person.learn(word(row.get("email")), [_name(row), " ".join(filter(None, (first, middle, last))), first])
    return people


def _virtual(record: Mapping[str, Any]) -> dict[str, _Known]:
    people: dict[str, _Known] = {}
    for told in _virtual_agents(record):
        if key := word(told.get("id")):
            people.setdefault(key, _Known(key)).learn(None, [word(told.get("name")), word(told.get("va_alias"))])
    for row in rows(record, "participants"):
        key = word(row.get("virtual_agent_id"))
        if key and word(row.get("type")) in VIRTUAL:
            people.setdefault(key, _Known(key))
    return people


def _virtual_agents(record: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    found = [row.get("virtual_agent") for row in rows(record, "virtual_agent_handle_durations")]
    found += [row.get(end) for row in rows(record, "transfers") for end in ("from_virtual_agent", "to_virtual_agent")]
    info = record.get("agent_info")
    found += [info] if isinstance(info, dict) and "va_alias" in info and "email" not in info else []
    yield from (told for told in found if isinstance(told, dict))


def _name(row: Mapping[str, Any]) -> str | None:
    parts = (word(row.get("first_name")), word(row.get("last_name")))
    return " ".join(part for part in parts if part) or word(row.get("name"))
