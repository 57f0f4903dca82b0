"""Find the frames of an mp3 file by their headers of four bytes."""

from collections.abc import Iterator
from typing import NamedTuple

__all__ = ["LAYER_3", "MPEG_1", "Frame", "chains", "read_frame"]

CHAIN = 3
"""So many frames that fit each other in a row are no accident."""
MPEG_1 = 3
LAYER_1, LAYER_2, LAYER_3 = 3, 2, 1

_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
"""Samples a second by the version's two bits: MPEG 1, 2 and 2.5."""
_MONO_MODE = 3
_KILOBITS = {
    (True, LAYER_1): (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (True, LAYER_2): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, LAYER_3): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, LAYER_1): (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (False, LAYER_2): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, LAYER_3): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}


class Frame(NamedTuple):
    """What four bytes of frame header say."""

    version: int
    layer: int
    rate: int
    channels: int
    kilobits: int
    samples: int
    length: int

    @property
    def kind(self) -> tuple[int, int, int]:
        """Give what all frames of one file have in common."""
        return self.version, self.layer, self.rate


def read_frame(data: bytes, offset: int) -> Frame | None:
    """Give the frame whose header stands there, None where no valid one does."""
    header = data[offset : offset + 4]
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE0 != 0xE0:  # noqa: PLR2004
        return None
    version, layer = header[1] >> 3 & 3, header[1] >> 1 & 3
    rate_index, rate_bits = header[2] >> 4, header[2] >> 2 & 3
    first = version == MPEG_1
    if version not in _RATES or (first, layer) not in _KILOBITS or rate_index in {0, 15} or rate_bits == 3:  # noqa: PLR2004
        return None
    rate, kilobits = _RATES[version][rate_bits], _KILOBITS[first, layer][rate_index]
    padding = header[2] >> 1 & 1
    samples = 384 if layer == LAYER_1 else 576 if layer == LAYER_3 and not first else 1152
    if layer == LAYER_1:
        length = (12_000 * kilobits // rate + padding) * 4
    else:
        length = samples // 8 * 1000 * kilobits // rate + padding
    channels = 1 if header[3] >> 6 == _MONO_MODE else 2
    return Frame(version, layer, rate, channels, kilobits, samples, length)


def chains(piece: bytes, *, at_end: bool) -> Iterator[tuple[int, Frame]]:
    """Give each place where frames follow on each other, with the first frame there."""
    offset = piece.find(b"\xff")
    while offset >= 0:
        frame = read_frame(piece, offset)
        if frame is not None and _goes_on(piece, offset, frame, at_end=at_end):
            yield offset, frame
        offset = piece.find(b"\xff", offset + 1)


def _goes_on(piece: bytes, offset: int, first: Frame, *, at_end: bool) -> bool:
    end = offset + first.length
    for _ in range(CHAIN - 1):
        if end >= len(piece):
            # A file of one or two frames ends here; elsewhere the piece was too short to tell.
            return at_end and end == len(piece)
        frame = read_frame(piece, end)
        if frame is None or frame.kind != first.kind:
            return at_end and piece.startswith(b"TAG", end)
        end += frame.length
    return True
