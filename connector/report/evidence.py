"""Hold what the ledger told about the reported runs, from which every table is made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connector.ledger.model import RunRow
from connector.ledger.reporting import Closing

__all__ = ["Evidence"]

FieldFacts = Mapping[str, Mapping[str, Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Evidence:
    """The reported runs, oldest first, with what they counted and what every entry came to in them."""

    runs: Sequence[RunRow]
    fields: FieldFacts
    """Mapping name -> field -> facts, over all reported runs."""
    closings: Sequence[Closing]
    """One per entry: the last within the reported runs."""
