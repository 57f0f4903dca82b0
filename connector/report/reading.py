"""Read from the ledger what a report is made of."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from connector.ledger import reporting
from connector.ledger.model import RunRow
from connector.ledger.orphan import unused
from connector.ledger.reporting import Closing, FieldStatistics
from connector.mapping.statistics import ABOUT, Statistics
from connector.reason import Outcome
from connector.report.evidence import Evidence, MappingEvidence
from connector.report.frame import EntryLine, make_frame, make_line

__all__ = ["EARLIER_RUNS", "read"]

EARLIER_RUNS = 10
"""With so many runs before the reported ones the source's fields are compared."""
LISTED = (Outcome.HELD.value, Outcome.REFUSED.value)


def read(connection: Connection, runs: Sequence[RunRow]) -> Evidence:
    """Give the evidence of these runs, of which there is at least one."""
    collector = _Collector()
    reporting.closings(connection, runs, collector.add)
    counted = _added(reporting.field_statistics(connection, [run.id for run in runs]))
    earlier = _earlier(connection, runs)
    mappings = {
        name: MappingEvidence(fields=one.fields, about=one.about, earlier=earlier.get(name, {}))
        for name, one in counted.items()
    }
    late = reporting.awaited_audio(connection, collector.delivered())
    lost = unused(connection, _end(runs[-1]), sorted({run.tenant for run in runs}))
    return Evidence(runs, mappings, make_frame(collector.lines, late), list(collector.listed.values()), lost)


def _end(run: RunRow) -> datetime:
    """Give the moment after everything that the run saw."""
    return (run.finished_at or datetime.now(UTC)) + timedelta(seconds=1)


class _Collector:
    """Keeps of every entry its last closing: whole where it held or refused, else only what is counted."""

    def __init__(self) -> None:
        self.lines: dict[str, EntryLine] = {}
        self.listed: dict[str, Closing] = {}

    def add(self, page: Sequence[Closing]) -> None:
        for closing in page:
            self.listed.pop(closing.entry_id, None)
            if closing.outcome in LISTED:
                self.listed[closing.entry_id] = closing
            self.lines[closing.entry_id] = make_line(closing)

    def delivered(self) -> list[str]:
        return [entry for entry, line in self.lines.items() if line.outcome == Outcome.DELIVERED]


def _added(rows: Sequence[FieldStatistics]) -> Mapping[str, Statistics]:
    totals: dict[str, Statistics] = {}
    for row in rows:
        totals.setdefault(row.mapping, Statistics()).merge(Statistics.from_dict({row.field: row.facts}))
    return totals


def _earlier(connection: Connection, runs: Sequence[RunRow]) -> Mapping[str, Mapping[str, Any]]:
    """Give per mapping what the last runs before these told of the source, of every job that is reported on."""
    first = {run.job: run for run in reversed(runs)}
    before = [one.id for run in first.values() for one in reporting.runs_before(connection, run, EARLIER_RUNS)]
    told = _added(reporting.field_statistics(connection, before, field=ABOUT))
    return {name: statistics.about for name, statistics in told.items()}
