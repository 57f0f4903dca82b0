"""How the end of a backfill adds up."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from connector.job.backfill.reckoning import PlanSum, reckon, sum_up, tell_waiting
from connector.ledger import Partition
from connector.ledger.tally import Standing
from connector.reason import Code

STATES = some.sampled_from(
    [("delivered", None), ("held", "audio_awaited"), ("skipped", "voicemail"), ("refused", "unreadable")]
)
FOUND = some.lists(some.tuples(STATES, some.booleans(), some.booleans(), some.integers(1, 9)), max_size=12)


def part(items, state, run_id):
    facts = {"id": 1, "job": "demo", "day": "2026-01-01", "items": items, "size_bytes": 0, "state": state}
    rest = {"fence": 1, "owner": None, "lease_until": None, "run_id": run_id, "counts": {}, "reasons": {}}
    return Partition(**facts, **rest, problem=None, finished_at=None)


@given(FOUND)
def test_every_entry_of_the_range_is_in_one_line_and_one_column(rows):
    """Whatever the ledger has: now and before add up to all, and what is gone is a part of what was before."""
    found = [Standing(state, code, by_run, listed, count, "e") for (state, code), by_run, listed, count in rows]
    told = reckon(found, {}, seen=0, plan=PlanSum())
    assert sum(one.entries for one in found) == told.in_all == sum(line.in_all for line in told.lines)
    assert sum(one.entries for one in found if one.by_run) == told.now
    assert sum(one.entries for one in found if not one.by_run and not one.listed) == told.gone
    assert len({(line.state, line.code) for line in told.lines}) == len(told.lines)


def test_what_rests_until_its_next_try_is_held_now():
    """An earlier run wrote it, and this one counted it: it stands in the column of what is now."""
    found = [Standing("held", "try_again", False, True, 3, "e"), Standing("delivered", None, False, True, 2, "f")]
    told = reckon(found, {Code.TRY_AGAIN: 2}, seen=4, plan=PlanSum())
    assert [("delivered", 0, 2), ("held", 2, 1)] == [(line.state, line.now, line.before) for line in told.lines]
    assert 1 == told.unseen


def test_a_plan_is_what_was_finished_before_and_now_and_what_is_left():
    """Parts of an earlier start, of this one, and those that were let go add up to the plan."""
    parts = [part(10, "done", "run-1"), part(7, "done", "run-2"), part(5, "waiting", "run-2"), part(3, "waiting", None)]
    told = sum_up(parts, "run-2")
    assert (7, 10, 8, 25) == (told.finished_now, told.finished_before, told.left, told.sessions)


@pytest.mark.parametrize(
    ("count", "expected"),
    [(1, "its file a/call-7.json waits to be judged"), (1200, "1,200 of its files wait, such as a/call-7.json, to be")],
)
def test_a_finished_part_says_which_files_wait_and_what_happens_to_them(count, expected):
    """One file or many: the sentence names one, says why it waits, and who takes it up."""
    told = tell_waiting(count, "a/call-7.json", "demo")
    assert told.startswith(expected)
    assert f"the next run or backfill of demo takes {'it' if count == 1 else 'them'} up" in told
