import math
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.conversation import Segment, compute
from connector.conversation.segments import clamp
from connector.errors import SkipError
from connector.mapping.model import Span, SpansReading
from connector.reason import Code

ORIGIN = datetime(2026, 3, 23, 20, 14, 41, tzinfo=UTC)
BEGINNING = datetime.min.replace(tzinfo=UTC)
END = datetime.max.replace(tzinfo=UTC)


def reading(keep, cut=(), origin=ORIGIN):
    return SpansReading(tuple(keep), tuple(cut), origin)


def pairs(segments):
    return [(one.start_seconds, one.start_seconds + one.duration_seconds) for one in segments]


def test_the_parts_of_a_transferred_call(span):
    """Two agents, the wait between them and a redaction: what is kept is what both agents spoke, without the pause."""
    keep = [span(-4, 28, "5", 32), span(28, 33, "5", 0), span(45, 125, "9", 80)]

    found = compute(reading(keep, [span(54, 57)]), 125.0)

    assert (Segment(0, 28), Segment(45, 9), Segment(57, 68)) == found


def test_only_the_agents_own_spans_are_kept(span):
    """Where a call is split, each agent gets what he spoke himself."""
    spans = reading([span(0, 28, "5", 28), span(45, 125, "9", 80), span(130, 140, "5", 10)])

    assert [(0, 28), (130, 140)] == pairs(compute(spans, 140.0, agent_id="5"))
    assert [(45, 125)] == pairs(compute(spans, 140.0, agent_id="9"))


def test_wrap_up_is_no_talk(span):
    """A leg without talk keeps nothing; one whose talk is unknown does."""
    assert [(10, 20)] == pairs(compute(reading([span(0, 5, "9", 0), span(10, 20, "9", None)]), 60.0))


def test_kept_and_cut_spans_are_rounded_outwards_and_cut_wins(span):
    """Part of a second that was talked is kept, part of a second that was redacted is cut."""
    spans = reading([span(0.9, 10.1)], [span(4.5, 5.1)])

    assert [(0, 4), (6, 11)] == pairs(compute(spans, 60.0))


def test_spans_end_where_the_audio_ends(span):
    """A recording shorter than the metadata says limits what can be kept; its last second counts in full."""
    assert [(0, 31)] == pairs(compute(reading([span(-5, 200)]), 30.17))


def test_spans_that_touch_or_overlap_become_one(span):
    """Two legs without a gap are one segment."""
    assert [(0, 20)] == pairs(compute(reading([span(10, 20), span(0, 10), span(5, 12)]), None))


def test_the_whole_recording_is_sent_as_a_segment(span):
    """Where everything is kept and nothing cut, the segments say so all the same."""
    assert (Segment(0, 125),) == compute(reading([span(0, 125)]), 125.0)


def test_removed_redactions_shift_what_follows(span):
    """Where the redaction shortened the file, later times lie earlier, and nothing is left to be cut."""
    spans = reading([span(0, 30), span(60, 100)], [span(10, 15), span(70, 72.5)])

    assert [(0, 25), (55, 93)] == pairs(compute(spans, 92.5, redacted="removed"))
    assert [(0, 10), (15, 30), (60, 70), (73, 100)] == pairs(compute(spans, 100.0, redacted="silenced"))


def test_cuts_that_overlap_shorten_the_file_once(span):
    """Two pauses over the same seconds removed them once."""
    spans = reading([span(20, 40)], [span(0, 10), span(5, 10)])

    assert [(10, 30)] == pairs(compute(spans, 30.0, redacted="removed"))


def test_a_cut_that_ends_before_it_begins_is_turned(span):
    """Rather too much is cut than too little."""
    assert [(0, 5), (8, 10)] == pairs(compute(reading([span(0, 10)], [span(8, 5)]), 10.0))


@pytest.mark.parametrize("redacted", ["silenced", "removed"])
def test_a_cut_nobody_can_read_leaves_nothing(span, redacted):
    """A redaction without times reaches over everything: then nothing is sent."""
    with pytest.raises(SkipError) as caught:
        compute(reading([span(0, 10)], [Span(BEGINNING, END)]), 10.0, redacted=redacted)

    assert Code.FIELD_INVALID == caught.value.code


@pytest.mark.parametrize(
    ("keep", "seconds", "agent_id"),
    [
        ([], 60.0, None),
        ([(70, 80)], 60.0, None),
        ([(-20, -10)], 60.0, None),
        ([(0, 10)], 60.0, "7"),
        ([(5, 5)], 60.0, None),
    ],
)
def test_nothing_left_is_refused(span, keep, seconds, agent_id):
    """No span left never means the whole call."""
    with pytest.raises(SkipError, match="nothing left") as caught:
        compute(reading([span(*one) for one in keep]), seconds, agent_id=agent_id)

    assert Code.FIELD_INVALID == caught.value.code


def test_without_the_start_of_the_recording_nothing_can_be_said(span):
    """Spans are relative to the recording's start: a record without it is refused with the remedy."""
    with pytest.raises(SkipError, match="no start of the recording") as caught:
        compute(reading([span(0, 10)], origin=None), 60.0)

    assert "from" in caught.value.hint


def test_ready_made_segments_are_put_in_order():
    """Segments that a mapping brings itself are joined, ordered and kept within the recording."""
    given_ones = [{"startSeconds": 20, "durationSeconds": 50}, {"startSeconds": 0, "durationSeconds": 20}]

    assert [(0, 31)] == pairs(clamp(given_ones, 30.5))
    with pytest.raises(SkipError):
        clamp([{"startSeconds": 40, "durationSeconds": 5}], 30.5)
    with pytest.raises(SkipError):
        clamp([{"startSeconds": -1, "durationSeconds": 5.5}], 30.5)


moments = st.integers(-400_000, 400_000).map(lambda value: ORIGIN + timedelta(milliseconds=value))
spans = st.builds(Span, moments, moments, st.none(), st.sampled_from([None, 0, 12.5]))


@given(
    keep=st.lists(spans, max_size=8), cut=st.lists(spans, max_size=6), seconds=st.one_of(st.none(), st.floats(0.1, 400))
)
def test_segments_keep_every_whole_second_and_no_cut_one(keep, cut, seconds):
    """Segments are in order, apart, inside the audio, away from every cut, and miss no second that is to be kept."""
    limit = math.inf if seconds is None else seconds
    stretches = [
        ((one.start - ORIGIN).total_seconds(), (one.end - ORIGIN).total_seconds())
        for one in keep
        if one.talk_seconds != 0
    ]
    kept = [(max(begin, 0), min(end, limit)) for begin, end in stretches if max(begin, 0) < min(end, limit)]
    cuts = [sorted(((one.start - ORIGIN).total_seconds(), (one.end - ORIGIN).total_seconds())) for one in cut]

    def is_cut(second):
        return any(begin < second + 1 and end > second and begin < end and begin < limit for begin, end in cuts)

    wanted = {s for begin, end in kept for s in range(math.floor(begin), math.ceil(end)) if not is_cut(s)}
    try:
        found = pairs(compute(reading(keep, cut), seconds))
    except SkipError:
        assert set() == wanted
        return

    assert all(begin >= 0 and end - begin >= 1 for begin, end in found)
    assert all(before[1] < after[0] for before, after in pairwise(found))
    assert seconds is None or found[-1][1] <= math.ceil(seconds)
    assert wanted == {second for begin, end in found for second in range(begin, end)}
    assert all(isinstance(value, int) for pair in found for value in pair)
