"""Read the headers of ogg, flac, m4a, aiff and wma files with a library that knows them."""

from io import SEEK_CUR, SEEK_END, SEEK_SET, BufferedReader, RawIOBase
from typing import Any, NamedTuple

from connector.conversation.decoding import MOST_DECODED_BYTES, identical_in
from connector.conversation.facts import AudioFacts
from connector.storage.model import ReadAt

__all__ = ["kind_of", "read_container"]

MOST_READ_BYTES = 1024 * 1024
LEAST_BITS_PER_SECOND = 50
"""Even silence takes more: a header that claims such a length lies."""
OGG_TAIL_BYTES = 64 * 1024
STEREO = 2

_LEAST_PAGE = 27


class Kind(NamedTuple):
    """One kind of container: what it is called, and how its files are labelled."""

    name: str
    content_type: str
    suffix: str


_OGG = Kind("ogg", "audio/ogg", ".ogg")
_FLAC = Kind("flac", "audio/flac", ".flac")
_M4A = Kind("m4a", "audio/mp4", ".m4a")
_AIFF = Kind("aiff", "audio/aiff", ".aiff")
_WMA = Kind("wma", "audio/x-ms-wma", ".wma")
_ASF_MARK = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")


def kind_of(head: bytes) -> Kind | None:
    """Tell which container begins so; None where it is none of those read here."""
    if head.startswith(b"OggS"):
        return _OGG
    if head.startswith(b"fLaC"):
        return _FLAC
    if head[4:8] == b"ftyp":
        return _M4A
    if head.startswith(b"FORM") and head[8:12] in {b"AIFF", b"AIFC"}:
        return _AIFF
    return _WMA if head.startswith(_ASF_MARK) else None


def read_container(read_at: ReadAt, size_bytes: int, kind: Kind) -> AudioFacts | None:
    """Give the facts of such a file; None where its header makes no sense."""
    from tinytag import TinyTag, TinyTagException  # noqa: PLC0415

    try:
        tag = TinyTag.get(file_obj=BufferedReader(_Reader(read_at, size_bytes)), tags=False)
    except TinyTagException:
        return None
    channels, rate = _whole(tag.channels), _whole(tag.samplerate)
    seconds = tag.duration or 0.0
    if kind is _OGG and rate:
        seconds = _last_granule(read_at, size_bytes) / rate
    if not channels or not rate or not 0 < seconds < size_bytes * 8 / LEAST_BITS_PER_SECOND:
        return None
    piece = read_at(0, min(size_bytes, MOST_DECODED_BYTES)) if channels == STEREO and kind is not _M4A else b""
    return AudioFacts(
        container=kind.name,
        codec=kind.name,
        duration_seconds=seconds,
        duration_exact=False,
        channels=channels,
        sample_rate=rate,
        channels_identical=identical_in(piece) if piece else None,
        size_bytes=size_bytes,
        content_type=kind.content_type,
        file_suffix=kind.suffix,
        notes=(f"whether Capturi takes {kind.name} is not documented; wav and mp3 are known to work",),
    )


def _whole(value: Any) -> int:
    return int(value) if isinstance(value, int | float) and 0 < value < 1_000_000 else 0  # noqa: PLR2004


def _last_granule(read_at: ReadAt, size_bytes: int) -> int:
    """Give the number of samples that the last page of an ogg file ends with."""
    start = max(0, size_bytes - OGG_TAIL_BYTES)
    tail = read_at(start, min(size_bytes, OGG_TAIL_BYTES))
    place = tail.rfind(b"OggS", 0, max(len(tail) - _LEAST_PAGE, 0) + len(b"OggS"))
    return max(0, int.from_bytes(tail[place + 6 : place + 14], "little", signed=True)) if place >= 0 else 0


class _Reader(RawIOBase):
    """A file that ends early rather than letting a broken header make somebody read all of it."""

    def __init__(self, read_at: ReadAt, size_bytes: int) -> None:
        self._read_at = read_at
        self._size_bytes = size_bytes
        self._position = 0
        self._bytes_left = MOST_READ_BYTES

    def seek(self, offset: int, whence: int = SEEK_SET) -> int:
        start = {SEEK_SET: 0, SEEK_CUR: self._position, SEEK_END: self._size_bytes}[whence]
        self._position = max(0, start + offset)
        return self._position

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        there = max(0, self._size_bytes - self._position)
        wanted = min(there, self._bytes_left, len(buffer))
        if wanted <= 0:
            return 0
        content = self._read_at(self._position, wanted)
        buffer[: len(content)] = content
        self._bytes_left -= len(content)
        self._position += len(content)
        return len(content)
