"""What was told of a call beside its record, as a mapping reads it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from connector import mapping
from connector.job.entry.call_events import reads_events, redactions
from connector.ledger.case_model import CallFact

BEGIN = datetime(2026, 3, 24, 9, 0, tzinfo=UTC)
RULES = """
mapping: m
reads: ccai.call
writes: capturi.conversation
fields: {{customProp1: {{path: "{path}"}}}}
consent: {{path: a, values: {{b: true}}}}
{more}
"""


def facts(*kinds):
    return [CallFact("acme", "7", str(n), BEGIN + timedelta(seconds=n), kind, {}) for n, kind in enumerate(kinds)]


def stretches(*kinds):
    """Give each stretch in seconds after the begin, None on the side that nobody told."""

    def seconds(text):
        return None if text is None else int((datetime.fromisoformat(text) - BEGIN).total_seconds())

    return [(seconds(one.get("started_at")), seconds(one.get("ended_at"))) for one in redactions(facts(*kinds))]


def test_a_pause_of_the_recording_is_a_stretch():
    """Start and end belong together, other events between them or not."""
    assert [(1, 3)] == stretches("new_call", "redaction_started", "transfer", "redaction_ended")


def test_what_nobody_told_is_open():
    """An end without a start and a start without an end cut more rather than less."""
    assert [(None, 0), (1, None)] == stretches("redaction_ended", "redaction_started")


def test_a_start_that_is_told_twice_keeps_the_earlier_one():
    """Two starts before an end are one stretch."""
    assert [(0, 2)] == stretches("redaction_started", "redaction_started", "redaction_ended")


def test_of_words_that_name_neither_every_second_is_the_end():
    """The guide prints no types for redaction."""
    assert [(0, 1), (2, None)] == stretches("redaction", "redaction", "redaction")


def test_only_a_mapping_that_reads_events_asks_for_them():
    """A rule or the segments; everything else costs no look into the ledger."""

    def rules(path, more=""):
        return mapping.parse(RULES.format(path=path, more=more), Path("m.yaml"))

    cut = "segments: {keep: handle_durations, from: a, cut: \"$events[?type=='redacted']\"}"
    assert not reads_events(rules("id"))
    assert reads_events(rules("$events[0].type"))
    assert reads_events(rules("id", cut))


def test_events_are_read_as_the_documentation_says():
    """The two examples of the page on browsers' events give a number and stretches to cut."""
    count = "$events[?type=='redacted'] | length(@)"
    cut = "segments: {keep: handle_durations, from: a, cut: \"$events[?type=='redacted']\"}"
    rules = mapping.parse(RULES.format(path=count, more=cut), Path("m.yaml"))
    events = list(redactions(facts("redaction_started", "redaction_ended")))
    draft = mapping.apply(rules, {"a": "b"}, {"events": events})

    assert "1" == draft.values["customProp1"]
    assert [BEGIN] == [span.start for span in draft.spans.cut]
