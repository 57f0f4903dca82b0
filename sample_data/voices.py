"""Speak a dialogue with two synthetic voices and lay it on the two channels of a recording.

Channel 1 is the end user and channel 2 the agent, 8 kHz and 16 bit, as the CCAI Platform records.
"""

import io
import subprocess
import tempfile
import wave
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = ["RATE", "Heard", "Part", "Span", "encode_mp3", "encode_mulaw", "encode_wav", "lay", "picture"]

RATE = 8000
GAP_SECONDS = 0.3
QUIET = 60
VOICES = {
    ("C", "en"): ("en-us+f3", 168),
    ("A", "en"): ("en-gb+m3", 160),
    ("B", "en"): ("en-us+m7", 166),
    ("C", "da"): ("da+f2", 165),
    ("A", "da"): ("da+m3", 160),
    ("B", "da"): ("da+m7", 160),
}
Samples = NDArray[np.int16]
Turn = tuple[str, str | float]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the recording in whole seconds from its start."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Part:
    """What is heard while one agent has the call.

    One turn a line: `A: text` is the agent, `C: text` the customer, `[hold 4]` and `[redact 3]` are seconds of silence.
    """

    agent: int
    talk: str
    wait_before: int = 0
    voice: str = "A"

    @property
    def turns(self) -> Iterator[Turn]:
        """Give the turns as ("A" or "C", text) and ("hold" or "redact", seconds)."""
        for line in self.talk.strip().splitlines():
            if line.strip().startswith("["):
                kind, _, seconds = line.strip(" []").partition(" ")
                yield kind, float(seconds)
            else:
                who, _, text = line.strip().partition(": ")
                yield who, text


@dataclass(frozen=True, slots=True)
class Heard:
    """A recording as samples (rows x 2 channels) and where each leg, hold and redaction lies in it."""

    samples: Samples
    legs: tuple[Span, ...]
    holds: tuple[Span, ...]
    redactions: tuple[Span, ...]

    @property
    def seconds(self) -> int:
        """Give the length; it is always a whole number of seconds."""
        return len(self.samples) // RATE


def lay(parts: Iterable[Part], language: str) -> Heard:
    """Speak all parts one after the other; legs, holds and redactions begin and end on whole seconds."""
    channels: list[Samples] = []
    legs: list[Span] = []
    pauses: dict[str, list[Span]] = {"hold": [], "redact": []}
    for part in parts:
        channels.append(_silence(part.wait_before))
        start = _whole(channels)
        for kind, what in part.turns:
            if kind in pauses:
                begin = _whole(channels)
                channels.append(_silence(float(what)))
                pauses[kind].append(Span(begin, _whole(channels)))
                continue
            speech = _speak(str(what), *VOICES[part.voice if kind == "A" else "C", language])
            both = np.zeros((len(speech), 2), dtype=np.int16)
            both[:, 0 if kind == "C" else 1] = speech
            channels += [both, _silence(GAP_SECONDS)]
        legs.append(Span(start, _whole(channels)))
    samples = np.concatenate(channels) if channels else np.zeros((0, 2), dtype=np.int16)
    return Heard(samples, tuple(legs), tuple(pauses["hold"]), tuple(pauses["redact"]))


def _silence(seconds: float) -> Samples:
    return np.zeros((round(seconds * RATE), 2), dtype=np.int16)


def _whole(channels: list[Samples]) -> int:
    """Fill up to the next whole second and give it."""
    length = sum(len(piece) for piece in channels)
    channels.append(np.zeros((-length % RATE, 2), dtype=np.int16))
    return (length + RATE - 1) // RATE


@cache
def _speak(text: str, voice: str, words_per_minute: int) -> Samples:
    spoken = subprocess.run(
        ["espeak-ng", "-v", voice, "-s", str(words_per_minute), "-a", "90", "--stdout", text],
        check=True,
        capture_output=True,
    ).stdout
    raw = ["-f", "s16le", "-ac", "1", "-ar", str(RATE), "-flags", "+bitexact", "-"]
    narrow = _ffmpeg(["-f", "wav", "-i", "-", *raw], spoken)
    samples = np.frombuffer(narrow, dtype="<i2")
    loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > QUIET)
    return samples[loud[0] : loud[-1] + 1]


def encode_mp3(samples: Samples) -> bytes:
    """Give the samples as mp3, 32 kbit/s, each channel coded for itself."""
    source = ["-f", "s16le", "-ac", str(samples.shape[1]), "-ar", str(RATE), "-i", "-"]
    coding = ["-c:a", "libmp3lame", "-b:a", "32k", "-joint_stereo", "0", "-ar", str(RATE)]
    quiet = ["-map_metadata", "-1", "-fflags", "+bitexact", "-flags", "+bitexact", "-id3v2_version", "0"]
    return _ffmpeg([*source, *coding, *quiet, "-f", "mp3", "pipe:1"], samples.astype("<i2").tobytes())


def encode_mulaw(samples: Samples) -> bytes:
    """Give the samples as a WAV file that holds mu-law, 8 bit a sample."""
    source = ["-f", "s16le", "-ac", str(samples.shape[1]), "-ar", str(RATE), "-i", "-"]
    quiet = ["-map_metadata", "-1", "-fflags", "+bitexact", "-flags", "+bitexact"]
    with tempfile.TemporaryDirectory() as folder:  # the header's length is written last: that takes a real file
        target = Path(folder) / "mulaw.wav"
        _ffmpeg([*source, "-c:a", "pcm_mulaw", *quiet, str(target)], samples.astype("<i2").tobytes())
        return target.read_bytes()


def encode_wav(samples: Samples) -> bytes:
    """Give the samples as a plain 16 bit WAV file."""
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(samples.shape[1])
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.astype("<i2").tobytes())
    return content.getvalue()


def picture() -> bytes:
    """Give a small grey JPEG."""
    quiet = ["-fflags", "+bitexact", "-flags", "+bitexact", "-map_metadata", "-1"]
    return _ffmpeg(["-f", "lavfi", "-i", "color=c=gray:s=48x32", "-frames:v", "1", *quiet, "-f", "mjpeg", "-"], b"")


def _ffmpeg(arguments: Sequence[str], content: bytes) -> bytes:
    command = ["ffmpeg", "-nostdin", "-v", "error", *arguments]
    return subprocess.run(command, check=True, capture_output=True, input=content).stdout
