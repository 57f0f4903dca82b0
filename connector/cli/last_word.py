"""Print the object that `--json` owes on every exit code where a command ended before it could print its own."""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final

from connector import clock
from connector.job.execution.summary import ExitCode, Summary

__all__ = ["complain", "not_started", "note_printed", "tell_if_silent"]

OWING: Final = ("run", "backfill", "retry", "reconcile", "zendesk backfill")
"""The commands whose `--json` is one object with the counts of a run, whatever happens."""
TELLING: Final = (
    *("status", "runs", "show", "messages", "sangoma inboxes"),
    *("mapping test", "mapping preview", "mapping explain", "mapping diff"),
)
"""The commands whose `--json` is something else; where they end without it, an object tells why."""
UNCLEAR: Final = "the command line cannot be understood; see standard error"
_PRINTED: list[bool] = []
_COMPLAINTS: list[str] = []


def note_printed() -> None:
    """Note that the command printed its object: there is one on every exit code, and only one."""
    _PRINTED.append(True)


def complain(error: str) -> None:
    """Note what a command ends with, for the object it owes."""
    _COMPLAINTS.append(error)


def tell_if_silent(arguments: Sequence[str], exit_code: int, error: str | None = None) -> None:
    """Print the object of a command that ends without one: the command line was wrong, it failed, or the end came."""
    words = _words(arguments)
    command = next((one for one in (*OWING, *TELLING) if words[: len(one.split())] == one.split()), None)
    if command is None or "--json" not in arguments or _PRINTED:
        return
    error = error or (_COMPLAINTS[-1] if _COMPLAINTS else UNCLEAR)
    told: Mapping[str, Any] = {"exit_code": exit_code, "error": error}
    if command in OWING:
        named = words[len(command.split()) :]
        job = named[0] if named and command != "retry" else ""
        told = _empty(command, not_started(job, error, dry_run="--dry-run" in arguments, exit_code=exit_code))
    sys.stdout.write(json.dumps(told) + "\n")
    note_printed()


def not_started(job: str, error: str, *, dry_run: bool, exit_code: int = ExitCode.MEND) -> Summary:
    """Give the summary of what came to no run."""
    now = clock.SystemClock().now()
    summary = Summary(job, now, dry_run=dry_run)
    summary.finish(now, error=error, exit_code=exit_code)
    return summary


def _words(arguments: Sequence[str]) -> list[str]:
    """Give the command and what it names, without options; the value of --home is none of them."""
    return [
        word
        for before, word in zip(("", *arguments), arguments, strict=False)
        if not word.startswith("-") and before != "--home"
    ]


def _empty(command: str, summary: Summary) -> Mapping[str, Any]:
    facts = summary.as_dict()
    if command == "retry":
        return {**facts, "job": None, "runs": []}
    if command == "reconcile":
        found: dict[str, Any] = {"files": 0, "entries": 0, "delivered": 0, "looked_up": None, "gaps": {}}
        return {"job": summary.job, **found, "exit_code": summary.exit_code, "error": summary.error}
    return facts
