"""Hold what the ledger told about the reported runs, from which every table is made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from connector.ledger.model import RunRow
from connector.ledger.orphan import Orphans
from connector.ledger.reporting import Closing
from connector.mapping.statistics import FieldCounts

__all__ = ["Evidence", "MappingEvidence"]


@dataclass(frozen=True, slots=True)
class MappingEvidence:
    """What the reported runs counted for one mapping, and what earlier runs of the same jobs found in the source."""

    fields: Mapping[str, FieldCounts]
    about: Mapping[str, Any]
    """reads, writes, hash, paths (of consent and segments), records, looked_at, census."""
    earlier: Mapping[str, Any] = field(default_factory=dict)
    """The same of the runs before; nothing where there were none."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The reported runs, oldest first, with what they counted and what every entry came to in them."""

    runs: Sequence[RunRow]
    mappings: Mapping[str, MappingEvidence]
    entries: pd.DataFrame
    """One row per entry, its last closing within the reported runs; the columns are those of entries.COLUMNS."""
    listed: Sequence[Closing]
    """Of the same closings those that held or refused."""
    unused: Sequence[Orphans] = ()
    """Files of the reported tenants' storages that nothing came of, as the ledger knows them now."""

    @property
    def zone(self) -> tzinfo:
        """Give the time zone of the newest run's schedule."""
        name = self.runs[-1].options.get("timezone")
        return ZoneInfo(name) if name else UTC
