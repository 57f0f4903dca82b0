"""Make the report of what the ledger told."""

from connector.report import agents, audio, breakdown, consent, coverage, delay, entries, remarks, runs, source, unused
from connector.report.evidence import Evidence
from connector.report.model import Report
from connector.report.privacy import Privacy

__all__ = ["make"]


def make(evidence: Evidence, *, unmasked: bool = False) -> Report:
    """Give the report over these runs; personal data in it is reduced to its form unless it was asked for."""
    privacy = Privacy(unmasked=unmasked)
    told = runs.facts(evidence)
    title = f"{told['job']}, run {told['run_id']}" if "run_id" in told else f"{told['job']}, {told['runs']} runs"
    tables = (
        runs.run_table(evidence),
        runs.reason_table(evidence),
        coverage.field_table(evidence, privacy),
        entries.entry_table(evidence, privacy),
        audio.audio_table(evidence),
        delay.delay_table(evidence),
        delay.spread_table(evidence),
        consent.consent_table(evidence),
        agents.agent_table(evidence),
        *breakdown.breakdown_tables(evidence, privacy),
        remarks.remark_table(evidence, privacy),
        source.drift_table(evidence),
        source.unread_table(evidence),
        source.job_table(evidence),
        unused.unused_table(evidence, privacy),
    )
    by_name = {table.name: table for table in tables}
    return Report(title, told, runs.counts(evidence), by_name, evidence.zone, _notes(evidence, unmasked=unmasked))


def _notes(evidence: Evidence, *, unmasked: bool) -> list[str]:
    notes = []
    if len(evidence.runs) > 1:
        notes.append(
            "An entry counts once, with what it came to last, however many of the runs looked at it. Under Runs stands "
            "what each run counted: one that several runs held counts in each of them there."
        )
    for name, told in evidence.mappings.items():
        records, looked_at = told.about.get("records", 0), told.about.get("looked_at", 0)
        if looked_at < records:
            notes.append(
                f"{name}: how often fields were filled is counted in all {records:,} records. Values, types, lengths "
                f"and source fields were looked at in {looked_at:,} of them: the first 200 of a run, then every "
                "twentieth."
            )
    if unmasked:
        notes.append("This report shows personal data, as was asked for. Keep it accordingly.")
    else:
        notes.append("Personal data is reduced to its form, in brackets: `x` stands for a letter, `9` for a digit.")
    return notes
