"""Hold what one execution of a job works with, from its plan to its open connections."""

from collections.abc import Callable
from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from structlog.typing import FilteringBoundLogger

from connector import ledger
from connector.clock import Clock
from connector.delivery import Capturi, Limits, Portal
from connector.delivery.slots import Slots
from connector.errors import StorageAwayError
from connector.job.definition.attention import paths_read
from connector.job.definition.columns import Columns
from connector.job.definition.loader import Plan
from connector.job.execution.gate import Gate
from connector.job.execution.neighbour import Neighbourhood
from connector.job.execution.progress import Progress
from connector.job.execution.rowlog import RowLog
from connector.job.execution.shelf import Shelf
from connector.job.execution.summary import Options, Summary
from connector.ledger import Cursor, Group, Ledger
from connector.logs import logger
from connector.mapping import Mapping, Statistics
from connector.storage import Guard, Storage

__all__ = ["Brake", "Execution"]


class Brake(Protocol):
    """Whoever may hold the work of a run."""

    async def passes(self) -> bool:
        """Return when one more entry may be begun: False where none is to be any more."""
        ...


@dataclass(slots=True)
class Execution:
    """One run: opened by the runner, handed to every part of the work."""

    plan: Plan
    options: Options
    run_id: str
    clock: Clock
    progress: Progress
    summary: Summary
    book: Ledger
    storage: Guard
    recordings: Guard
    places: Table[str, int]
    """The ledger's number of each storage, by the storage's address."""
    target: Capturi | None
    """None in a dry run: nothing may leave."""
    limits: Limits
    portal: Portal | None = None
    """The way to ask what the target has, where the job names who asks."""
    gate: Gate = field(default_factory=Gate)
    listed: int = 0
    """How many files the storages have."""
    listed_at: float = 0.0
    """When the storages were listed, by the clock's monotonic seconds."""
    hash_key: bytes | None = None
    keep_examples: bool = False
    """Whether examples of personal values are kept as they are."""
    log: FilteringBoundLogger = field(default_factory=logger)
    statistics: dict[str, Statistics] = field(default_factory=dict)
    rows: RowLog = field(default_factory=RowLog)
    columns: Columns = field(default_factory=Columns)
    """What the newest of the tables that it reads have."""
    live_chats: bool = False
    """Whether the cases of chats are written live, by an intake."""
    policy_hash: str = ""
    """The plan's digest of what decides about skipping, worked out once."""
    agents_hash: str = ""
    """The same with who the agents are."""
    groups: Callable[..., tuple[list[Group], Cursor]] = ledger.pending_groups
    """Gives the files to work on page by page, like ledger.pending_groups."""
    brake: Brake | None = None
    """Where somebody may slow the work down or end it."""
    neighbours: Neighbourhood = field(default_factory=Neighbourhood)
    """What it has under way, and what it leaves to a backfill of its job."""
    shelf: Shelf = field(default_factory=Shelf)
    """What is kept of recordings until they are sent."""
    places_free: Slots | None = None
    """What bounds the sessions under way, once the work has begun."""
    away: StorageAwayError | None = None
    """What kept a storage from being read: what needs none of it goes on, and then the run stops."""

    @property
    def tenant(self) -> str:
        """Give the tenant the sessions belong to."""
        return self.plan.job.tenant

    @property
    def target_name(self) -> str:
        """Give the words under which the ledger knows the target."""
        return self.plan.job.target.name

    def statistics_of(self, used: Mapping) -> Statistics:
        """Give the counters of this mapping in this run."""
        found = self.statistics.get(used.name)
        if found is None:
            found = self.statistics[used.name] = Statistics(used, paths_read(self.plan.job))
        return found

    def now(self) -> datetime:
        """Give the present moment in UTC."""
        return self.clock.now()

    def storage_of(self, place_id: int) -> Storage:
        """Give the open storage with this number in the ledger."""
        return self.storage if self.places[self.storage.address] == place_id else self.recordings
