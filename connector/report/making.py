"""Make the report of what the ledger told."""

from connector.report import coverage, entries, runs
from connector.report.evidence import Evidence
from connector.report.model import Report

__all__ = ["make"]


def make(evidence: Evidence) -> Report:
    """Give the report over these runs."""
    told = runs.facts(evidence)
    title = f"{told['job']}: run {told['run_id']}" if "run_id" in told else f"{told['job']}: {told['runs']} runs"
    tables = (
        runs.run_table(evidence),
        runs.reason_table(evidence),
        coverage.field_table(evidence),
        entries.entry_table(evidence),
    )
    return Report(title, told, runs.counts(evidence), {table.name: table for table in tables})
