"""Compare how long a recording is with what its record says, and note what does not fit."""

from connector.conversation.facts import AudioFacts

__all__ = ["length_notes"]

TOLERANCE_SECONDS = 5.0
TOLERANCE_SHARE = 0.05
"""An mp3 is a little longer than its sound, and a recording starts some seconds after the agent answered."""


def length_notes(
    audio: AudioFacts, *, talk_seconds: float | None = None, recording_seconds: float | None = None
) -> tuple[str, ...]:
    """Give a note where the audio is shorter than the talk, or not as long as the record says of the recording.

    A recording may well be longer than the talk: hold, queue and transfer are on it.
    """
    found: list[str] = []
    seconds = audio.duration_seconds
    if talk_seconds is not None and seconds < talk_seconds - _tolerance(talk_seconds):
        found.append(f"the audio has {seconds:.1f} s, less than the {talk_seconds:g} s of talk in the record")
    if recording_seconds is not None and abs(seconds - recording_seconds) > _tolerance(recording_seconds):
        found.append(f"the audio has {seconds:.1f} s, the record says {recording_seconds:g} s of the recording")
    return tuple(found)


def _tolerance(seconds: float) -> float:
    return max(TOLERANCE_SECONDS, TOLERANCE_SHARE * seconds)
