"""What a report reads from the ledger."""

from datetime import timedelta

import pytest

from connector.errors import ConfigurationError
from connector.report import Wish, choose, read


def test_the_newest_run_is_chosen_and_no_dry_run(connection, book):
    """Without a wish the newest run that was no dry run is reported on."""
    book.run("one")
    book.run("two", started_at=book.start + timedelta(days=1))
    book.run("dry", started_at=book.start + timedelta(days=2), dry_run=True)
    assert ["two"] == [run.id for run in choose(connection, Wish())]


def test_a_run_can_be_named(connection, book):
    """A run is found by its name, whatever came after it."""
    book.run("one")
    book.run("two", started_at=book.start + timedelta(days=1))
    assert ["one"] == [run.id for run in choose(connection, Wish("one"))]


def test_an_unknown_run_is_told_with_the_nearest_name(connection, book):
    """A name that is not known is a mistake of the person who typed it, and is told with the nearest one."""
    book.run("20260324-0230-aaaaaa")
    with pytest.raises(ConfigurationError, match="did you mean '20260324-0230-aaaaaa'"):
        choose(connection, Wish("20260324-0230-aaaaab"))


def test_without_any_run_there_is_nothing_to_report(connection):
    """An empty ledger gives a clear error, not an empty report."""
    with pytest.raises(ConfigurationError, match="there is no run to report on"):
        choose(connection, Wish())


def test_a_period_takes_the_runs_that_started_within_it(connection, book):
    """The first moment belongs to a period, the last does not; other jobs stay out where one is named."""
    for day in range(4):
        book.run(f"day{day}", started_at=book.start + timedelta(days=day))
    book.run("other", started_at=book.start + timedelta(days=1, hours=1), job="other")
    wish = Wish(job="nightly", since=book.start + timedelta(days=1), until=book.start + timedelta(days=3))
    assert ["day1", "day2"] == [run.id for run in choose(connection, wish)]


def test_only_closings_of_the_reported_runs_are_read(connection, book):
    """What an entry came to in another run is not told, whatever the order in which it was written."""
    book.run("one")
    book.run("two", started_at=book.start + timedelta(hours=3))
    book.entry("a")
    book.step("a", "one", "held", reason="settling")
    book.step("a", "two", "create.intended", at=book.start + timedelta(hours=3))
    book.step("a", "two", "delivered", at=book.start + timedelta(hours=3))
    evidence = read(connection, choose(connection, Wish("one")))
    assert [("held", "settling")] == list(evidence.entries[["outcome", "reason"]].itertuples(index=False, name=None))


def test_over_several_runs_the_last_closing_counts(connection, book):
    """An entry that was held and then delivered is told once, as delivered."""
    book.run("one")
    book.run("two", started_at=book.start + timedelta(hours=3))
    book.entry("a")
    book.step("a", "one", "held", reason="settling")
    book.step("a", "two", "delivered", at=book.start + timedelta(hours=3))
    evidence = read(connection, choose(connection, Wish(since=book.start)))
    assert ["delivered"] == list(evidence.entries["outcome"])
    assert [] == evidence.listed


def test_the_steps_of_a_run_are_found_among_those_of_many(connection, book):
    """The run's own steps are found by their time, also where numbers are missing because steps were erased."""
    for day in range(30):
        run_id, now = f"day{day:02}", book.start + timedelta(days=day)
        book.run(run_id, started_at=now)
        book.entry(run_id)
        book.step(run_id, run_id, "refused", at=now + timedelta(seconds=5))
    connection.exec_driver_sql("DELETE FROM step WHERE id IN (3, 9, 10, 11, 17, 30)")
    for day in (0, 7, 15, 28):
        evidence = read(connection, choose(connection, Wish(f"day{day:02}")))
        assert [f"day{day:02}"] == [one.entry_id for one in evidence.listed]


def test_the_counts_of_fields_add_up_over_runs(connection, book):
    """What two runs counted for one field is told as one."""
    for run_id in ("one", "two"):
        book.run(run_id)
        book.field(run_id, "ccai-call", "team", seen=10, filled=4, sources={"$agent.team": 4}, reasons={"no_value": 6})
    evidence = read(connection, choose(connection, Wish(since=book.start)))
    counts = evidence.mappings["ccai-call"].fields["team"]
    assert (20, 8, {"$agent.team": 8}, {"no_value": 12}) == (
        counts.seen,
        counts.filled,
        counts.sources,
        counts.reasons,
    )
