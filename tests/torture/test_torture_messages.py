"""Killed anywhere between the acceptance of a message and its arrival: each one arrives once, in order."""

import os

import pytest

from tests.flow.conftest import TOKEN
from tests.torture.messages import BOUNDARIES, suffer_messages
from tests.torture.victim import Blow

RANDOM_KILLS = int(os.environ.get("TORTURE_KILLS", "24")) // 4
SEED = int(os.environ.get("TORTURE_SEED", "1"))
EVERY_STEP = [Blow("step", step=step, nth=1, after=after) for step in BOUNDARIES for after in (False, True)]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "faulty"),
    [("sqlite", False), ("sqlite", True), ("postgresql", True)],
    ids=["sqlite, calm", "sqlite, faults", "postgresql, faults"],
)
def test_killed_at_every_step_and_at_any_moment(request, tmp_path, monkeypatch, kind, faulty):
    """SIGKILL before and after the commit of every step, then at random: all is there once and in order."""
    is_file = kind == "sqlite"
    address = "connector.db" if is_file else request.getfixturevalue("durable_postgresql_server").make_database()
    monkeypatch.setenv("CAPTURI_TOKEN", TOKEN)
    seed = 5 * SEED + (4 if faulty else 0)
    verdict = suffer_messages(tmp_path, seed, address, kills=len(EVERY_STEP) - 8 + RANDOM_KILLS, blows=EVERY_STEP)

    assert ([], [], [], [], []) == (verdict.lost, verdict.doubled, verdict.damaged, verdict.stuck, verdict.untrue)
    struck = {str(blow) for blow in EVERY_STEP if verdict.blows[str(blow)]}
    assert {"after INSERT INTO inbox", "before message.intended", "after message.done", "after delivered"} <= struck
