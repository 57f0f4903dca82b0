import base64
import hashlib

import google_crc32c
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.storage.bucket.checksum import Checksum, crc32c, md5


def stated(kind: str, content: bytes) -> Checksum:
    """Give the check against what a store states for this content."""
    if kind == "crc32c":
        return crc32c(base64.b64encode(google_crc32c.Checksum(content).digest()).decode())
    digest = hashlib.md5(content, usedforsecurity=False)
    return md5(digest.hexdigest() if kind == "hex" else base64.b64encode(digest.digest()).decode())


@pytest.mark.parametrize("kind", ["crc32c", "hex", "base64"])
@given(st.lists(st.binary(max_size=50), max_size=5))
def test_the_same_bytes_match(kind, pieces):
    """The bytes that were stated match, in whatever pieces they come, and one more byte does not."""
    found = stated(kind, b"".join(pieces))
    for piece in pieces:
        found.update(piece)
    assert found.matches
    found.update(b"x")
    assert not found.matches


@pytest.mark.parametrize("text", [None, "", "no checksum", "AAAA", "d41d8cd98f00b204e9800998ecf8427e-7", "0x8D4BCC2E"])
def test_what_is_no_checksum_checks_nothing(text):
    """An etag of many parts and anything else that is no checksum is not compared with the bytes."""
    for found in (md5(text), crc32c(text) if text != "AAAA" else Checksum()):
        found.update(b"whatever")
        assert found.matches
