"""Which fields source records have."""

from hypothesis import given
from hypothesis import strategies as st

from connector.mapping.census import MOST_PATHS, Census, add_paths

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


def census(*records):
    made = Census()
    for record in records:
        made.add(record)
    return made.paths()


def test_fields_are_counted_by_record_and_by_type():
    """A field counts once per record, however often a list repeats it; its types count each time."""
    paths = census({"legs": [{"id": 1}, {"id": "2"}]}, {"legs": [{"id": 3}]}, {"legs": []})
    assert {"records": 2, "filled": 2, "types": {"number": 2, "text": 1}, "form": "9"} == paths["legs[].id"]
    assert (3, 2) == (paths["legs"]["records"], paths["legs"]["filled"])


def test_blank_values_are_seen_but_not_filled():
    """Null, empty text, empty lists and objects are there without a value."""
    paths = census({"a": None, "b": "", "c": [], "d": {}, "e": 0, "f": False})
    assert ["e", "f"] == [path for path, one in paths.items() if one["filled"]]


def test_keys_that_are_values_count_as_one_place():
    """An object keyed by ids or addresses is one place, not thousands, and tells no address."""
    paths = census({"by_agent": {"100234": 1, "100235": 2, "ida@example.org": 3}, "session_type_v2": "x"})
    assert ["by_agent", "by_agent.*", "session_type_v2"] == list(paths)


def test_of_a_text_only_its_form_is_kept():
    """No value of a source field that nothing reads gets into the ledger."""
    assert "Xxx Xxxx" == census({"caller": "Ida Holm"})["caller"]["form"]


def test_the_number_of_places_is_bounded():
    """A source that invents a new name per record does not fill the memory."""
    paths = census(*({f"field {chr(65 + n % 26)}{chr(65 + n // 26 % 26)}{n % 100}{n // 676}": n} for n in range(9_000)))
    assert len(paths) <= MOST_PATHS


def test_censuses_add_up():
    """Two runs' censuses tell the same as one over both."""
    total = {}
    for record in ({"a": "x"}, {"a": 1, "b": [2]}):
        add_paths(total, census(record))
    assert census({"a": "x"}, {"a": 1, "b": [2]}) == total


@given(st.lists(JSON, max_size=4))
def test_any_record_can_be_looked_at(records):
    """Whatever a source writes, looking at it never fails, and no field has more records than there were."""
    assert all(one["records"] <= len(records) for one in census(*records).values())
