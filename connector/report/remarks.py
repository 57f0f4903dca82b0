"""Count what was noted about entries on their way: what a target's version left out, what their audio is like."""

import re
from collections import Counter

from connector.report.evidence import Evidence
from connector.report.model import Column, Kind, Table
from connector.report.privacy import Privacy

__all__ = ["remark_table"]

MOST = 100
COLUMNS = (Column("remark", "Noted"), Column("entries", "Conversations", Kind.COUNT))
_NUMBER = re.compile(r"(?<!\w)\d+(?:[.,:]\d+)*(?!\w)")


def remark_table(evidence: Evidence, privacy: Privacy) -> Table:
    """Give one row per note, the most frequent first; notes that differ in numbers alone count as one."""
    found = Counter(note for notes in evidence.entries["notes"] for note in notes)
    alike: Counter[str] = Counter()
    for note, count in found.items():
        alike[_NUMBER.sub("…", privacy.scrub(note))] += count
    rows = alike.most_common(MOST)
    about = "What was noted while conversations were made. Numbers are left out here; `connector show` has them."
    return Table("remarks", "Remarks", COLUMNS, rows, about)
