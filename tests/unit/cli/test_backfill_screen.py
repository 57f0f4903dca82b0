"""What a terminal shows of a backfill while it goes on."""

import io

import pytest
from rich.console import Console

from connector.cli.backfill_screen import showing
from connector.job.backfill.view import Sight, WorkerSight

NOTE = "makes room for another run of the target: 25% of the rate, until it has ended"
SIGHT = Sight(
    items=1_200_000,
    worked=40_000,
    counts={"delivered": 39_000, "held": 1000},
    rate=812.5,
    seconds_left=1428.0,
    note=NOTE,
    workers=(WorkerSight(1, "2026-03-01", 2000, 500, 406.2), WorkerSight(2, "2026-02-28", 2000, 700, 406.3)),
)


@pytest.mark.parametrize("width", [60, 80, 120])
def test_numbers_and_reasons_are_whole_at_every_width(width):
    """Neither the words beside the bars nor those below take the room of the numbers."""
    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=True, color_system=None)
    with showing(console) as view:
        view.sees(SIGHT)
    told = " ".join(out.getvalue().split())
    for text in ("backfill", "40000/1200000", "812.5/s, 24 min left", "worker 1", "500/2000", "2026-02-28 · 406.3/s"):
        assert text in told
    assert f"39,000 delivered · 1,000 held {NOTE}" in told


def test_nothing_is_below_the_bars_where_nothing_came_of_it_yet():
    """No outcome, no reason: no empty line either."""
    out = io.StringIO()
    with showing(Console(file=out, width=80, force_terminal=True, color_system=None)) as view:
        view.sees(Sight(items=10, worked=0))
    assert "0/10" in out.getvalue()
    assert {"delivered", "held"}.isdisjoint(out.getvalue().split())
