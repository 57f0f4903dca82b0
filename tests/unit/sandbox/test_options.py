"""Check that every switch has a strict default and that wrong words are explained."""

import pytest

from connector.errors import ConfigurationError
from connector.sandbox import SandboxOptions, Switches
from connector.sandbox.options import parse_switches, switch_table


def test_every_switch_is_strict_until_told_otherwise():
    """The first value of each switch in the table is its default, and each says what it is about."""
    for name, (values, meaning) in switch_table().items():
        assert values[0] == getattr(Switches(), name)
        assert len(values) > 1
        assert meaning


def test_words_set_switches():
    """NAME=VALUE words set what they name, with dashes for underscores where someone likes them."""
    found = parse_switches(["unknown-fields=ignore", "repeated_message = duplicate"])
    assert Switches(unknown_fields="ignore", repeated_message="duplicate") == found
    assert Switches() == parse_switches([])


def test_wrong_words_are_named_all_at_once():
    """A word that fits no switch, or no value of it, is explained with what would fit."""
    with pytest.raises(ConfigurationError) as caught:
        parse_switches(["colour=red", "repeated_audio=keep", "unknown_fields"])
    first, second, third = caught.value.problems
    assert ("'colour' is not a switch of the sandbox", True) == (first.message, "unknown_fields" in first.hint)
    assert ("repeated_audio", "one of refuse, replace") == (second.field, second.hint)
    assert ("unknown_fields", "one of refuse, ignore") == (third.field, third.hint)


def test_the_token_does_not_show():
    """Options can be printed without telling the token."""
    assert "top secret" not in repr(SandboxOptions(token="top secret"))
