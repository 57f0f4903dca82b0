"""Keep the ledger: what was seen, held, sent and refused, and why; the only thing that outlives a run."""

from connector.ledger.model import Change, EntryRow, ListedFile, StepRow
from connector.ledger.writer import Ledger
from connector.ledger.writer import open_ledger as open  # noqa: A004 - read as ledger.open(…)

__all__ = ["Change", "EntryRow", "Ledger", "ListedFile", "StepRow", "open"]
