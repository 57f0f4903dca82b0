"""Tell whether an entry that is met again for another's sake has its outcome already."""

from connector.job.entry.lack import lacks
from connector.job.execution.model import Execution
from connector.job.gathering.gather import Work
from connector.ledger import EntryRow
from connector.reason import Outcome, Verdict

__all__ = ["is_met_again", "stands"]

_FINAL = frozenset({Outcome.SKIPPED.value, Outcome.REFUSED.value})
_GROUNDS = ("version", "file_id", "mapping_hash", "policy_hash")
"""What an outcome that was judged without the target hangs on, beside the recording."""


def is_met_again(run: Execution, work: Work, known: EntryRow) -> bool:
    """Tell whether this leg went no way already, and its session comes back for what another leg waits for or lacks."""
    if known.state not in _FINAL or run.options.only is not None:
        return False
    return any(_comes_back(work, row) for row in work.entries if row.id != known.id)


def stands(before: EntryRow, now: EntryRow, verdict: Verdict) -> bool:
    """Tell whether the entry was judged the same way before, on the same grounds: nothing happened to it since."""
    told = (verdict.outcome.value, verdict.code.value, verdict.detail)
    same = all(getattr(before, name) == getattr(now, name) for name in _GROUNDS)
    return same and told == (before.state, before.code, before.detail)


def _comes_back(work: Work, row: EntryRow) -> bool:
    return lacks(work, row) if row.state == Outcome.DELIVERED.value else row.state not in _FINAL
