"""Which places of a record a path reads."""

import pytest

from connector.mapping.census import Census
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
        ('opkald."nøgle"', {'opkald."nøgle"'}),
        ('"Call ID"', {'"Call ID"'}),
        ('"Ida Holm 4711"', {"*"}),
        ("[[[", {"[[["}),
    ],
)
def test_the_places_of_a_path_are_known(path, places):
    """Plain paths, projections, filters, functions: each is told by the places in the record it looks at."""
    assert places == places_read(path)


@pytest.mark.parametrize("name", ["nøgle", "Call ID", "a-b", "plain", "tel 4711", "*"])
def test_a_field_is_named_as_the_census_names_it(name):
    """A rule that reads a field under a name in quotation marks does read it: both sides write the place alike."""
    census = Census()
    census.add({"call": {name: "x"}})
    written = f'call."{name}"'
    assert places_read(written) <= set(census.paths())
