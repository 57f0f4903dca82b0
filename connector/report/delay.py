"""Tell how long conversations took from their end to Capturi."""

import pandas as pd

from connector.reason import Outcome
from connector.report.evidence import Evidence
from connector.report.model import Cell, Column, Kind, Table

__all__ = ["delay_table", "spread_table"]

MINUTE, HOUR, DAY = 60, 3_600, 86_400
EDGES = (-float("inf"), 30 * MINUTE, HOUR, 4 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY, float("inf"))
LABELS = (
    "up to 30 min",
    "up to 1 h",
    "up to 4 h",
    "up to 12 h",
    "up to 1 day",
    "up to 2 days",
    "up to 7 days",
    "longer",
)
COLUMNS = (
    Column("kind", "Delivered"),
    Column("entries", "Conversations", Kind.COUNT),
    Column("median", "Half within", Kind.SECONDS),
    Column("ninety", "90 % within", Kind.SECONDS),
    Column("ninety_nine", "99 % within", Kind.SECONDS),
    Column("longest", "Longest", Kind.SECONDS),
)
SPREAD_COLUMNS = (Column("delay", "From end to arrival"), Column("entries", "Conversations", Kind.COUNT))


def delay_table(evidence: Evidence) -> Table:
    """Give the delay from the end of a conversation to its arrival: over all, by channel, of late recordings."""
    frame = _delivered(evidence)
    groups = [("all", frame), *((f"{name}s", frame[frame["channel"] == name]) for name in ("call", "chat"))]
    groups.append(("calls whose recording had been waited for", frame[frame["late"]]))
    rows = [_row(name, found["delay_seconds"]) for name, found in groups if len(found)]
    return Table("delay", "From the end of the conversation to Capturi", COLUMNS, rows)


def _row(name: str, delays: pd.Series) -> tuple[Cell, ...]:
    within = delays.quantile([0.5, 0.9, 0.99])
    return (name, len(delays), *(round(float(value), 1) for value in within), round(float(delays.max()), 1))


def spread_table(evidence: Evidence) -> Table:
    """Give how many conversations arrived within which time."""
    found = pd.cut(_delivered(evidence)["delay_seconds"], EDGES, labels=LABELS).value_counts()
    rows = [(label, int(found.get(label, 0))) for label in LABELS] if found.sum() else []
    return Table("delay_spread", "Spread of the delay", SPREAD_COLUMNS, rows)


def _delivered(evidence: Evidence) -> pd.DataFrame:
    frame = evidence.entries
    return frame[(frame["outcome"] == Outcome.DELIVERED.value) & frame["delay_seconds"].notna()]
