"""Count what became of the entries of one run, and derive the exit code from it."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connector.job.execution.selection import Selection
from connector.reason import Code, Outcome

__all__ = ["ExitCode", "Options", "Summary"]


EXAMPLES = 2


class ExitCode:
    """What the number a command ends with means."""

    DONE = 0
    STOPPED = 1
    MEND = 2
    REFUSED = 3


@dataclass(frozen=True, slots=True)
class Options:
    """What a person asked of one run; `since` is inclusive, `until` exclusive, both compared with the session's end."""

    since: datetime | None = None
    until: datetime | None = None
    limit: int | None = None
    dry_run: bool = False
    yes: bool = False
    report: bool = True
    slot: datetime | None = None
    """The due moment of the schedule that the run is for; it is made once for each."""
    only: Selection | None = None
    """What the run is restricted to; None: to nothing."""

    def wants(self, ended_at: datetime | None) -> bool:
        """Tell whether a session that ended then is asked for; one without a time is asked for only without bounds."""
        if self.since is None and self.until is None:
            return True
        if ended_at is None:
            return False
        return (self.since is None or self.since <= ended_at) and (self.until is None or ended_at < self.until)

    def as_facts(self) -> dict[str, Any]:
        """Give the options as the ledger keeps them."""
        facts: dict[str, Any] = {
            "since": self.since and self.since.isoformat(),
            "until": self.until and self.until.isoformat(),
        }
        facts["slot"] = self.slot and self.slot.isoformat()
        facts["restricted_to"] = len(self.only.entries) + len(self.only.paths) if self.only else None
        return {**facts, "limit": self.limit, "dry_run": self.dry_run}


@dataclass(slots=True)
class Summary:
    """The result of one run, as `--json` prints it."""

    job: str
    started_at: datetime
    run_id: str | None = None
    dry_run: bool = False
    finished_at: datetime | None = None
    counts: Counter[Outcome] = field(default_factory=Counter)
    reasons: Counter[Code] = field(default_factory=Counter)
    examples: dict[tuple[Outcome, Code], list[str]] = field(default_factory=dict)
    """For people: the first few that did not go, by the names under which `connector show` finds them."""
    without_audio: dict[Code, list[str]] = field(default_factory=dict)
    """The calls that were delivered before and whose late recording did not go, by what keeps it away."""
    unreadable: list[str] = field(default_factory=list)
    """What is wrong with the first files and rows that could not be read: they have no id to ask by."""
    audio_uploaded: int = 0
    bytes_uploaded: int = 0
    report: str | None = None
    error: str | None = None
    exit_code: int = ExitCode.DONE
    notes: list[str] = field(default_factory=list)
    """What a person should know beside the counts, each in a sentence."""

    def add(
        self, outcome: Outcome, code: Code | None = None, *, name: str = "", audio: int = 0, size_bytes: int = 0
    ) -> None:
        """Count one entry; its name serves as an example where it did not go."""
        self.counts[outcome] += 1
        if code is not None:
            self.reasons[code] += 1
            known = self.examples.setdefault((outcome, code), [])
            if name and name not in known and len(known) < EXAMPLES:
                known.append(name)
        self.audio_uploaded += audio
        self.bytes_uploaded += size_bytes

    def add_unreadable(self, detail: str) -> None:
        """Keep what is wrong with one of the first files or rows that cannot be read."""
        if len(self.unreadable) < EXAMPLES and detail not in self.unreadable:
            self.unreadable.append(detail)

    def add_without_audio(self, code: Code, *, name: str) -> None:
        """Note a call that is there, and whose late recording did not go."""
        self.without_audio.setdefault(code, []).append(name)

    def told_without_audio(self) -> list[str]:
        """Say in a sentence per reason which late recordings did not go."""
        found = sorted(self.without_audio.items())
        return [
            f"{len(names):,} delivered {'call lacks its' if len(names) == 1 else 'calls lack their'} late recording: "
            f"{code.value}, {code.meaning}; see {', '.join(names[:EXAMPLES])}"
            for code, names in found
        ]

    @property
    def worked(self) -> int:
        """Count the entries that were worked on: all but the unchanged ones."""
        closed = sum(count for outcome, count in self.counts.items() if outcome is not Outcome.UNCHANGED)
        return closed + sum(len(names) for names in self.without_audio.values())

    def finish(self, at: datetime, *, error: str | None = None, exit_code: int | None = None) -> None:
        """Close the run: an error stops it, a refused entry shows in the exit code, held ones do not."""
        self.finished_at = at
        self.error = error
        refused = ExitCode.REFUSED if self.counts[Outcome.REFUSED] else ExitCode.DONE
        self.exit_code = exit_code if exit_code is not None else refused

    def as_dict(self) -> dict[str, Any]:
        """Give the object that `--json` prints; its keys are a public contract."""
        counts = {outcome.value: self.counts[outcome] for outcome in Outcome}
        result: dict[str, Any] = {
            "run_id": self.run_id,
            "job": self.job,
            "dry_run": self.dry_run,
            "started_at": _text(self.started_at),
            "finished_at": _text(self.finished_at),
            "seen": sum(counts.values()),
            **counts,
            "audio_uploaded": self.audio_uploaded,
            "bytes_uploaded": self.bytes_uploaded,
            "reasons": {code.value: count for code, count in sorted(self.reasons.items())},
            "report": self.report,
            "exit_code": self.exit_code,
        }
        told = {"notes": self.notes} if self.notes else {}
        return {**result, **told, **({"error": self.error} if self.error else {})}


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z") if moment else None
