"""Lay the closings of entries out as a table of plain columns that can be counted and grouped."""

import sys
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import pandas as pd

from connector.ledger.reporting import Closing

__all__ = ["EntryLine", "make_frame", "make_line"]

WORDS = (
    "outcome",
    "reason",
    "channel",
    "mapping",
    "team",
    "queue",
    "consent",
    "agent",
    "form",
    "audio_state",
    "no_audio",
)


class EntryLine(NamedTuple):
    """What is counted of one entry."""

    outcome: str
    reason: str
    channel: str
    mapping: str
    team: str
    queue: str
    consent: str | None
    """The record's word; None where nobody asked."""
    became: bool | None
    agent: str
    """By what an agent who is not in the agents file can be found."""
    form: str
    seconds: float | None
    told_seconds: float | None
    channels: int | None
    identical: bool | None
    audio_state: str
    no_audio: str
    """What keeps away the late recording of a call that was delivered without."""
    ended_at: datetime | None
    at: datetime
    notes: tuple[str, ...]


def make_line(closing: Closing) -> EntryLine:
    """Give what is counted of this closing; whatever its facts are, it never fails."""
    facts = closing.facts if isinstance(closing.facts, Mapping) else {}
    audio, agent = _table(facts.get("audio")), _table(facts.get("agent"))
    seen, became = _pair(facts.get("consent"))
    return EntryLine(
        outcome=closing.outcome,
        reason=_word(facts.get("reason")),
        channel=sys.intern(closing.channel),
        mapping=_word(closing.mapping),
        team=_word(facts.get("team")),
        queue=_word(facts.get("queue")),
        consent=seen,
        became=became,
        agent=", ".join(f"{name} {value}" for name, value in agent.items()),
        form=_word(audio.get("form")),
        seconds=audio.get("seconds"),
        told_seconds=audio.get("told"),
        channels=audio.get("channels"),
        identical=audio.get("identical"),
        audio_state=closing.audio_state,
        no_audio=_word(facts.get("no_audio")),
        ended_at=closing.ended_at,
        at=closing.at,
        notes=tuple(map(_word, facts.get("notes") or ())),
    )


def _word(value: Any) -> str:
    return sys.intern(str(value)) if value else ""


def _table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _pair(value: Any) -> tuple[str | None, bool | None]:
    return (_word(value[0]), value[1]) if isinstance(value, list) and len(value) == 2 else (None, None)  # noqa: PLR2004


def make_frame(lines: Mapping[str, EntryLine], late: Collection[str]) -> pd.DataFrame:
    """Give one row per entry, and the column `late`: whether its recording had been waited for."""
    frame = pd.DataFrame.from_records(list(lines.values()), columns=EntryLine._fields)
    frame["late"] = [entry in late for entry in lines]
    for name in WORDS:
        frame[name] = frame[name].astype("category")
    for name in ("ended_at", "at"):
        frame[name] = pd.to_datetime(frame[name], utc=True)
    for name in ("seconds", "told_seconds"):
        frame[name] = pd.to_numeric(frame[name])
    frame["delay_seconds"] = (frame["at"] - frame["ended_at"]).dt.total_seconds()
    return frame
