"""What a run and a backfill of one target leave to each other."""

import asyncio
from datetime import UTC, datetime

import pytest

from connector.job.execution.neighbour import Neighbourhood, rate_of_run
from connector.ledger import Present

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def there(*kinds):
    return [Present(str(number), "key", "job", kind, {}, NOW) for number, kind in enumerate(kinds)]


@pytest.mark.parametrize(
    ("kinds", "share", "expected"),
    [
        (("run",), 0.5, 10),
        (("run", "run"), 0.5, 5),
        (("run", "plan", "backfill", "backfill"), 0.5, 5),
        (("run", "backfill"), 0.2, 8),
        (("run", "backfill"), 1.0, 1),
        ((), 0.5, 10),
    ],
)
def test_runs_share_what_a_backfill_leaves(kinds, share, expected):
    """All runs together have the rate that the backfill's share leaves of it, and never nothing."""
    assert expected == pytest.approx(rate_of_run(10, there(*kinds), share))


async def test_room_is_made_once_what_was_under_way_has_ended():
    """What began after the plan was seen is not in it: only what was under way before is waited for."""
    room, end = Neighbourhood(), asyncio.Event()
    before = asyncio.create_task(end.wait())
    room.begun(before)
    room.sees("r-1")
    later = asyncio.create_task(asyncio.sleep(60))
    room.begun(later)
    assert (True, None) == (room.makes_room, room.made_room_for)
    end.set()
    await before
    await asyncio.sleep(0)
    assert (False, "r-1") == (room.makes_room, room.made_room_for)
    room.sees("r-2")
    assert room.made_room_for is None
    later.cancel()
    await asyncio.gather(later, return_exceptions=True)
    assert "r-2" == room.made_room_for
