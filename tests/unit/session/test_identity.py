import pytest

from connector.session import contradict


def test_two_exports_of_one_call_do_not_contradict(parsed):
    """A re-export of the same call is the same call."""
    assert not contradict(parsed("call-1418.json"), parsed("call-1418.reexport.json"))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"call_uuid": "00000000-0000-4000-8000-000000000000"}, True),
        ({"call_uuid": "CA727B6E-2A6E-46EF-9B16-5DA2AC63CC73"}, False),
        ({"call_uuid": None}, False),
        ({"call_uuid": None, "created_at": "2026-03-24T13:12:51-07:00"}, True),
        ({"created_at": "2026-03-24T13:12:51-07:00"}, True),
        ({"created_at": "2026-03-23T20:12:51Z"}, False),
        ({"created_at": "2026-03-23T20:12:51.900Z"}, False),
        ({"created_at": None}, False),
        ({"created_at": None, "connected_at": "2026-03-24T13:13:36-07:00"}, True),
        ({"connected_at": "2026-03-23T13:14:36-07:00"}, False),
    ],
)
def test_another_uuid_or_beginning_is_another_session(parsed, changes, expected):
    """Two records of one id are two sessions where UUID or beginning differ; what is missing decides nothing."""
    one, other = parsed("call-1418.json"), parsed("call-1418.json", **changes)
    assert expected is contradict(one, other)
    assert expected is contradict(other, one)
