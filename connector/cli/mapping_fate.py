"""Say in a sentence what becomes of one conversation, as a run would decide it and as the ledger knows it."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from connector.cli.mapping_view import would_be
from connector.cli.state import ask
from connector.settings import Settings

if TYPE_CHECKING:
    from connector.clock import Clock
    from connector.job.definition.loader import Plan
    from connector.job.look.outlook import Outlook
    from connector.ledger import EntryRow
    from connector.reason import Verdict
    from connector.session import Session

__all__ = ["Fate", "entries_of", "tell_fate"]

SQLITE = "sqlite:///"
DELIVERED = "delivered"
FORGOTTEN = "forgotten"


class Fate(NamedTuple):
    """What becomes of a conversation; `outcome` and `reason` are empty where it would be sent."""

    told: str
    outcome: str | None = None
    reason: str | None = None


def tell_fate(plan: "Plan", session: "Session", outlook: "Outlook", entries: "list[EntryRow]", clock: "Clock") -> Fate:
    """Give the fate of the conversation, with its recording or transcript looked for in the source."""
    channel = session.channel.value
    forgotten = next((row for row in entries if row.code == FORGOTTEN), None)
    if forgotten is not None:
        when = f"{forgotten.changed_at:%Y-%m-%d %H:%M} UTC"
        told = f"This {channel} was forgotten on {when}, as its customer was erased: it is not sent, now or later."
        return Fate(told, forgotten.state, FORGOTTEN)
    delivered = next((row for row in entries if row.state == DELIVERED), None)
    if delivered is not None:
        return Fate(_of_delivered(plan, session, outlook, delivered), DELIVERED)
    if outlook.verdict is not None:
        return _kept(session, outlook, outlook.verdict)
    if not outlook.with_audio:
        return Fate(f"This {channel} would be sent without its recording: the mapping's `consent` says so.")
    found = _companions(plan, session)
    if found:
        return Fate(f"This {channel} would be sent, with {', '.join(found)}.")
    return _alone(plan, session, outlook, entries, clock)


def _kept(session: "Session", outlook: "Outlook", verdict: "Verdict") -> Fate:
    told = would_be(session, replace(outlook, verdict=verdict))
    return Fate(f"This {session.channel.value} {told}.", verdict.outcome.value, verdict.code.value)


def _alone(plan: "Plan", session: "Session", outlook: "Outlook", entries: "list[EntryRow]", clock: "Clock") -> Fate:
    """Tell what becomes of it when nothing is there by its name."""
    from connector.job.definition import mail  # noqa: PLC0415
    from connector.job.entry import absence  # noqa: PLC0415

    channel, now = session.channel.value, clock.now()
    if plan.job.source.kind == mail.KIND:
        return Fate(f"This {channel} {would_be(session, outlook)}: what mails bring is not looked through here.")
    if channel == "chat":
        return _kept(session, outlook, absence.without_transcript(session, plan, now))
    until = absence.awaited_until(session, plan, min((row.first_seen_at for row in entries), default=now))
    verdict = absence.without_recording(session, plan, until, now)
    if verdict is not None:
        return _kept(session, outlook, verdict)
    return Fate("This call would be sent without audio: none came in the time the job waits for it (`missing: send`).")


def _of_delivered(plan: "Plan", session: "Session", outlook: "Outlook", row: "EntryRow") -> str:
    told = f"This {session.channel.value} is delivered, and is not sent again."
    if session.channel.value != "call" or row.audio_state == "sent" or not outlook.with_audio or outlook.verdict:
        return told
    found = _companions(plan, session)
    if not found:
        return told
    if row.code is None:
        return f"This call is delivered without audio; {', '.join(found)} would follow."
    return f"This call is delivered without audio, and {', '.join(found)} did not follow: {row.code}, {row.detail}"


def _companions(plan: "Plan", session: "Session") -> list[str]:
    from connector.job.look.beside import companions_of  # noqa: PLC0415

    return asyncio.run(companions_of(plan, session))


def entries_of(settings: Settings, plan: "Plan", session: "Session", leg: str) -> "list[EntryRow]":
    """Give what the ledger has of the conversation, where there is a ledger and a job."""
    url = settings.ledger_url
    if url.startswith(SQLITE) and not Path(url.removeprefix(SQLITE)).is_file():
        return []
    from connector import ledger  # noqa: PLC0415

    job = plan.job
    wanted = (job.tenant, job.target.name, job.source.kind, session.channel.value, leg)
    found = ask(settings, ledger.find, session.id)
    return [row for row in found if (row.tenant, row.target, row.source_kind, row.channel, row.leg) == wanted]
