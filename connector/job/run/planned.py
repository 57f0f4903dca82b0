"""Leave to a backfill of the same job what it has planned, or done, since a run read about it."""

from collections.abc import Sequence

from connector import ledger
from connector.job.execution.model import Execution
from connector.job.gathering.gather import Broken, Work

__all__ = ["Page"]


class Page:
    """What a run read at once, and what of it has become the work of a backfill since.

    The ledger is asked once for the whole page when the run sees another plan, before anything more is begun: no
    backfill begins with its plan until the run has said that it saw it. What was in a plan once stays the backfill's
    for this page: how far its delivery came since, the page does not know.
    """

    def __init__(self, run: Execution, items: Sequence[Work | Broken]) -> None:
        self.items = items
        self._run = run
        self._seen = 0
        """How many plans it was looked at for; one may have been seen while the page was read."""
        self._left: set[int] = set()
        """The positions of the items that are left."""
        self._positions = {id(item): position for position, item in enumerate(items)}

    async def leaves(self, item: Work | Broken) -> bool:
        """Tell whether this item of the page is left to a backfill."""
        while self._seen != self._run.neighbours.plans_seen:
            self._seen = self._run.neighbours.plans_seen
            await self._look()
        if self._positions[id(item)] not in self._left:
            return False
        self._run.rows.left_out.add(item.file.id)
        return True

    async def _look(self) -> None:
        run, files = self._run, [_files(item) for item in self.items]
        wanted = sorted(frozenset().union(*files))
        others = await run.book.read(ledger.held_by_others, run.plan.job.job, wanted, run.now())
        self._left.update(
            position for position, its in enumerate(files) if its & others.planned or its <= others.judged
        )


def _files(item: Work | Broken) -> frozenset[int]:
    return frozenset((item.file.id, *(item.settled_files if isinstance(item, Work) else ())))
