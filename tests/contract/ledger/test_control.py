"""What a person asked of a backfill or a schedule is kept, and the plan it is about."""

from datetime import timedelta

import pytest

from connector import ledger
from connector.ledger import Control, Planned


def planned(book, **facts):
    values = {"since": book.now - timedelta(days=30), "until": book.now, "state": ledger.WORKING, "run_id": "run-1"}
    return Planned(job="nightly", changed_at=book.now, **{**values, **facts})


def test_what_nobody_asked_anything_of_is_running(book):
    """A job that was never held has the state running."""
    assert Control("nightly", ledger.SCHEDULE) == ledger.control(book.connection, "nightly", ledger.SCHEDULE)
    assert ledger.RUNNING == ledger.control(book.connection, "nightly", ledger.BACKFILL).state


def test_a_backfill_is_held_without_its_schedule(book):
    """Pausing one of the two leaves the other as it is."""
    ledger.set_control(book.connection, "nightly", ledger.BACKFILL, now=book.now, state=ledger.PAUSED)
    assert ledger.PAUSED == ledger.control(book.connection, "nightly", ledger.BACKFILL).state
    assert ledger.RUNNING == ledger.control(book.connection, "nightly", ledger.SCHEDULE).state
    assert [("nightly", ledger.BACKFILL, ledger.PAUSED)] == [row[:3] for row in ledger.controls(book.connection)]


def test_changed_limits_outlive_a_pause(book):
    """State and limits are changed one without the other, and None takes a limit back."""
    change = {"job": "nightly", "scope": ledger.BACKFILL, "now": book.now}
    ledger.set_control(book.connection, **change, facts={"requests_per_second": 2.5, "share": 0.5})
    ledger.set_control(book.connection, **change, state=ledger.PAUSED)
    ledger.set_control(book.connection, **change, facts={"share": None})
    found = ledger.control(book.connection, "nightly", ledger.BACKFILL)
    assert (ledger.PAUSED, {"requests_per_second": 2.5}) == (found.state, found.facts)


def test_a_job_has_one_plan_and_another_range_takes_its_place(book):
    """Asked for another range, the plan's range is that one."""
    assert ledger.plan(book.connection, "nightly") is None
    ledger.start_plan(book.connection, planned(book))
    wider = planned(book, since=book.now - timedelta(days=60))
    ledger.start_plan(book.connection, wider)
    assert wider == ledger.plan(book.connection, "nightly")


def test_a_closed_plan_is_not_open_any_more(book):
    """What is done or cancelled counts as no unfinished backfill."""
    ledger.start_plan(book.connection, planned(book))
    assert ledger.plan(book.connection, "nightly").is_open
    ledger.end_plan(book.connection, "nightly", ledger.CANCELLED, book.now)
    assert not ledger.plan(book.connection, "nightly").is_open


@pytest.mark.parametrize(("ended", "state"), [(True, ledger.RUNNING), (False, ledger.PAUSED)])
def test_a_pause_holds_the_plan_it_was_asked_of_and_no_later_one(book, ended, state):
    """What was paused in its last moment does not hold the next backfill; what is unfinished stays paused."""
    ledger.start_plan(book.connection, planned(book))
    ledger.set_control(book.connection, "nightly", ledger.BACKFILL, now=book.now, state=ledger.PAUSED)
    if ended:
        ledger.end_plan(book.connection, "nightly", ledger.DONE, book.now)
    ledger.start_plan(book.connection, planned(book, since=book.now - timedelta(days=60)))
    assert state == ledger.control(book.connection, "nightly", ledger.BACKFILL).state


@pytest.mark.parametrize(("ended", "late"), [(ledger.CANCELLED, ledger.WORKING), (ledger.DONE, ledger.CANCELLED)])
def test_a_plan_stays_as_it_ended(book, ended, late):
    """Who was still planning when it was cancelled does not open it again; who cancels too late changes nothing."""
    ledger.start_plan(book.connection, planned(book, state=ledger.PLANNING))
    ledger.end_plan(book.connection, "nightly", ended, book.now)
    ledger.set_plan(book.connection, "nightly", late, book.now)
    assert ended == ledger.plan(book.connection, "nightly").state
