"""Test the conditions of `when` and of filters."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.errors import ConfigurationError
from connector.mapping import compile_condition

RECORD = {"type": "Voice Inbound (IVR)", "n": 5, "yes": True, "none": None, "blank": " ", "list": ["a"], "zero": 0}


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ({"path": "type", "equals": "Voice Inbound (IVR)"}, True),
        ({"path": "type", "equals": "voice inbound (ivr)"}, False),
        ({"path": "n", "equals": "5"}, True),
        ({"path": "n", "equals": 5}, True),
        ({"path": "n", "in": [4, 5.0]}, True),
        ({"path": "yes", "equals": True}, True),
        ({"path": "yes", "equals": "true"}, True),
        ({"path": "list", "equals": "a"}, False),
        ({"path": "type", "in": "Voice Inbound (IVR)"}, True),
        ({"path": "gone", "in": ["x"]}, False),
        ({"path": "n", "not_in": [5]}, False),
        ({"path": "gone", "not_in": ["x"]}, True),
        ({"path": "zero", "exists": True}, True),
        ({"path": "blank", "exists": True}, False),
        ({"path": "none", "exists": False}, True),
        ({"path": "sum(type)", "exists": False}, True),
        ({"path": "type", "matches": "(?i)INBOUND"}, True),
        ({"path": "type", "matches": "^Inbound"}, False),
        ({"path": "n", "matches": "^[0-9]$"}, True),
        ({"path": "gone", "matches": ".*"}, False),
        ({"path": "list", "matches": "a"}, False),
        ({"path": ["gone", "type"], "matches": "Voice"}, True),
        ({"path": "$agent.team", "equals": "Orders"}, True),
        ({"path": "n", "not_in": [4], "matches": "5"}, True),
        ({"path": "n", "not_in": [5], "matches": "5"}, False),
        ([{"path": "n", "equals": 5}, {"path": "yes", "equals": False}], False),
        ([{"path": "n", "equals": 5}, {"path": "yes", "equals": True}], True),
    ],
)
def test_conditions(condition: Any, holds: bool) -> None:  # noqa: FBT001
    """Words compare as text, a missing value is in no list, and all conditions of a list must hold."""
    assert holds is compile_condition(condition)(RECORD, {"agent": {"team": "Orders"}})


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ({"equals": 1}, "path is missing"),
        ({"path": "a"}, "has no test (add one of equals, in, not_in, exists, matches)"),
        ({"path": "a", "equal": 1}, "equal: is not a known key (did you mean 'equals'?)"),
        ({"path": "a", "equals": None}, "must be text, a number, true or false"),
        ({"path": "a", "in": [[1]]}, "must be text, a number, true or false"),
        ({"path": "a", "exists": "yes"}, "exists: must be true or false"),
        ({"path": "a", "matches": "(?=x)"}, "is not an RE2 expression: invalid perl operator: (?="),
        ({"path": "a[", "exists": True}, "neither a plain path nor JMESPath"),
        ("a", "must be keys with values"),
    ],
)
def test_wrong_conditions_are_said(condition: Any, message: str) -> None:
    """A condition that means nothing is a mistake of the file."""
    with pytest.raises(ConfigurationError) as caught:
        compile_condition(condition)
    assert message in str(caught.value)


@given(value=st.text() | st.floats() | st.integers() | st.lists(st.none()) | st.dictionaries(st.text(), st.none()))
def test_conditions_never_raise(value: Any) -> None:
    """Whatever a record holds, a condition holds or does not."""
    for test in ({"equals": "x"}, {"not_in": ["x"]}, {"exists": True}, {"matches": "x"}):
        assert compile_condition({"path": "a", **test})({"a": value}, {}) in (True, False)
