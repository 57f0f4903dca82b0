"""Tell of files that nothing came of: recordings without metadata, and files whose names tell nothing."""

from connector.report.evidence import Evidence
from connector.report.model import Cell, Column, Kind, Table
from connector.report.privacy import Privacy

__all__ = ["unused_table"]

WHAT = {
    "recording": "recording without a session",
    "transcript": "transcript without a session",
    "voicemail": "voicemail without a session",
    "other": "name that tells nothing",
}
COLUMNS = (
    Column("storage", "Storage"),
    Column("what", "What"),
    Column("files", "Files", Kind.COUNT),
    Column("examples", "Examples", Kind.WORDS),
)


def unused_table(evidence: Evidence, privacy: Privacy) -> Table:
    """Give one row per storage and sort of file; numbers and addresses in paths are reduced as in any text."""
    rows: list[tuple[Cell, ...]] = [
        (privacy.scrub(one.address), WHAT.get(one.role, one.role), one.files, tuple(map(privacy.scrub, one.examples)))
        for one in evidence.unused
    ]
    about = (
        "Files of this tenant's storages that no conversation came of, as the ledger knows them now: a recording "
        "whose metadata never came, or a name that the job does not know. Mend the export, or say the name "
        "in the job's patterns."
    )
    return Table("unused", "Files that nothing came of", COLUMNS, rows, about)
