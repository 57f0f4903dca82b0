"""Test what a record says about the parts of its recording, and about consent."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from connector.mapping import Draft, Mapping, Span, SpansReading

CONSENT = "consent: {path: [permission, old], values: {yes: true, no: false}, unknown: skip, refused: send}\n"
SEGMENTS = (
    CONSENT
    + "segments: {keep: legs, from: [start, other], cut: 'recordings[].pauses', redacted: removed}\nsplit: agent\n"
)
Read = Callable[[Any], SpansReading]


def at(second: int) -> datetime:
    return datetime(2026, 3, 24, 10, 0, second, tzinfo=UTC)


def time(second: int) -> str:
    return f"2026-03-24T11:00:{second:02}.000+01:00"


@pytest.fixture
def read(draft: Callable[..., Draft]) -> Read:
    """Give the spans of a record."""

    def apply(record: Any) -> SpansReading:
        spans = draft("subject: a", record, more=SEGMENTS, reads="files.record").spans
        assert spans is not None
        return spans

    return apply


def test_what_the_file_says_is_kept(loaded: Callable[..., Mapping]) -> None:
    """Paths and policies of consent and segments stand on the mapping for the stages that follow them."""
    made = loaded("subject: a", more=SEGMENTS, reads="files.record")
    assert made.consent is not None
    assert made.segments is not None
    assert (("permission", "old"), {"yes": True, "no": False}) == (made.consent.paths, made.consent.values)
    assert ("skip", "send") == (made.consent.unknown, made.consent.refused)
    assert (("legs",), ("start", "other"), ("recordings[].pauses",)) == (
        made.segments.keep,
        made.segments.origin,
        made.segments.cut,
    )
    assert ("removed", "agent") == (made.segments.redacted, made.split)


def test_defaults(loaded: Callable[..., Mapping]) -> None:
    """Unknown consent holds, refused consent skips, redaction left silence, and nothing is split."""
    made = loaded("subject: a", more="consent: {path: a, values: {x: true}}\nsegments: {keep: a, from: b}\n")
    assert made.consent is not None
    assert made.segments is not None
    assert ("hold", "skip", "silenced", "none") == (
        made.consent.unknown,
        made.consent.refused,
        made.segments.redacted,
        made.split,
    )


@pytest.mark.parametrize(
    ("record", "word"),
    [
        ({"permission": " yes "}, "yes"),
        ({"permission": None, "old": "no"}, "no"),
        ({"permission": True}, "true"),
        ({"permission": 1}, "1"),
        ({"permission": ""}, None),
        ({"permission": {"a": 1}}, None),
        ({}, None),
    ],
)
def test_the_word_for_consent(record: Any, word: str | None, draft: Callable[..., Draft]) -> None:
    """The word of the record as it stands there, without blanks; nothing where it says nothing."""
    assert word == draft("subject: a", record, more=CONSENT).consent


def test_spans(read: Read) -> None:
    """Legs are kept with agent and talk time, pauses cut, everything in UTC."""
    record = {
        "start": time(5),
        "legs": [
            {"agent_id": 5, "started_at": time(5), "ended_at": time(9), "call_duration": 4},
            {"agent_id": "b", "start": time(10), "end": time(12), "chat_duration": 2.5},
            {"started_at": time(13), "ended_at": time(14), "call_duration": None},
        ],
        "recordings": [
            {"pauses": [{"start": time(6), "end": time(7)}]},
            {"pauses": [{"start": time(8), "end": time(8)}]},
        ],
    }
    assert SpansReading(
        keep=(Span(at(5), at(9), "5", 4), Span(at(10), at(12), "b", 2.5), Span(at(13), at(14))),
        cut=(Span(at(6), at(7)), Span(at(8), at(8))),
        origin=at(5),
    ) == read(record)


def test_the_first_start_that_is_there(read: Read) -> None:
    """The recording's start is the first path that has one; without any the reading says so."""
    assert at(9) == read({"other": time(9)}).origin
    assert None is read({"start": "later"}).origin
    assert SpansReading((), (), None) == read({})


@pytest.mark.parametrize(
    "leg", [None, 5, "x", [], {}, {"started_at": time(1)}, {"started_at": time(2), "ended_at": time(1)}]
)
def test_a_leg_that_cannot_be_read_is_not_sent(leg: Any, read: Read) -> None:
    """What is not known to be wanted is left out."""
    assert () == read({"start": time(0), "legs": [leg]}).keep


def test_a_pause_without_an_end_reaches_to_the_end(read: Read) -> None:
    """Too much is cut rather than too little: an unknown end is the end of time, an unknown start its beginning."""
    last, first = datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)
    pauses = [
        {"start": time(1), "end": None},
        {"start": time(1), "duration": 2.0},
        {"start": "unreadable", "end": time(3)},
        {"start": None},
        "garbage",
    ]
    assert (Span(at(1), last), Span(at(1), at(3)), Span(first, at(3)), Span(first, last), Span(first, last)) == read(
        {"recordings": [{"pauses": pauses}]}
    ).cut


def test_lists_of_lists_of_pauses(read: Read) -> None:
    """Pauses of several recordings count, however deep the lists; null and empty ones are none."""
    record = {
        "recordings": [{"pauses": None}, {"pauses": []}, {"pauses": [[{"start": time(1), "end": time(2)}], None]}]
    }
    assert (Span(at(1), at(2)),) == read(record).cut


def test_pauses_that_cannot_be_worked_out_cut_everything(draft: Callable[..., Draft]) -> None:
    """Where the expression for pauses fails on a record, nothing of the recording may go."""
    more = CONSENT + "segments: {keep: legs, from: start, cut: 'sort_by(pauses, &start)'}\n"
    made = draft("subject: a", {"pauses": [{"start": 5}, {"start": "x"}]}, more=more)
    assert made.spans is not None
    assert (Span(datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)),) == made.spans.cut


def test_pauses_deeper_than_anyone_writes_cut_everything(read: Read) -> None:
    """Lists beyond the depth that is read are an unreadable pause, the empty one as well."""
    pauses: list[Any] = []
    for _ in range(3):
        pauses = [pauses]
    spans = read({"start": time(0), "recordings": [{"pauses": pauses}]})
    assert [(datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))] == [
        (cut.start, cut.end) for cut in spans.cut
    ]
