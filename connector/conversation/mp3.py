"""Read the frames of an mp3 file: how long it is, how many channels it has, whether they are the same."""

from collections.abc import Iterator
from dataclasses import dataclass

from connector.conversation.decoding import identical_in
from connector.conversation.facts import AudioFacts
from connector.conversation.mp3_frame import LAYER_3, MPEG_1, Frame, chains, read_frame
from connector.conversation.sampling import judge, offsets
from connector.storage.model import ReadAt

__all__ = ["read_mp3"]

SEARCHED_BYTES = 64 * 1024
WINDOW_BYTES = 4 * 1024
"""About two seconds of the usual 32 kbit/s; sixteen such windows are 1 MiB of decoded sound."""
MOST_WINDOWS = 16
ENOUGH_SAME = 6
LONGEST_FRAME = 2881
SHORTEST_FRAME = 24
END_TAG_BYTES = 128


@dataclass(frozen=True, slots=True)
class Length:
    """How long the sound is, and how that is known."""

    seconds: float
    exact: bool
    variable: bool
    notes: tuple[str, ...] = ()
    missing_bytes: int = 0


def read_mp3(read_at: ReadAt, size_bytes: int, head: bytes) -> AudioFacts | None:
    """Give the facts of an mp3 file; None where there are no frames in the place where they should begin."""
    start = _after_tags(head, size_bytes)
    piece = read_at(start, SEARCHED_BYTES)
    found = next(chains(piece, at_end=start + len(piece) >= size_bytes), None)
    if found is None:
        return None
    offset, frame = found
    stream = _Stream(read_at, start + offset, size_bytes, frame)
    length = _announced(stream, piece[offset : offset + LONGEST_FRAME]) or _estimated(stream)
    return AudioFacts(
        container="mp3",
        codec=f"mp{4 - frame.layer}_{'vbr' if length.variable else 'cbr'}",
        duration_seconds=length.seconds,
        duration_exact=length.exact,
        channels=frame.channels,
        sample_rate=frame.rate,
        channels_identical=stream.identical() if frame.channels > 1 else None,
        size_bytes=size_bytes,
        content_type="audio/mpeg",
        file_suffix=".mp3",
        notes=length.notes,
        missing_bytes=length.missing_bytes,
    )


def _after_tags(head: bytes, size_bytes: int) -> int:
    if not head.startswith(b"ID3") or len(head) < 10:  # noqa: PLR2004
        return 0
    length = 0
    for byte in head[6:10]:
        length = length << 7 | byte & 0x7F
    end = 10 + length
    return end if end < size_bytes else 0


class _Stream:
    """The frames of a file, from the first one on."""

    def __init__(self, read_at: ReadAt, start: int, size_bytes: int, first: Frame) -> None:
        self.first = first
        self.length = size_bytes - start
        self._read_at = read_at
        self._start = start
        if self.length > END_TAG_BYTES and read_at(size_bytes - END_TAG_BYTES, 3) == b"TAG":
            self.length -= END_TAG_BYTES

    def windows(self) -> Iterator[tuple[bytes, list[Frame]]]:
        """Give pieces spread over the file, each of whole frames, with the headers of these."""
        # The first frame may be no sound but a table of contents of the whole file, which is wrong for a piece of it.
        begin, length = self._start + self.first.length, self.length - self.first.length
        for offset in offsets(length, WINDOW_BYTES, most=MOST_WINDOWS):
            piece = self._read_at(begin + offset, min(WINDOW_BYTES, length - offset))
            at_end = offset + len(piece) >= length
            starts = (start for start, frame in chains(piece, at_end=at_end) if frame.kind == self.first.kind)
            start = end = next(starts, len(piece))
            frames: list[Frame] = []
            while (
                (frame := read_frame(piece, end)) and frame.kind == self.first.kind and end + frame.length <= len(piece)
            ):
                frames.append(frame)
                end += frame.length
            yield piece[start:end], frames

    def identical(self) -> bool | None:
        """Compare the channels in windows spread over the file, until one differs."""
        verdicts = (identical_in(_detached(window, frames)) for window, frames in self.windows() if frames)
        return judge(verdicts, enough=ENOUGH_SAME)


