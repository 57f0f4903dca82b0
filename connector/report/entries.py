"""List the entries that were held or refused, each with its reason and what to do; no personal data."""

from connector.ledger.reporting import Closing
from connector.reason import Outcome
from connector.report.advice import advice, meaning
from connector.report.evidence import Evidence
from connector.report.model import Cell, Column, Kind, Table
from connector.report.privacy import scrub

__all__ = ["entry_table"]

COLUMNS = (
    Column("outcome", "Outcome"),
    Column("reason", "Reason"),
    Column("entry", "Conversation"),
    Column("file", "File"),
    Column("ended_at", "Ended", Kind.MOMENT),
    Column("detail", "Detail"),
    Column("meaning", "What it means"),
    Column("advice", "What to do"),
)
ORDER = (Outcome.REFUSED.value, Outcome.HELD.value)


def entry_table(evidence: Evidence) -> Table:
    """Give one row per entry that was refused or held, refused ones first, then by reason and time."""
    found = [closing for closing in evidence.closings if closing.outcome in ORDER]
    found.sort(
        key=lambda one: (ORDER.index(one.outcome), str(one.facts.get("reason")), one.ended_at or one.at, one.step_id)
    )
    about = "`connector show` with the name of a conversation tells its whole way."
    return Table("entries", "Refused and held", COLUMNS, [_row(one) for one in found], about)


def _row(closing: Closing) -> tuple[Cell, ...]:
    reason = str(closing.facts.get("reason", ""))
    detail = scrub(str(closing.facts.get("detail", "")))
    name = closing.external_id or ("" if closing.channel == "file" else f"{closing.channel} {closing.session_id}")
    path = scrub(closing.path or str(closing.facts.get("path", "")))
    return (closing.outcome, reason, scrub(name), path, closing.ended_at, detail, meaning(reason), advice(reason))
