"""Sessions are made ready so that no connection waits for one, and no more of them than that takes."""

import pytest

from connector.job.definition.model import Limits
from connector.job.execution.bursts import burst, places


@pytest.mark.parametrize("rate", [None, 0.2, 3, 20, 1000])
@pytest.mark.parametrize("concurrency", [1, 2, 16, 64, 500])
def test_as_many_as_may_be_sent_at_once_are_left_when_the_next_burst_begins(concurrency, rate):
    """A burst waits for its places, and by then no connection has run out of sessions."""
    limits = Limits(concurrency=concurrency, requests_per_second=rate)
    assert 1 <= burst(limits)
    assert concurrency <= places(limits) - burst(limits)


def test_under_a_rate_no_more_wait_ready_than_go_in_a_second():
    """What waits ready is sent after a pause as well: at two requests a second that is two sessions, not 32."""
    assert 16 + 2 == places(Limits(concurrency=16, requests_per_second=2))
    assert 16 + 32 == places(Limits(concurrency=16, requests_per_second=None))
    assert 16 + 32 == places(Limits(concurrency=16, requests_per_second=200))
