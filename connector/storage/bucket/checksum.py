"""Compare the bytes that came with the checksum that the store gave with them."""

import base64
import binascii
import hashlib
import re
from typing import Protocol

__all__ = ["Checksum", "crc32c", "md5"]

_MD5_HEX = re.compile(r"[0-9a-fA-F]{32}\Z")
_MD5_BYTES = 16
_CRC32C_BYTES = 4


class _Digest(Protocol):
    def update(self, piece: bytes, /) -> object: ...

    def digest(self) -> bytes: ...


class Checksum:
    """A checksum that grows with each piece and knows what it should be in the end; without a digest all is right."""

    def __init__(self, digest: _Digest | None = None, expected: bytes = b"") -> None:
        self._digest = digest
        self._expected = expected

    def update(self, piece: bytes) -> None:
        """Add the next piece."""
        if self._digest is not None:
            self._digest.update(piece)

    @property
    def matches(self) -> bool:
        """Tell whether all pieces so far are what the store said the whole object is."""
        return self._digest is None or self._expected == self._digest.digest()


def md5(text: str | None) -> Checksum:
    """Give the check against an MD5 in Base64 or hexadecimal; none where the text is no such thing."""
    if not text:
        return Checksum()
    expected = bytes.fromhex(text) if _MD5_HEX.match(text) else _decoded(text, _MD5_BYTES)
    return Checksum(hashlib.md5(usedforsecurity=False), expected) if expected else Checksum()


def crc32c(text: str | None) -> Checksum:
    """Give the check against a CRC-32C in Base64; none where the text is no such thing."""
    expected = _decoded(text, _CRC32C_BYTES) if text else None
    if expected is None:
        return Checksum()
    import google_crc32c  # noqa: PLC0415 - comes with the extra that needs it

    return Checksum(google_crc32c.Checksum(), expected)


def _decoded(text: str, size_bytes: int) -> bytes | None:
    try:
        found = base64.b64decode(text, validate=True)
    except binascii.Error:
        return None
    return found if len(found) == size_bytes else None
