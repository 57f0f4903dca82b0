"""Read from the ledger what a report is made of."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from connector.ledger import reporting
from connector.ledger.model import RunRow
from connector.ledger.reporting import Closing, FieldStatistics
from connector.mapping.statistics import Statistics
from connector.report.evidence import Evidence

__all__ = ["read"]


def read(connection: Connection, runs: Sequence[RunRow]) -> Evidence:
    """Give the evidence of these runs; of an entry that several of them closed, its last closing."""
    last: dict[str, Closing] = {}

    def collect(page: Sequence[Closing]) -> None:
        last.update((closing.entry_id, closing) for closing in page)

    reporting.closings(connection, runs, collect)
    return Evidence(runs, _added(reporting.field_statistics(connection, [run.id for run in runs])), list(last.values()))


def _added(rows: Sequence[FieldStatistics]) -> Mapping[str, Mapping[str, Any]]:
    totals: dict[str, Statistics] = {}
    for row in rows:
        totals.setdefault(row.mapping, Statistics()).merge(Statistics.from_dict({row.field: row.facts}))
    return {mapping: statistics.to_dict() for mapping, statistics in totals.items()}
