"""Which places of a record a path reads."""

import pytest

from connector.report.reach import places_read


@pytest.mark.parametrize(
    ("path", "places"),
    [
        ("menu_path.name", {"menu_path.name"}),
        ("recordings[0].started_at", {"recordings[].started_at"}),
        ("queue_durations[-1].level", {"queue_durations[].level"}),
        ("recordings[].redaction_times[]", {"recordings[].redaction_times", "recordings[].redaction_times[]"}),
        ("participants[?type=='end_user'].phone | [0]", {"participants[].phone", "participants[].type"}),
        ("participants[?type=='end_user'] | [0].phone", {"participants[].phone", "participants[].type"}),
        ("sum(not_null(legs, `[]`)[].talk)", {"legs[].talk"}),
        ("legs[1:3].talk", {"legs[].talk"}),
        ("by_agent.*.talk", {"by_agent.*.talk"}),
        ("{a: first, b: second.third}", {"first", "second.third"}),
        ("$agent.name", set()),
        ("[[[", {"[[["}),
    ],
)
def test_the_places_of_a_path_are_known(path, places):
    """Plain paths, projections, filters, functions: each is told by the places in the record it looks at."""
    assert places == places_read(path)
