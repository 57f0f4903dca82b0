"""State what the record of an entry and its sending need of whoever works on it: a run of a job, or a forwarding."""

from datetime import datetime
from typing import Protocol

from structlog.typing import FilteringBoundLogger

from connector.delivery import Capturi
from connector.job.execution.gate import Gate
from connector.job.execution.progress import Progress
from connector.job.execution.summary import Summary
from connector.ledger import EntryRow, Ledger
from connector.reason import Verdict

__all__ = ["Closing", "Course"]


class Course(Protocol):
    """A run of a job, or the forwarding of an intake."""

    @property
    def run_id(self) -> str:
        """Give the name under which its steps are written."""
        ...

    @property
    def book(self) -> Ledger:
        """Give the open ledger."""
        ...

    @property
    def target(self) -> Capturi | None:
        """Give the open target, None where nothing may leave."""
        ...

    @property
    def gate(self) -> Gate:
        """Give what notices that the target is in trouble."""
        ...

    @property
    def log(self) -> FilteringBoundLogger:
        """Give where closing lines go."""
        ...

    @property
    def summary(self) -> Summary:
        """Give where outcomes are counted."""
        ...

    @property
    def progress(self) -> Progress:
        """Give who watches."""
        ...

    def now(self) -> datetime:
        """Give the present moment in UTC."""
        ...


class Closing(Protocol):
    """What is told that its sending came to nothing."""

    @property
    def row(self) -> EntryRow:
        """Give the entry as it stands now."""
        ...

    async def close(self, verdict: Verdict) -> None:
        """Write down why."""
        ...
