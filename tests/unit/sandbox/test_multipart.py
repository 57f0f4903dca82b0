"""Check that a multipart body means the same however it is cut into pieces."""

import contextlib
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.sandbox.multipart import BrokenMultipartError, Multipart

BOUNDARY = b"frontier"


class Kept:
    """A part kept for comparison."""

    def __init__(self, head):
        self.head = head
        self.content = bytearray()

    def write(self, piece):
        self.content += piece


def read(body, cuts=()):
    """Read a body cut at these places; give the parts and whether it came to its end."""
    parts = []

    def open_part(head):
        parts.append(Kept(head))
        return parts[-1]

    multipart = Multipart(f"multipart/form-data; boundary={BOUNDARY.decode()}", open_part)
    edges = [0, *sorted(cuts), len(body)]
    for begin, end in itertools.pairwise(edges):
        multipart.feed(body[begin:end])
    return [(one.head.name, one.head.file_name, bytes(one.content)) for one in parts], multipart.whole


def written(parts):
    """Write the body that carries these parts."""
    body = b""
    for name, file_name, content in parts:
        head = f'Content-Disposition: form-data; name="{name}"'
        head += f'; filename="{file_name}"' if file_name is not None else ""
        body += b"--" + BOUNDARY + b"\r\n" + head.encode() + b"\r\n\r\n" + content + b"\r\n"
    return body + b"--" + BOUNDARY + b"--\r\n"


contents = st.one_of(
    st.binary(max_size=200),
    st.lists(st.sampled_from([b"\r", b"\n", b"-", b"--", b"\r\n--", b"front", b"ier", b"x"])).map(b"".join),
).filter(lambda content: b"\r\n--" + BOUNDARY not in b"\r\n" + content)
names = st.text(st.characters(categories=["Lu", "Ll", "Nd"]), min_size=1, max_size=8)


@given(data=st.data(), parts=st.lists(st.tuples(names, st.none() | names, contents), min_size=1, max_size=4))
def test_pieces_do_not_matter(data, parts):
    """Whatever the parts carry and wherever the body is cut, the same parts come out."""
    body = written(parts)
    cuts = data.draw(st.lists(st.integers(0, len(body)), max_size=8))
    assert (parts, True) == read(body, cuts)


@given(data=st.data(), content=contents)
def test_a_body_that_is_cut_off_is_never_whole(data, content):
    """Without its last boundary a body is not complete, wherever it ends."""
    body = written([("data", "a.wav", content)])
    end = data.draw(st.integers(0, len(body) - len(b"--\r\n")))
    assert not read(body[:end])[1]


@given(body=st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(body):
    """Bytes that are no multipart raise no error but the one that says so."""
    with contextlib.suppress(BrokenMultipartError):
        read(body)


@pytest.mark.parametrize("kind", ["", "application/json", "multipart/form-data", "multipart/mixed; boundary=b"])
def test_other_types_are_refused(kind):
    """Only multipart/form-data with a boundary is read."""
    with pytest.raises(BrokenMultipartError):
        Multipart(kind, Kept)
