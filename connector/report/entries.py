"""List the entries that were held or refused, each with its reason and what to do; no personal data."""

from datetime import datetime

from connector.ledger.reporting import Closing
from connector.reason import Outcome
from connector.report.advice import advice, meaning
from connector.report.evidence import Evidence
from connector.report.model import Cell, Column, Kind, Table
from connector.report.privacy import Privacy

__all__ = ["entry_table"]

COLUMNS = (
    Column("outcome", "Outcome"),
    Column("reason", "Reason"),
    Column("entry", "Conversation"),
    Column("file", "File"),
    Column("ended_at", "Ended", Kind.MOMENT),
    Column("age", "Age", Kind.SECONDS),
    Column("detail", "Detail"),
    Column("meaning", "What it means"),
    Column("advice", "What to do"),
)
ORDER = (Outcome.REFUSED.value, Outcome.HELD.value)


def entry_table(evidence: Evidence, privacy: Privacy) -> Table:
    """Give one row per entry that was refused or held, refused ones first, then by reason and time."""
    rows = [_row(one, privacy) for one in sorted(evidence.listed, key=_order)]
    about = "`connector show` with the conversation or the file tells the whole way of one of them."
    return Table("entries", "Refused and held", COLUMNS, rows, about)


def _order(closing: Closing) -> tuple[int, str, datetime, int]:
    moment = closing.ended_at or closing.at
    return ORDER.index(closing.outcome), str(closing.facts.get("reason", "")), moment, closing.step_id


def _row(closing: Closing, privacy: Privacy) -> tuple[Cell, ...]:
    told = {name: str(closing.facts.get(name) or "") for name in ("reason", "detail", "path")}
    is_file = closing.session_id == (closing.path or told["path"])
    name = closing.external_id or ("" if is_file else f"{closing.channel} {closing.session_id}")
    texts = [privacy.scrub(text) for text in (name, closing.path or told["path"])]
    code = told["reason"]
    detail = privacy.scrub(told["detail"])
    age = (closing.at - closing.ended_at).total_seconds() if closing.ended_at else None
    return (closing.outcome, code, *texts, closing.ended_at, age, detail, meaning(code), advice(code))
