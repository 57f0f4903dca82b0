"""Take in one recording piece by piece: its hash, its size, its kind, and its file where one is wanted."""

import hashlib
from pathlib import Path
from typing import BinaryIO, Self

from connector.conversation.mp3_frame import chains

__all__ = ["Recording", "RecordingTooLargeError"]

HEAD_BYTES = 16
SEARCHED_BYTES = 64 * 1024
"""So far into a file that begins like nothing known frames of mp3 are looked for, as players do."""
# ISO/IEC 11172-3 and 13818-3: the first 11 bits of a frame, and the values that no frame has.
_SYNC_WORD = 0b111_1111_1111
_NO_VERSION, _NO_LAYER, _NO_BITRATE, _NO_RATE = 1, 0, 15, 3
_ASF = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")


class RecordingTooLargeError(ValueError):
    """The recording is larger than the sandbox takes."""


class Recording:
    """A recording on its way in; leave the context without keep() and no file stays of it."""

    def __init__(self, partial: Path | None, largest_bytes: int) -> None:
        self.size_bytes = 0
        self._head = bytearray()
        self._largest_bytes = largest_bytes
        self._hash = hashlib.sha256()
        self._partial = partial
        self._file: BinaryIO | None = None

    @property
    def sha256(self) -> str:
        """Give the hash of what came so far, in hexadecimal digits."""
        return self._hash.hexdigest()

    @property
    def suffix(self) -> str:
        """Give the file suffix of the kind of audio that the first bytes show, empty where they show none."""
        head = bytes(self._head)
        if known := _suffix(head[:HEAD_BYTES]):
            return known
        return "mp3" if any(chains(head, at_end=self.size_bytes <= SEARCHED_BYTES)) else ""

    def write(self, piece: memoryview) -> None:
        """Take the next piece; raise RecordingTooLargeError where that is too much."""
        self.size_bytes += len(piece)
        if self.size_bytes > self._largest_bytes:
            raise RecordingTooLargeError(f"the recording is larger than {self._largest_bytes} bytes")
        if len(self._head) < SEARCHED_BYTES:
            self._head += piece[: SEARCHED_BYTES - len(self._head)]
        self._hash.update(piece)
        if self._file:
            self._file.write(piece)

    def keep(self, path: Path) -> None:
        """Give the file its final name."""
        if self._file and self._partial:
            self._file.close()
            self._partial.replace(path)

    def __enter__(self) -> Self:
        if self._partial:
            self._partial.parent.mkdir(exist_ok=True)
            self._file = self._partial.open("wb", buffering=0)
        return self

    def __exit__(self, *_: object) -> None:
        if self._file and self._partial:
            self._file.close()
            self._partial.unlink(missing_ok=True)


def _suffix(head: bytes) -> str:
    if head[:4] in {b"RIFF", b"RF64", b"BW64"} and head[8:12] == b"WAVE":
        return "wav"
    if head[:4] == b"FORM" and head[8:12] in {b"AIFF", b"AIFC"}:
        return "aiff"
    if head[4:8] == b"ftyp":
        return "m4a"
    for magic, suffix in ((b"OggS", "ogg"), (b"fLaC", "flac"), (b"ID3", "mp3"), (_ASF, "wma")):
        if head.startswith(magic):
            return suffix
    return "mp3" if _begins_mpeg_frame(head) else ""


def _begins_mpeg_frame(head: bytes) -> bool:
    """Tell whether the first four bytes can be the head of an MPEG audio frame of any layer."""
    if len(head) < HEAD_BYTES:
        return False
    word = int.from_bytes(head[:4], "big")
    version, layer, bitrate, rate = word >> 19 & 3, word >> 17 & 3, word >> 12 & 15, word >> 10 & 3
    reserved = (version == _NO_VERSION, layer == _NO_LAYER, bitrate == _NO_BITRATE, rate == _NO_RATE)
    return word >> 21 == _SYNC_WORD and not any(reserved)
