"""Join the wav parts of one recording: one new header, and the stretches of the parts that follow it."""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from connector.conversation.audio import LARGEST_UPLOAD_BYTES
from connector.conversation.facts import AudioFacts, WavData
from connector.errors import SkipError
from connector.reason import Code

__all__ = ["Joined", "Stretch", "join"]

_FORMAT = struct.Struct("<HHIIHH")
_PCM, _EXTENSIBLE = 1, 0xFFFE
_EXTENSIBLE_BYTES = 22


@dataclass(frozen=True, slots=True)
class Stretch:
    """Bytes of one part that belong into the joined file; `part` counts from 0."""

    part: int
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Joined:
    """A wav file made of several: the header first, then the stretches in order, make all of its bytes."""

    header: bytes
    stretches: tuple[Stretch, ...]
    facts: AudioFacts


def join(parts: Sequence[tuple[str, AudioFacts]], *, limit_bytes: int = LARGEST_UPLOAD_BYTES) -> Joined:
    """Give the parts of one recording, each with its name, as one wav file.

    Raises SkipError: AUDIO_INVALID naming the parts where they are no wav files of one format, AUDIO_TOO_LARGE where
    the whole is larger than the limit.
    """
    found = [(facts, facts.wav) for _, facts in parts if facts.wav is not None]
    if len(found) < len(parts) or len({wav.format_key for _, wav in found}) != 1:
        listed = ", ".join(f"{name} is {_described(facts)}" for name, facts in parts)
        hint = "leave one recording, or store the parts as wav files of one format"
        raise SkipError(Code.AUDIO_INVALID, f"the parts of this recording cannot be joined: {listed}", hint=hint)
    stretches = tuple(Stretch(index, wav.offset, wav.length) for index, (_, wav) in enumerate(found))
    length = sum(stretch.length for stretch in stretches)
    first = found[0][1]
    header = _header(first, length)
    if len(header) + length > limit_bytes:
        message = f"the parts of this recording make {len(header) + length} bytes; Capturi takes at most {limit_bytes}"
        raise SkipError(Code.AUDIO_TOO_LARGE, message)
    whole = replace(
        found[0][0],
        duration_seconds=sum(facts.duration_seconds for facts, _ in found),
        duration_exact=all(facts.duration_exact for facts, _ in found),
        channels_identical=_identical(facts for facts, _ in found),
        size_bytes=len(header) + length,
        notes=tuple(f"{name}: {note}" for name, facts in parts for note in facts.notes),
        wav=replace(first, offset=len(header), length=length),
        missing_bytes=sum(facts.missing_bytes for facts, _ in found),
    )
    return Joined(header, stretches, whole)


def _described(facts: AudioFacts) -> str:
    return f"{facts.container} {facts.codec} with {facts.channels} channels at {facts.sample_rate} Hz"


def _identical(parts: Iterable[AudioFacts]) -> bool | None:
    found = {facts.channels_identical for facts in parts}
    return False if False in found else True if True in found else None


def _header(wav: WavData, length: int) -> bytes:
    tag = _EXTENSIBLE if len(wav.extra) >= 2 + _EXTENSIBLE_BYTES else wav.format_tag
    form = _FORMAT.pack(tag, wav.channels, wav.sample_rate, wav.byte_rate, wav.block_bytes, wav.bits) + wav.extra
    chunks = _chunk(b"fmt ", form)
    if wav.format_tag != _PCM:
        # Formats other than plain samples say their number of frames once more.
        chunks += _chunk(b"fact", struct.pack("<I", length // wav.block_bytes))
    riff = 4 + len(chunks) + 8 + length
    return struct.pack("<4sI4s", b"RIFF", riff, b"WAVE") + chunks + struct.pack("<4sI", b"data", length)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack("<4sI", name, len(body)) + body + b"\0" * (len(body) % 2)