def _detached(window: bytes, frames: list[Frame]) -> bytes:
    """Silence the first frames of a window as far as the next ones lean on bits from before it.

    A frame of layer 3 may keep its sound in the frames before it; a decoder that begins there makes noise of it. An
    emptied frame is silent and still hands on the bits of its followers.
    """
    first = frames[0]
    if first.layer != LAYER_3 or first.channels == 1:
        return window
    # How many bytes of sound lie before a frame stands at its begin, in nine bits in MPEG 1, in eight else.
    side_bytes, shift = (32, 7) if first.version == MPEG_1 else (17, 8)
    content, offset, kept = bytearray(window), 0, 0
    for frame in frames:
        place = offset + (4 if content[offset + 1] & 1 else 6)
        leans_on = int.from_bytes(content[place : place + 2], "big") >> shift
        if leans_on <= kept:
            break
        content[place : place + side_bytes] = (kept << shift).to_bytes(2, "big") + bytes(side_bytes - 2)
        kept = min(kept + offset + frame.length - place - side_bytes, 0xFFFF >> shift)
        offset += frame.length
    return bytes(content)


def _announced(stream: _Stream, frame: bytes) -> Length | None:
    """Read the Xing, Info or VBRI header in the first frame; None where there is none that can be true."""
    place = max(frame.find(b"Xing", 4, 64), frame.find(b"Info", 4, 64))
    if place >= 0:
        flags, frames, total = (int.from_bytes(frame[place + at : place + at + 4], "big") for at in (4, 8, 12))
        if not flags & 1:
            return None
        total = total if flags & 3 == 3 else stream.length  # noqa: PLR2004
        trimmed = _trimmed(frame, place) if flags & 15 == 15 else 0  # noqa: PLR2004
        return _counted(stream, frames, total, trimmed=trimmed, variable=frame.startswith(b"Xing", place))
    place = frame.find(b"VBRI", 4, 64)
    if place < 0:
        return None
    total, frames = (int.from_bytes(frame[place + at : place + at + 4], "big") for at in (10, 14))
    return _counted(stream, frames, total, trimmed=0, variable=True)


def _trimmed(frame: bytes, place: int) -> int:
    """Give the samples that the encoder added at both ends and a player leaves out."""
    both = int.from_bytes(frame[place + 141 : place + 144], "big")
    return (both >> 12) + (both & 0xFFF)


def _counted(stream: _Stream, frames: int, total: int, *, trimmed: int, variable: bool) -> Length | None:
    first = stream.first
    # Where much more follows than was announced, files were put behind each other: then only counting helps.
    if not frames or not SHORTEST_FRAME <= total / frames <= LONGEST_FRAME or total < 0.9 * stream.length:
        return None
    samples = frames * first.samples
    seconds = (samples - trimmed if trimmed < samples else samples) / first.rate
    if total <= stream.length + first.length:
        return Length(seconds, exact=True, variable=variable)
    note = f"the audio is cut off: {stream.length} of {total} bytes are there"
    missing = total - stream.length
    return Length(seconds * stream.length / total, False, variable, (note,), missing)


def _estimated(stream: _Stream) -> Length:
    """Take the mean length of the frames in a sample of the file for that of all frames."""
    sample = [frame for _, frames in stream.windows() for frame in frames]
    lengths = [frame.length for frame in sample]
    mean = sum(lengths) / len(lengths) if lengths else stream.first.length
    seconds = stream.length / mean * stream.first.samples / stream.first.rate
    return Length(seconds, exact=False, variable=len({frame.kilobits for frame in sample}) > 1)
