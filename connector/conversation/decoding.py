"""Decode a piece of a compressed recording to compare its channels.

The decoder brings numpy along, which costs time and memory: it is imported only when such a piece comes by.
"""

from collections.abc import Iterator
from functools import cache
from io import BytesIO
from typing import Any

from connector.conversation.sampling import compare, judge

__all__ = ["MOST_DECODED_BYTES", "identical_in"]

MOST_DECODED_BYTES = 1024 * 1024
BLOCK_FRAMES = 4096
MOST_BLOCKS = 64
STEREO = 2


def identical_in(piece: bytes) -> bool | None:
    """Tell whether both channels of this piece are the same; None where it is silent or cannot be decoded.

    `piece` begins like a file of its kind.
    """
    return judge(compare(block, "pcm_16") for block in _blocks(piece))


def _blocks(piece: bytes) -> Iterator[bytes]:
    import soundfile  # noqa: PLC0415

    try:
        with _forward_reader()(BytesIO(piece)) as sound:
            if sound.channels != STEREO:
                return
            for _ in range(MOST_BLOCKS):
                block = sound.read(BLOCK_FRAMES, dtype="int16").tobytes()
                if not block:
                    return
                yield block
    except soundfile.SoundFileError:
        return


@cache
def _forward_reader() -> Any:
    import soundfile  # noqa: PLC0415

    class ForwardReader(soundfile.SoundFile):  # type: ignore[misc]
        """Reads on and on; the seek after each read decodes what it skips, badly, and complains of it."""

        def seekable(self) -> bool:
            return False

    return ForwardReader
