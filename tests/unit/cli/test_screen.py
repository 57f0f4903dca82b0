"""What a summary says to people."""

import io
from datetime import UTC, datetime

import pytest
from rich.console import Console

from connector.cli.screen import columns, counted, show_summary, watching
from connector.job.execution.summary import Summary
from connector.reason import Code, Outcome


def said(*, dry_run):
    summary = Summary("nightly", datetime(2026, 3, 24, tzinfo=UTC), dry_run=dry_run)
    summary.add(Outcome.DELIVERED, audio=1, size_bytes=1500)
    for _ in range(2):
        summary.add(Outcome.HELD, Code.AUDIO_AWAITED, name="call-7")
    out = io.StringIO()
    show_summary(Console(file=out, width=140), summary)
    return out.getvalue()


def test_a_dry_run_says_what_would_be():
    """Nothing that was only tried reads as if it had been done, nor points to a trace that was not written."""
    told = said(dry_run=True)
    assert "3 seen, would be:  1 delivered" in told
    assert "1 recording would be uploaded, 1.5 kB" in told
    assert "connector show" not in told


def test_a_run_says_what_was():
    """A run tells what it did; one recording is one, and legs of one call are one example."""
    told = said(dry_run=False)
    assert "3 seen:  1 delivered" in told
    assert "1 recording uploaded" in told
    assert 1 == told.count("call-7")


@pytest.mark.parametrize(("others", "asked"), [((), False), ((Code.AUDIO_AWAITED,), True)])
def test_nobody_is_sent_to_explain_what_has_no_id(others, asked):
    """After a dry run whose rows were all unreadable no command is named that needs an id; of others it is."""
    summary = Summary("nightly", datetime(2026, 3, 24, tzinfo=UTC), dry_run=True)
    for code in (Code.UNREADABLE, *others):
        summary.add(code.usual_outcome, code, name="calls.csv")
    out = io.StringIO()
    show_summary(Console(file=out, width=140), summary)
    assert asked is ("mapping explain nightly ID" in out.getvalue())


@pytest.mark.parametrize(
    ("count", "told"), [(0, "0 entries"), (1, "1 entry"), (2, "2 entries"), (1200, "1,200 entries")]
)
def test_one_is_singular(count, told):
    """A noun fits its number."""
    assert told == counted(count, "entry", "entries")


RUN_ID = "20260324-0230-5f3a9c"


def drawn(width, *names, whole, rows):
    table = columns(None, *names, whole=whole)
    for row in rows:
        table.add_row(*row)
    out = io.StringIO()
    Console(file=out, width=width).print(table)
    return out.getvalue()


@pytest.mark.parametrize("width", [60, 80, 140])
def test_an_id_stays_whole_and_the_others_give_way(width):
    """In a narrow terminal a name is on one line, so that it can be copied, and no line is longer than the terminal."""
    row = (RUN_ID, "nightly-ccai (named entries alone)", "2026-03-24 02:30:00Z", "1,234.5 s", "a detail " * 6)
    told = drawn(width, "run", "job", "started", "took", "why", whole=("run",), rows=[row])
    assert RUN_ID in told
    assert width >= max(len(line) for line in told.splitlines())


def test_an_id_without_room_is_broken_and_not_cut_off():
    """What is wider than the terminal is there to the last letter."""
    name = "-".join(["acme-call"] * 12)
    told = drawn(60, "id", "state", whole=("id",), rows=[(name, "held")])
    assert name == "".join(line.split(" ")[0] for line in told.splitlines()[1:])


def test_the_place_of_a_report_is_one_line():
    """A path that is longer than the terminal is wide can be copied."""
    summary = Summary("nightly", datetime(2026, 3, 24, tzinfo=UTC))
    summary.report = f"/srv/{'a-long-folder/' * 6}reports/{RUN_ID}.html"
    out = io.StringIO()
    show_summary(Console(file=out, width=80), summary)
    assert summary.report in out.getvalue()


def test_on_a_terminal_the_bar_says_what_is_waited_for():
    """The word stands there while the run waits, and is gone with the waiting."""
    console = Console(file=io.StringIO(), force_terminal=True, width=80)
    with watching(console) as progress:
        progress.expects(3)
        progress.waits("5 s: do young recordings still grow?")
        (task,) = progress.bar.tasks
        assert "waiting 5 s: do young recordings still grow?" == task.description
        progress.waits("")
        assert "working" == task.description
