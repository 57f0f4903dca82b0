"""Word what the scheduler has to tell people of a job."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from connector.job.execution.summary import ExitCode
from connector.job.schedule.alert import Alert
from connector.job.schedule.child import Ended
from connector.job.schedule.timetable import Scheduled
from connector.ledger import RunRow

__all__ = ["ended_badly", "killed", "made_up", "missed", "not_started", "overlong"]

COUNTS = ("seen", "delivered", "held", "skipped", "refused", "unchanged")


def ended_badly(job: Scheduled, slot: datetime, ended: Ended) -> Alert:
    """Say that a run had to stop, or refused something."""
    told = ended.told
    facts = {
        "slot": _iso(slot),
        "run_id": told.get("run_id"),
        "exit_code": ended.exit_code,
        **{name: told.get(name) for name in COUNTS},
        "reasons": told.get("reasons"),
        "error": told.get("error"),
    }
    if ended.exit_code == ExitCode.STOPPED:
        text = f"The run of {job.job} had to stop: {told.get('error') or 'see its log'}."
        return Alert("run.stopped", job.job, text, facts)
    reasons = ", ".join(f"{code} {count}" for code, count in (told.get("reasons") or {}).items())
    text = f"The run of {job.job} refused: {told.get('refused')}. What held anything back: {reasons}."
    return Alert("run.refused", job.job, text, facts)


def killed(row: RunRow) -> Alert:
    """Say that a run's process ended without a word."""
    facts = {"run_id": row.id, "exit_code": row.exit_code, "error": row.error, **row.counts}
    text = f"The run {row.id} of {row.job} was killed; the next one completes what was under way."
    return Alert("run.stopped", row.job, text, facts)


def not_started(job: Scheduled, slot: datetime, ended: Ended) -> Alert:
    """Say that a person must mend something before the job can run."""
    error = str(ended.told.get("error") or "see the log of the service")
    text = f"The run of {job.job} due {_local(job, slot)} could not be started: {error}"
    facts = {"slot": _iso(slot), "exit_code": ended.exit_code, "error": error}
    return Alert("run.not_started", job.job, text, facts)


def missed(job: Scheduled, slots: Sequence[datetime]) -> Alert:
    """Say that slots went by without a run, and will not be made up for."""
    count = len(slots)
    when = f"since {_local(job, slots[0])}" if count > 1 else f"due {_local(job, slots[0])}"
    text = f"{count} run{'s' if count > 1 else ''} of {job.job} {when} did not take place."
    return Alert("run.missed", job.job, text, {"slots": [_iso(slot) for slot in slots], "made_up": False})


def made_up(job: Scheduled, slot: datetime) -> Alert:
    """Say that a slot was missed and gets its run now."""
    text = f"The run of {job.job} due {_local(job, slot)} was missed; it starts now."
    return Alert("run.missed", job.job, text, {"slots": [_iso(slot)], "made_up": True})


def overlong(job: Scheduled, slot: datetime, took: timedelta) -> Alert:
    """Say that a run takes longer than it should."""
    minutes = round(took.total_seconds() / 60)
    text = f"The run of {job.job} due {_local(job, slot)} has been going on for {minutes} minutes."
    return Alert("run.overlong", job.job, text, {"slot": _iso(slot), "minutes": minutes})


def _iso(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def _local(job: Scheduled, moment: datetime) -> str:
    return f"{moment.astimezone(ZoneInfo(job.schedule.timezone)):%Y-%m-%d %H:%M %Z}"
