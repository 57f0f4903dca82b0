"""Tell every word of consent that was seen, what it became, and what followed."""

from connector.reason import Code
from connector.report.breakdown import OUTCOMES, outcomes_by
from connector.report.evidence import Evidence
from connector.report.model import Cell, Column, Kind, Table

__all__ = ["consent_table"]

NOTHING = "(nothing)"
BECAME = {True: "consent", False: "refusal", None: "unknown"}
COLUMNS = (
    Column("word", "Word in the record"),
    Column("became", "Understood as"),
    Column("entries", "Entries", Kind.COUNT),
    *(Column(outcome, outcome.capitalize(), Kind.COUNT) for outcome in OUTCOMES),
    Column("waiting", "Held or left out for consent", Kind.COUNT),
)


def consent_table(evidence: Evidence) -> Table:
    """Give one row per word and what it became; a word that is unknown is never understood as a yes."""
    frame = evidence.entries[evidence.entries["consent"].notna()]
    about = "Every word that the mapping's `consent` met. A word it does not list is unknown, and unknown never goes."
    rows: list[tuple[Cell, ...]] = []
    if len(frame):
        meanings = frame["became"].map(lambda value: BECAME.get(value, BECAME[None]))
        words = frame["consent"].astype(object).where(frame["consent"] != "", NOTHING)
        waits = frame["reason"].isin([Code.CONSENT_UNKNOWN.value, Code.CONSENT_REFUSED.value])
        keys = words.astype(str) + "\n" + meanings
        held = waits.groupby(keys).sum()
        for key, counts in outcomes_by(frame, keys):
            word, _, became = key.rpartition("\n")
            rows.append((word, became, sum(counts), *counts, int(held[key])))
    rows.sort(key=lambda row: -int(str(row[2])))
    return Table("consent", "Consent", COLUMNS, rows, about)
