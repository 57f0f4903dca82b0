"""How large the parts of a plan are."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from connector.job.backfill.planning import LARGEST_PART, SMALLEST_PART, part_size


@pytest.mark.parametrize(
    ("waiting", "workers", "expected"),
    [(4_000, 1, LARGEST_PART), (4_000, 2, 333), (100, 2, SMALLEST_PART), (10_000_000, 8, LARGEST_PART)],
)
def test_parts_are_as_small_as_the_workers_need(waiting, workers, expected):
    """One worker waits for nobody; several get six each at least, none too small to be worth its beginning."""
    assert expected == part_size(waiting, workers)


@given(some.integers(0, 10**9), some.integers(2, 64))
def test_no_worker_waits_long_for_the_last_part(waiting, workers):
    """A part is at most a sixth of what each worker has to do, or as small as parts get; and never too large."""
    size = part_size(waiting, workers)
    assert SMALLEST_PART <= size <= LARGEST_PART
    assert size * 6 * workers <= max(waiting, SMALLEST_PART * 6 * workers)
