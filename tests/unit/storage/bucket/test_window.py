from hypothesis import given
from hypothesis import strategies as st

from connector.storage.bucket.window import BLOCK_BYTES, HEAD_BYTES, Window

CONTENT = bytes(range(251)) * (3 * HEAD_BYTES // 251)


class Far:
    """Content that notes what was fetched of it."""

    def __init__(self) -> None:
        self.fetched: list[tuple[int, int]] = []

    def fetch(self, offset: int, length: int) -> bytes:
        self.fetched.append((offset, length))
        assert offset + length <= len(CONTENT)
        return CONTENT[offset : offset + length]


def window(far: Far, head: int) -> Window:
    return Window(CONTENT[:head], len(CONTENT), far.fetch)


@given(
    st.sampled_from([0, 1, BLOCK_BYTES, HEAD_BYTES]),
    st.lists(
        st.tuples(
            st.integers(0, len(CONTENT) + 10), st.sampled_from([0, 1, 100, BLOCK_BYTES, BLOCK_BYTES + 1, len(CONTENT)])
        ),
        max_size=12,
    ),
)
def test_any_part_is_the_contents_part(head, reads):
    """Whatever was read before and fetched at the beginning, a read gives the bytes that lie there."""
    seen = window(Far(), head)
    for offset, length in reads:
        assert CONTENT[offset : offset + length] == seen.read_at(offset, length)


def test_the_beginning_is_not_fetched_again():
    """What was fetched at the beginning costs no further request."""
    far = Far()
    seen = window(far, HEAD_BYTES)
    for offset in range(0, HEAD_BYTES, 1000):
        seen.read_at(offset, min(1000, HEAD_BYTES - offset))
    assert [] == far.fetched


def test_small_reads_side_by_side_cost_one_request():
    """Reads within a block cost one request together."""
    far = Far()
    seen = window(far, 0)
    for offset in range(2 * BLOCK_BYTES, 3 * BLOCK_BYTES, 8192):
        seen.read_at(offset, 8192)
    assert [(2 * BLOCK_BYTES, BLOCK_BYTES)] == far.fetched


def test_a_large_read_is_one_request():
    """A read larger than a block is fetched as it is, and not kept."""
    far = Far()
    seen = window(far, 0)
    seen.read_at(100, 5 * BLOCK_BYTES)
    assert [(100, 5 * BLOCK_BYTES)] == far.fetched
