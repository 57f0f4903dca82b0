"""Test that the schema for editors knows the whole grammar."""

import json

from connector.mapping.functions import FUNCTIONS
from connector.mapping.grammar import schema
from connector.mapping.loader import TOP_KEYS
from connector.mapping.policy import CONSENT_KEYS, SEGMENTS_KEYS
from connector.mapping.rule import RULE_KEYS
from connector.mapping.targets import ALIASES, TARGETS


def test_the_schema_has_every_key() -> None:
    """Each part of a mapping file offers in an editor the keys that loading it accepts, no more and no fewer."""
    made = schema()
    parts = made["properties"]
    rule = made["$defs"]["rule"]["anyOf"][1]["properties"]
    assert set(TOP_KEYS) == set(parts)
    assert set(RULE_KEYS) == set(rule)
    assert set(CONSENT_KEYS) == set(parts["consent"]["properties"])
    assert set(SEGMENTS_KEYS) == set(parts["segments"]["properties"])


def test_the_schema_has_every_field_and_function() -> None:
    """Fields of all targets and all functions are offered, with what they are for."""
    made = schema()
    offered = made["properties"]["fields"]["properties"]
    assert {name for fields in TARGETS.values() for name in fields} | set(ALIASES) == set(offered)
    functions = made["$defs"]["function"]["anyOf"]
    assert list(FUNCTIONS) == functions[0]["enum"]
    assert list(FUNCTIONS) == [next(iter(one["properties"])) for one in functions[1:]]


def test_the_schema_is_json() -> None:
    """The schema can be written to a file as it is."""
    assert schema() == json.loads(json.dumps(schema()))
