"""Find out from a sample of a recording whether both of its channels carry the same sound."""

import sys
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from operator import itemgetter, mul, sub
from typing import Any

from connector.conversation.companding import ALAW, MULAW

__all__ = ["WINDOW_BYTES", "compare", "judge", "offsets"]

MOST_WINDOWS = 64
WINDOW_BYTES = 8 * 1024
"""A quarter of a second of the usual telephone recording; all windows together are half a MiB."""
ENOUGH_SAME = 12
COMPARED_FRAMES = 128
SILENCE = 96
"""How far samples may swing, on the scale of 16 bits, and still be silence: about -50 dB."""
SILENCE_OF_8_BITS = 600
"""The same where the smallest step is 256: noise of two steps is silence still."""
TOLERANCE = 0.00125
"""Energy of the difference against that of both channels: 26 dB below one of them, what a lossy codec may add."""

_GOLDEN_RATIO = 0.6180339887498949
_FULL_SCALE = 32767
_SAMPLE_BYTES = {
    "alaw": 1,
    "mulaw": 1,
    "pcm_8": 1,
    "pcm_16": 2,
    "pcm_24": 3,
    "pcm_32": 4,
    "float_32": 4,
    "float_64": 8,
}
_TABLES = {"alaw": ALAW, "mulaw": MULAW, "pcm_8": tuple((code - 128) * 256 for code in range(256))}


def offsets(length: int, window: int, *, most: int = MOST_WINDOWS) -> Iterator[int]:
    """Give where to look in so many bytes: each next place lies in the widest gap that the former ones left."""
    room = max(length - window, 0)
    place = 0.5
    for _ in range(min(most, -(-length // window))):
        yield int(place * room)
        place = (place + _GOLDEN_RATIO) % 1


def judge(verdicts: Iterable[bool | None], *, enough: int = ENOUGH_SAME) -> bool | None:
    """Give True where every audible window had the same on both channels, False at the first that had not.

    None: no window was audible. Silence on both channels proves nothing, since two people may pause at once.
    """
    same = 0
    for verdict in verdicts:
        if verdict is False:
            return False
        same += verdict is True
        if same >= enough:
            break
    return True if same else None


def compare(window: bytes, codec: str) -> bool | None:
    """Tell whether two interleaved channels are the same in this window; None where both are silent.

    Knows uncompressed and companded samples; of any other codec it can tell nothing.
    """
    width = _SAMPLE_BYTES.get(codec, 0)
    if not width or window == window[:1] * len(window):
        return None
    frame = 2 * width
    window = window[: len(window) // frame * frame]
    # The last byte of a sample is its most significant one: where channels differ, it shows there first.
    same = all(window[byte::frame] == window[byte + width :: frame] for byte in range(width - 1, -1, -1))
    left = _thinned(window, codec, 0)
    if same:
        return _audible(left, codec) or None
    right = _thinned(window, codec, 1)
    return _sounds_same(left, right) if _audible(left, codec) or _audible(right, codec) else None


def _audible(samples: list[int], codec: str) -> bool:
    silence = SILENCE_OF_8_BITS if codec == "pcm_8" else SILENCE
    return bool(samples) and max(samples) - min(samples) > 2 * silence


def _sounds_same(left: list[int], right: list[int]) -> bool:
    return _energy(list(map(sub, left, right))) <= TOLERANCE * (_energy(left) + _energy(right))


def _energy(samples: list[int]) -> int:
    return sum(map(mul, samples, samples))


def _thinned(window: bytes, codec: str, channel: int) -> list[int]:
    """Give COMPARED_FRAMES samples of one of two channels, or all where there are fewer, on the scale of 16 bits."""
    frames = len(window) // (2 * _SAMPLE_BYTES[codec])
    if frames < COMPARED_FRAMES:
        return _levels(_samples(window, codec)[channel::2], codec)
    return _levels(_chooser(frames, channel)(_samples(window, codec)), codec)


@lru_cache(maxsize=64)
def _chooser(frames: int, channel: int) -> Callable[[Any], Sequence[Any]]:
    """Give what takes samples at uneven distances: even ones would make silence of a tone that fits them."""
    return itemgetter(*(2 * int(index * _GOLDEN_RATIO % 1 * frames) + channel for index in range(COMPARED_FRAMES)))


def _samples(window: bytes, codec: str) -> Any:
    """Give the samples of both channels in turn, as they are written."""
    width = _SAMPLE_BYTES[codec]
    if width == 1:
        return window
    if codec.startswith("float"):
        return _array("f" if width == array("f").itemsize else "d", window)
    return _array("h", window if codec == "pcm_16" else _upper_bytes(window, width))


def _levels(samples: Sequence[Any], codec: str) -> list[int]:
    if table := _TABLES.get(codec):
        return list(map(table.__getitem__, samples))
    if codec.startswith("float"):
        # Written so that NaN falls to full scale and infinity is cut.
        return [int(max(-1.0, min(1.0, value)) * _FULL_SCALE) for value in samples]
    return list(samples)


def _upper_bytes(window: bytes, width: int) -> bytes:
    upper = bytearray(len(window) // width * 2)
    upper[0::2] = window[width - 2 :: width]
    upper[1::2] = window[width - 1 :: width]
    return bytes(upper)


def _array(code: str, window: bytes) -> "array[Any]":
    samples: array[Any] = array(code, window)
    if sys.byteorder == "big":
        samples.byteswap()
    return samples
