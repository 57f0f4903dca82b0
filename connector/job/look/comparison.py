"""Tell what two versions of a mapping make otherwise of real sessions."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from connector.clock import Clock
from connector.job.definition.loader import Plan
from connector.job.look.outlook import Onlooker, Outlook, outlooks
from connector.mapping.difference import Change, compare
from connector.session import Session

__all__ = ["CONVERSATION", "SENT", "Changed", "compare_sessions"]

SENT = "sent"
"""Names the change of what becomes of a conversation, among the fields that change."""
CONVERSATION = "conversation"
"""Names a conversation that only one of the versions makes, because the other splits calls otherwise."""


@dataclass(frozen=True, slots=True)
class Changed:
    """What comes out otherwise in one conversation of a session."""

    session: Session
    leg: str
    changes: tuple[Change, ...]


def compare_sessions(before: Plan, after: Plan, sessions: Iterable[Session], clock: Clock) -> list[Changed]:
    """Give the conversations that change, in the order of the sessions."""
    return [changed for session in sessions for changed in _of_session(before, after, session, clock)]


def _of_session(before: Plan, after: Plan, session: Session, clock: Clock) -> Iterator[Changed]:
    old = {one.leg: one for one in outlooks(Onlooker(before, clock), session)}
    new = {one.leg: one for one in outlooks(Onlooker(after, clock), session)}
    for leg in dict.fromkeys((*old, *new)):
        if leg not in old or leg not in new:
            made = "made" if leg in old else None, "made" if leg in new else None
            yield Changed(session, leg, (Change(CONVERSATION, *made),))
            continue
        changes = (
            *compare(
                (before.mappings[session.channel], old[leg].draft), (after.mappings[session.channel], new[leg].draft)
            ),
            *_fate(old[leg], new[leg]),
        )
        if changes:
            yield Changed(session, leg, changes)


def _fate(old: Outlook, new: Outlook) -> Sequence[Change]:
    before, after = _told(old), _told(new)
    return [] if before == after else [Change(SENT, before, after)]


def _told(outlook: Outlook) -> str:
    verdict = outlook.verdict
    return f"{verdict.outcome.value}: {verdict.code.value}" if verdict else "yes, with its recording or transcript"
