"""Runs, their statistics, and the budgets that processes share."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest

from connector import ledger
from connector.errors import AlreadyRunningError
from connector.ledger import Change, RunRow, Spent, change
from connector.ledger.budget import used_up


@pytest.fixture
def add_run(book):
    def add(run_id, job="nightly", days=0):
        row = RunRow(
            id=run_id, job=job, tenant="acme", started_at=book.now + timedelta(days=days), options={"limit": 5}
        )
        ledger.start_run(book.connection, row)
        return row

    return add


def test_a_run_is_kept_from_its_start_to_its_end(book, add_run):
    """What a run began with is there while it goes on; what it ended with replaces it."""
    row = add_run("one")
    assert row == ledger.run(book.connection, "one")
    ended = replace(
        row,
        finished_at=book.now + timedelta(minutes=5),
        counts={"seen": 3, "delivered": 2},
        reasons={"settling": 1},
        exit_code=0,
        report="reports/one.html",
    )
    ledger.finish_run(book.connection, ended)
    assert ended == ledger.run(book.connection, "one")
    assert ledger.run(book.connection, "none") is None


def test_runs_are_listed_newest_first(book, add_run):
    """The list is of all jobs or of one, as long as asked for; each job's newest run is one look."""
    for day, (run_id, job) in enumerate([("a", "nightly"), ("b", "nightly"), ("c", "import")]):
        add_run(run_id, job, day)
    assert ["c", "b", "a"] == [row.id for row in ledger.runs(book.connection)]
    assert ["b"] == [row.id for row in ledger.runs(book.connection, 1, "nightly")]
    assert ["c", "b"] == [row.id for row in ledger.latest_runs(book.connection)]


def test_statistics_are_kept_per_run_mapping_and_field(book):
    """What is saved for a run replaces what was saved for it before, and touches no other run."""
    first = {
        "ccai-call": {"team": {"seen": 3, "filled": 2}, "subject": {"seen": 3}},
        "ccai-chat": {"team": {"seen": 1}},
    }
    ledger.save_statistics(book.connection, "one", first)
    ledger.save_statistics(book.connection, "two", {"ccai-call": {"team": {"seen": 9}}})
    assert first == ledger.statistics(book.connection, "one")
    ledger.save_statistics(book.connection, "one", {})
    assert {} == ledger.statistics(book.connection, "one")
    assert {"ccai-call": {"team": {"seen": 9}}} == ledger.statistics(book.connection, "two")


def test_a_budget_grants_no_more_than_both_limits_leave(book):
    """Hour and day bind together; a new hour gives anew, up to the day's limit; another token has its own."""

    def spend(wanted, hours=0, key="token"):
        moment = book.now + timedelta(hours=hours)
        return ledger.spend(book.connection, key, moment, per_hour=5, per_day=8, wanted=wanted)

    assert [3, 2, 0] == [spend(3), spend(3), spend(3)]
    assert 5 == spend(9, key="other")
    assert [3, 0] == [spend(9, hours=1), spend(9, hours=1)]
    assert 0 == spend(1, hours=2)
    assert 5 == spend(9, hours=24)


def test_what_keeps_a_backfill_waiting_is_known(book):
    """Its own part of the hour, what runs took of it, or the day, which is the longer wait; others' is no matter."""

    def ask(hours=0, **limits):
        bounds = {"per_hour": 6, "per_day": None, "share": 0.5, **limits}
        return used_up(book.connection, "token", book.now + timedelta(hours=hours), **bounds)

    def take(count, spend, **share):
        granted = sum(
            spend(book.connection, "token", book.now, per_hour=6, per_day=None, **share) for _ in range(count)
        )
        assert count == granted

    assert ask() is None
    take(2, ledger.spend_part, share=0.5)
    assert ask() is None
    take(1, ledger.spend_part, share=0.5)
    assert [("hour", 3), None, None] == [ask(), ask(share=1.0), ask(hours=1)]
    take(3, partial(ledger.spend, wanted=1))
    assert [("hour", 6), ("day", 6), None] == [ask(share=1.0), ask(share=1.0, per_day=6), ask(per_hour=None)]


def test_a_limit_that_is_left_out_does_not_bind(book):
    """Without limits everything is granted, and counted for those who have one."""
    assert 1000 == ledger.spend(book.connection, "token", book.now, per_hour=None, per_day=None, wanted=1000)
    assert 0 == ledger.spend(book.connection, "token", book.now, per_hour=None, per_day=1000, wanted=1)


def test_what_was_not_used_is_given_back(book):
    """A change may count what was spent, or give back what was granted for nothing."""
    assert 5 == ledger.spend(book.connection, "token", book.now, per_hour=5, per_day=None, wanted=5)
    change.apply_changes(book.connection, [Change(budget=Spent("token", book.now, -2))])
    assert 2 == ledger.spend(book.connection, "token", book.now, per_hour=5, per_day=None, wanted=5)
    change.apply_changes(book.connection, [Change(budget=Spent("fresh", book.now))])
    assert 4 == ledger.spend(book.connection, "fresh", book.now, per_hour=5, per_day=None, wanted=9)


def test_days_begin_by_the_clock_of_the_time_zone(book):
    """A moment in local time belongs to the local day, also where UTC has begun another one."""
    evening = (book.now - timedelta(hours=2)).astimezone(ZoneInfo("America/New_York"))
    assert 5 == ledger.spend(book.connection, "token", evening, per_hour=None, per_day=5, wanted=5)
    assert 0 == ledger.spend(book.connection, "token", evening - timedelta(hours=3), per_hour=None, per_day=5, wanted=5)
    assert 5 == ledger.spend(book.connection, "token", evening + timedelta(hours=5), per_hour=None, per_day=5, wanted=5)


def test_a_job_runs_once_at_a_time(url):
    """The lock of a job is held by one; another job of the same ledger has its own."""
    with ledger.job_lock(url, "nightly"):
        with pytest.raises(AlreadyRunningError, match="nightly"), ledger.job_lock(url, "nightly"):
            pass
        with ledger.job_lock(url, "import"):
            pass
    with ledger.job_lock(url, "nightly"):
        pass
