"""Decide from a session alone whether it goes on; the order of the questions is a public contract."""

from datetime import datetime

from connector import session as sessions
from connector.job.definition.loader import Plan
from connector.reason import Code, Outcome, Verdict
from connector.session import Session

__all__ = ["judge"]


def judge(session: Session, plan: Plan, now: datetime) -> Verdict | None:
    """Give the first reason that keeps the session from being mapped, or None where there is none."""
    if sessions.will_still_move(session):
        return Verdict.usual(Code.NOT_FINISHED, f"its status is {session.status}")
    if unwanted := _filtered(session, plan):
        return Verdict.usual(Code.FILTERED, unwanted)
    if sessions.is_voicemail(session):
        return Verdict.usual(Code.VOICEMAIL)
    if not sessions.was_handled(session):
        return Verdict.usual(Code.NOT_HANDLED, f"its status is {session.status}")
    settles_at = sessions.settles_at(session, plan.job.source.settle)
    if settles_at is not None and now < settles_at:
        return Verdict(Outcome.HELD, Code.SETTLING, f"may still change until {settles_at:%Y-%m-%d %H:%M} UTC")
    return None


def _filtered(session: Session, plan: Plan) -> str | None:
    if session.channel not in plan.mappings:
        return f"the job has no mapping for a {session.channel}"
    ended, earliest = session.ends_at or session.created_at, plan.job.earliest()
    if earliest is not None and ended is not None and ended < earliest:
        return f"ended before {plan.job.not_before}"
    failed = plan.filter(session.record, {"tenant": plan.job.tenant})
    return f"the filter on {failed} does not hold" if failed else None
