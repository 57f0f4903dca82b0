"""Tell what the recordings were: channels, form, length against the record, and whether they came."""

from collections.abc import Iterator

import pandas as pd

from connector.conversation.length import TOLERANCE_SECONDS, TOLERANCE_SHARE
from connector.reason import Code, Outcome
from connector.report.evidence import Evidence
from connector.report.model import Column, Counts, Kind, Table

__all__ = ["audio_table"]

COLUMNS = (
    Column("aspect", "Aspect"),
    Column("value", "Found"),
    Column("recordings", "Calls", Kind.COUNT),
    Column("share", "Share", Kind.SHARE),
)


def audio_table(evidence: Evidence) -> Table:
    """Give per aspect how many calls had what; each aspect counts the calls of which something is known."""
    frame = evidence.entries
    calls = frame[frame["channel"] == "call"]
    rows = [
        (aspect, value, count, count / total)
        for aspect, counts in _aspects(calls)
        if (total := sum(count for _, count in counts))
        for value, count in counts
        if count
    ]
    about = (
        "Identical channels mean that stereo was made of one: speakers cannot be told apart by channel. "
        "Lengths agree within 5 seconds or 5 per cent; a recording may be longer than the talk."
    )
    return Table("audio", "Audio", COLUMNS, rows, about)


def _aspects(calls: pd.DataFrame) -> Iterator[tuple[str, Counts]]:
    heard = calls[calls["channels"].notna()]
    yield "Recording", _arrival(calls)
    yield "Channels", _counted(heard.apply(_channels, axis=1) if len(heard) else heard["form"])
    yield "Form", _counted(heard["form"].astype(object))
    told = heard[heard["told_seconds"].notna()]
    yield "Length against the record", _counted(_lengths(told))


def _arrival(calls: pd.DataFrame) -> Counts:
    delivered = calls["outcome"] == Outcome.DELIVERED.value
    sent = calls["audio_state"] == "sent"
    reason, kept_away = calls["reason"], calls["no_audio"]
    unfit = kept_away.isin(_codes(Outcome.REFUSED))
    waits = kept_away.isin(_codes(Outcome.HELD))
    return (
        ("delivered in time", int((delivered & sent & ~calls["late"]).sum())),
        ("delivered late: it had been waited for", int((delivered & sent & calls["late"]).sum())),
        ("delivered without audio", int((delivered & ~sent & ~unfit & ~waits).sum())),
        ("delivered without audio: the recording that came late does not go", int((delivered & unfit).sum())),
        ("delivered without audio: the recording that came late is tried again", int((delivered & waits).sum())),
        ("awaited", int((reason == Code.AUDIO_AWAITED.value).sum())),
        ("missing: it never came", int((reason == Code.AUDIO_MISSING.value).sum())),
        ("cannot be used", int(reason.isin([Code.AUDIO_INVALID.value, Code.AUDIO_TOO_LARGE.value]).sum())),
    )


def _codes(outcome: Outcome) -> list[str]:
    return [code.value for code in Code if code.usual_outcome is outcome]


def _channels(row: pd.Series) -> str:
    if row["channels"] == 1:
        return "one"
    if row["channels"] > 2:  # noqa: PLR2004
        return f"{row['channels']:.0f}"
    if row["identical"] is True:
        return "two, identical"
    return "two, different" if row["identical"] is False else "two, a sample cannot tell whether different"


def _lengths(told: pd.DataFrame) -> pd.Series:
    difference = told["seconds"] - told["told_seconds"]
    tolerance = (told["told_seconds"] * TOLERANCE_SHARE).clip(lower=TOLERANCE_SECONDS)
    words = pd.Series("as the record says", index=told.index, dtype=object)
    return words.mask(difference < -tolerance, "shorter").mask(difference > tolerance, "longer")


def _counted(words: pd.Series) -> Counts:
    return tuple((str(word), int(count)) for word, count in words.value_counts().items())
