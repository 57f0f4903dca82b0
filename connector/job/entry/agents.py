"""Find out who the agents of a session were, by the customer's own list where the job names one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from connector import ledger
from connector.enrichment import Agent
from connector.errors import RulesBrokenError, SkipError
from connector.job.definition.loader import Plan
from connector.job.entry.opening import leave
from connector.job.execution.model import Execution
from connector.job.gathering.gather import Work
from connector.mapping import Mapping
from connector.reason import Code, Outcome, Verdict
from connector.session import Leg, Session

__all__ = [
    "Planned",
    "Speaker",
    "everybody",
    "lacks_of_agent",
    "lacks_speakers",
    "speakers",
    "was_split_otherwise",
]

OF_AGENT = "$agent"
"""Begins the paths by which a mapping reads what is known of the agent."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """One human agent of a session as a mapping sees him, and what his being unknown leads to."""

    leg: str
    """The ledger's leg: empty for the whole session, `a5` for the part of the agent with the id 5."""
    key: str
    """The agent's id as the session tells it: by it his stretches are known."""
    agent: Agent
    verdict: Verdict | None = None


class Planned(Protocol):
    """What knows the plan and the time: a run, or who only looks."""

    @property
    def plan(self) -> Plan:
        """Give the plan."""
        ...

    def now(self) -> datetime:
        """Give the present moment in UTC."""
        ...


def speakers(run: Planned, session: Session) -> list[Speaker]:
    """Give the agents whose conversations the session becomes: all of them where it is split, else the last one."""
    talked = [leg for leg in session.legs if leg.talk_seconds != 0] or list(session.legs)
    mapping = run.plan.mappings[session.channel]
    if mapping.split != "agent" or not talked:
        return [_speaker(run, session, talked[-1] if talked else None, "")]
    return [_speaker(run, session, leg, f"a{_key(leg)}") for leg in _distinct(talked)]


def everybody(run: Planned, session: Session) -> list[Speaker]:
    """Give every human agent of the session once, known or not."""
    return [_speaker(run, session, leg, "") for leg in _distinct(session.legs)]


def lacks_speakers(run: Execution, work: Work) -> bool:
    """Tell whether some agents of a split call have their conversations and others do not: a run ended in between."""
    if work.session.channel not in run.plan.mappings or run.plan.mappings[work.session.channel].split != "agent":
        return False
    wanted, known = {one.leg for one in speakers(run, work.session)}, {row.leg for row in work.entries}
    return bool(wanted & known) and not wanted <= known


def lacks_of_agent(used: Mapping, error: SkipError) -> bool:
    """Tell whether a record is refused for a field that the mapping fills from what is known of the agent."""
    if not isinstance(error, RulesBrokenError):
        return False
    broken = {field for field, _ in error.rules}
    read = (field.paths for field in used.fields if field.name in broken)
    return any(path.startswith(OF_AGENT) for paths in read for path in paths)


async def was_split_otherwise(run: Execution, work: Work, legs: set[str]) -> bool:
    """Tell whether the call was delivered in another split than today's; entries of another split that did not go end.

    A changed split sends nothing again: the conversations that are there cannot be taken back.
    """
    others = [row for row in work.entries if row.leg not in legs]
    delivered = [row for row in others if row.state == Outcome.DELIVERED.value or row.created]
    if delivered:
        for row in delivered:
            await leave(run, work, row)
        return True
    if others:
        await run.book.transact(ledger.drop_entries, [row.id for row in others])
    return False


def _distinct(legs: Iterable[Leg]) -> list[Leg]:
    return list({_key(leg): leg for leg in legs}.values())


def _key(leg: Leg) -> str:
    return leg.agent_id or leg.agent_email or leg.agent_number or ""


def _speaker(run: Planned, session: Session, leg: Leg | None, name: str) -> Speaker:
    told, key = _told(leg), _key(leg) if leg else ""
    policy, directory = run.plan.job.agents, run.plan.agents
    if policy is None or directory is None:
        return Speaker(name, key, told)
    found = directory.find(told, _day(run, session).date())
    if found is not None:
        return Speaker(name, key, found)
    if policy.unknown == "send":
        return Speaker(name, key, told)
    outcome = Outcome.HELD if policy.unknown == "hold" else Outcome.SKIPPED
    detail = f"agent {told.id or told.number or 'without id'} is not in {policy.file}"
    return Speaker(name, key, told, Verdict(outcome, Code.AGENT_UNKNOWN, detail))


def _told(leg: Leg | None) -> Agent:
    if leg is None:
        return Agent()
    return Agent(
        leg.agent_id or "", leg.agent_number or "", leg.agent_email or "", leg.agent_name or "", leg.team or ""
    )


def _day(run: Planned, session: Session) -> datetime:
    return session.started_at or session.created_at or session.ends_at or run.now()
