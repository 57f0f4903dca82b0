"""State what a person asks of a backfill, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from connector.job.backfill.planning import Planning
from connector.job.backfill.reckoning import Reckoning
from connector.job.execution.summary import Options, Summary
from connector.ledger import Partition, Planned

__all__ = ["Done", "Wish"]


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asked of a backfill."""

    since: datetime
    until: datetime
    workers: int = 1
    newest_first: bool = True
    engine: str | None = None
    """Address of a scheduler, like tcp://host:8786; None works on this machine."""
    report: bool = True

    @property
    def options(self) -> Options:
        """Give the bounds as those of a run."""
        return Options(self.since, self.until, report=False)


@dataclass(slots=True)
class Done:
    """What came of it."""

    summary: Summary
    planning: Planning = field(default_factory=Planning)
    parts: list[Partition] = field(default_factory=list)
    """The parts that this run worked on."""
    goes_on_from: Planned | None = None
    """The same plan as an earlier start left it; None where this one is the first."""
    reckoning: Reckoning | None = None
    """What the ledger says of the range at the end; None where no storage could be opened."""
    examples: Mapping[str, str] = field(default_factory=dict)
    """The entries that serve as examples, by number, as `connector show` takes them."""
