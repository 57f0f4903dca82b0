"""Tell who speaks in a transcript that gives only names."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from connector.session.field import rows, word
from connector.session.model import Session, Transcript

__all__ = ["name_roles"]

_STAFF = frozenset({"agent", "manager", "external_agent"})


def name_roles(transcript: Transcript, session: Session) -> Transcript:
    """Give the transcript with a role for every entry that had none.

    A name that the session knows as one of its agents is `agent`, as one of its virtual agents `virtual_agent`; any
    other name is the customer's, `end_user`.
    """
    roles = {_folded(name): role for name, role in _known(session)}
    entries = tuple(
        entry if entry.role else replace(entry, role=roles.get(_folded(entry.name or ""), "end_user"))
        for entry in transcript.entries
    )
    return replace(transcript, entries=entries)


def _known(session: Session) -> Iterator[tuple[str, str]]:
    """Give every name of the session's agents with the role, the humans last so that they win."""
    record = session.record
    for row in rows(record, "virtual_agent_handle_durations"):
        if type(agent := row.get("virtual_agent")) is dict:
            yield from ((name, "virtual_agent") for key in ("name", "va_alias") if (name := word(agent.get(key))))
    for participant in rows(record, "participants"):
        if word(participant.get("type")) in _STAFF:
            yield from ((name, "agent") for name in _spellings(participant))
    yield from ((leg.agent_name, "agent") for leg in session.legs if leg.agent_name)


def _spellings(participant: Mapping[str, Any]) -> Iterator[str]:
    """Give the ways in which a person's name may be shown; the form of the plain text is not documented."""
    names = [word(participant.get(key)) for key in ("first_name", "middle_name", "last_name")]
    given = [name for name in names if name]
    if given:
        yield given[0]
        yield " ".join(given)
        yield f"{given[0]} {given[-1]}"


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())
