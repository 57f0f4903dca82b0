"""Work out which whole seconds of a recording are sent: what is to keep without what is to be cut.

The segments are sent as computed even where they are the whole recording: the target then shows what was meant, and
a recording that turns out longer brings nothing along.
"""

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from connector.conversation.model import Segment
from connector.errors import SkipError
from connector.mapping.model import Span, SpansReading
from connector.reason import Code

__all__ = ["clamp", "compute"]

Stretch = tuple[float, float]
"""Seconds from the start of the recording: begin and end."""


def compute(
    spans: SpansReading,
    audio_seconds: float | None,
    *,
    agent_id: str | None = None,
    redacted: Literal["silenced", "removed"] = "silenced",
) -> tuple[Segment, ...]:
    """Give the segments to send, in order, apart from each other, in whole seconds.

    Kept and cut spans are rounded outwards, and cut wins. With `agent_id` only that agent's spans are kept; legs
    without talk never are. `removed`: the cut spans are missing from the file already, so what came after them lies
    earlier. Raises SkipError(FIELD_INVALID) where nothing is left, or the record does not say when the recording
    starts.
    """
    if spans.origin is None:
        hint = "let `segments: from` name the field with the start of the recording"
        raise SkipError(Code.FIELD_INVALID, "cannot be worked out: no start of the recording in the record", hint=hint)
    keep = [
        _seconds(span, spans.origin)
        for span in spans.keep
        if span.talk_seconds != 0 and (agent_id is None or span.agent_id == agent_id)
    ]
    cut = [_turned(*_seconds(span, spans.origin)) for span in spans.cut]
    if redacted == "removed" and cut:
        gone = _merged(cut)
        keep, cut = [(begin - _removed(gone, begin), end - _removed(gone, end)) for begin, end in keep], []
    return _left(keep, cut, audio_seconds)


def clamp(segments: Sequence[dict[str, Any]], audio_seconds: float | None) -> tuple[Segment, ...]:
    """Give ready-made segments of a mapping in order, joined where they touch and within the recording.

    Raises SkipError(FIELD_INVALID) where nothing is left, or one of them is no segment.
    """
    if not all(_is_segment(one) for one in segments):
        hint = "give each a startSeconds of 0 or more and a durationSeconds of 1 or more, in whole seconds"
        raise SkipError(Code.FIELD_INVALID, "is no list of segments", hint=hint)
    keep = [(one["startSeconds"], one["startSeconds"] + one["durationSeconds"]) for one in segments]
    return _left(keep, [], audio_seconds)


def _is_segment(one: dict[str, Any]) -> bool:
    start, duration = one.get("startSeconds"), one.get("durationSeconds")
    return type(start) is int and type(duration) is int and start >= 0 and duration >= 1


def _seconds(span: Span, origin: datetime) -> Stretch:
    """Give the span as seconds after the origin; what lies before the recording is not in it."""
    begin, end = (span.start - origin).total_seconds(), (span.end - origin).total_seconds()
    return begin if begin > 0 else 0.0, end if end > 0 else 0.0


def _turned(begin: float, end: float) -> Stretch:
    # A cut that ends before it begins is turned: rather too much is cut than too little.
    return (begin, end) if begin <= end else (end, begin)


def _removed(gone: Sequence[Stretch], moment: float) -> float:
    return sum(min(end, moment) - begin for begin, end in gone if begin < moment)


def _left(keep: Sequence[Stretch], cut: Sequence[Stretch], audio_seconds: float | None) -> tuple[Segment, ...]:
    limit = math.inf if audio_seconds is None else audio_seconds
    left = _merged(_outwards(keep, limit))
    if cut:
        left = _without(left, _merged(_outwards(cut, limit)))
    if not left:
        hint = "see whether the times of legs and recording in the record belong together"
        raise SkipError(Code.FIELD_INVALID, "has nothing left of the recording to send", hint=hint)
    return tuple([Segment(int(begin), int(end - begin)) for begin, end in left])


def _outwards(stretches: Sequence[Stretch], limit: float) -> list[Stretch]:
    """Give the stretches that are longer than nothing, as far as the recording goes, in whole seconds."""
    return [
        (math.floor(begin), math.ceil(min(end, limit))) for begin, end in stretches if begin < end and begin < limit
    ]


def _merged(stretches: Sequence[Stretch]) -> list[Stretch]:
    merged: list[Stretch] = []
    if len(stretches) < 2:  # noqa: PLR2004
        return list(stretches)
    for begin, end in sorted(stretches):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((begin, end))
    return merged


def _without(keep: Sequence[Stretch], cut: Sequence[Stretch]) -> list[Stretch]:
    """Give what stays of the first when the second is taken away; both are in order and merged."""
    left: list[Stretch] = []
    for begin, end in keep:
        for cut_begin, cut_end in cut:
            if cut_end <= begin or cut_begin >= end:
                continue
            if cut_begin > begin:
                left.append((begin, cut_begin))
            begin = cut_end  # noqa: PLW2901
        if begin < end:
            left.append((begin, end))
    return left
