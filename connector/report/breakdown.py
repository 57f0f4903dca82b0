"""Count what became of entries by team, by queue and by day."""

from datetime import tzinfo

import pandas as pd

from connector.mapping.sensitivity import Sensitivity
from connector.reason import Outcome
from connector.report.evidence import Evidence
from connector.report.model import Cell, Column, Kind, Table
from connector.report.privacy import Privacy

__all__ = ["breakdown_tables", "outcomes_by"]

OUTCOMES = tuple(outcome.value for outcome in Outcome if outcome is not Outcome.UNCHANGED)
UNKNOWN = "(not told)"


def breakdown_tables(evidence: Evidence, privacy: Privacy) -> tuple[Table, ...]:
    """Give the tables by team, by queue and by day; a day is that of the end of the conversation."""
    frame = evidence.entries
    words = {name: frame[name].astype(object).where(frame[name] != "", UNKNOWN) for name in ("team", "queue")}
    days = _days(frame["ended_at"], evidence.zone)
    note = "Entries that ended before the mapping (unfinished, filtered, voicemail …) have none."
    sensitivity = _sensitivity_of_queues(evidence)
    queues = words["queue"].map({queue: privacy.show(sensitivity, queue, 0) for queue in words["queue"].unique()})
    return (
        _table("by_team", "By team", "Team", words["team"], frame, note),
        _table("by_queue", "By queue", "Queue", queues, frame, note),
        _table("by_day", "By day", "Day", days, frame, "By the day on which the conversation ended."),
    )


def _sensitivity_of_queues(evidence: Evidence) -> Sensitivity:
    """Tell whether some mapping makes the subject, which names the queue, of what tells of people."""
    subjects = [told.fields["subject"].profile for told in evidence.mappings.values() if "subject" in told.fields]
    personal = any(one is not None and one.sensitivity is Sensitivity.PERSONAL for one in subjects)
    return Sensitivity.PERSONAL if personal else Sensitivity.OPEN


def _days(moments: pd.Series, zone: tzinfo) -> pd.Series:
    days: pd.Series = moments.dt.tz_convert(zone).dt.strftime("%Y-%m-%d").astype(object)
    return days.fillna(UNKNOWN)


def outcomes_by(frame: pd.DataFrame, groups: pd.Series) -> list[tuple[str, list[int]]]:
    """Give per group how many entries came to each outcome, in the order of OUTCOMES; groups in the order of names."""
    counted = pd.crosstab(groups.to_numpy(), frame["outcome"].astype(object).to_numpy())
    counted = counted.reindex(columns=OUTCOMES, fill_value=0).sort_index()
    return [
        (str(name), [int(count) for count in row]) for name, row in zip(counted.index, counted.to_numpy(), strict=True)
    ]


def _table(name: str, title: str, heading: str, groups: pd.Series, frame: pd.DataFrame, about: str) -> Table:  # noqa: PLR0913, PLR0917 - the parts of one table
    columns = (
        Column(name.removeprefix("by_"), heading),
        Column("entries", "Entries", Kind.COUNT),
        *(Column(outcome, outcome.capitalize(), Kind.COUNT) for outcome in OUTCOMES),
        Column("delivered_share", "Share delivered", Kind.SHARE),
    )
    rows: list[tuple[Cell, ...]] = []
    if len(frame):
        for group, counts in outcomes_by(frame, groups):
            rows.append((group, sum(counts), *counts, counts[0] / sum(counts)))
    by_day = name == "by_day"
    rows.sort(key=lambda row: (row[0] == UNKNOWN, 0 if by_day else -int(str(row[1])), str(row[0])))
    return Table(name, title, columns, rows, about)
