"""Tell which agents the agents file does not know, how often they came, and since when."""

import pandas as pd

from connector.reason import Code
from connector.report.evidence import Evidence
from connector.report.model import Column, Kind, Table

__all__ = ["agent_table"]

COLUMNS = (
    Column("agent", "Agent"),
    Column("entries", "Conversations", Kind.COUNT),
    Column("outcome", "Now"),
    Column("first", "First", Kind.MOMENT),
    Column("last", "Last", Kind.MOMENT),
)


def agent_table(evidence: Evidence) -> Table:
    """Give one row per agent that is not in the agents file, the most frequent first."""
    frame = evidence.entries
    frame = frame[frame["reason"] == Code.AGENT_UNKNOWN.value]
    rows = []
    for (agent, outcome), found in frame.groupby([frame["agent"].astype(object), frame["outcome"].astype(object)]):
        ends = found["ended_at"].fillna(found["at"])
        first, last = (None if pd.isna(end) else end.to_pydatetime() for end in (ends.min(), ends.max()))
        rows.append((str(agent or "(the record names none)"), len(found), str(outcome), first, last))
    rows.sort(key=lambda row: (-row[1], row[0]))
    known = "Add a row with the id or number; the next run sends them."
    about = f"Who took conversations and is not in the agents file. {known}"
    return Table("agents", "Unknown agents", COLUMNS, rows, about)
