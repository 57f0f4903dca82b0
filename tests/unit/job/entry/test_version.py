"""Test how versions of one session are told apart."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.job.entry.version import is_older, version_of
from connector.session import Channel, Session
from connector.storage import FileInfo

EARLY, LATE = datetime(2026, 3, 24, 10, tzinfo=UTC), datetime(2026, 3, 24, 11, tzinfo=UTC)


def session(updated_at: datetime | None = None, digest: str | None = None) -> Session:
    file = FileInfo("a", 1, 0)
    return Session("files", Channel.CALL, "1", None, {}, "", None, None, None, updated_at, (), file, (), digest)


@pytest.mark.parametrize(
    ("one", "version"),
    [
        (session(), None),
        (session(EARLY), "2026-03-24T10:00:00+00:00"),
        (session(None, "4f0c"), "4f0c"),
        (session(EARLY, "4f0c"), "2026-03-24T10:00:00+00:00 4f0c"),
    ],
)
def test_a_version_is_the_time_of_change_and_the_digest(one, version):
    """What is not told is left out."""
    assert version == version_of(one)


@pytest.mark.parametrize(
    ("known", "older"),
    [
        (session(LATE), True),
        (session(LATE, "ff"), True),
        (session(EARLY, "ff"), False),
        (session(None, "ff"), False),
        (session(), False),
    ],
)
def test_only_a_later_time_of_change_is_newer(known, older):
    """Digests have no order, and what tells no time decides nothing."""
    assert older is is_older(session(EARLY, "00"), version_of(known))
    assert not is_older(session(None, "00"), version_of(known))


TIMES = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)) | st.none()  # noqa: DTZ001 - Hypothesis adds the zone
DIGESTS = st.none() | st.text("0123456789abcdef", min_size=4, max_size=24)


@given(TIMES, DIGESTS, TIMES, DIGESTS)
def test_of_two_versions_at_most_one_is_older(time, digest, other_time, other_digest):
    """Comparing the other way round never says the same, and a version is not older than itself."""
    one, other = session(time, digest), session(other_time, other_digest)
    assert not (is_older(one, version_of(other)) and is_older(other, version_of(one)))
    assert not is_older(one, version_of(one))
