"""How fields fared over many records."""

import json
from pathlib import Path

import pytest

from connector.mapping import Statistics, apply, parse
from connector.mapping.statistics import ABOUT, CLOSELY_EVERY, CLOSELY_UNTIL

RULES = """
mapping: small
reads: files.record
writes: capturi.conversation
fields:
  externalIdentity: id
  subject: {path: [queue, menu], else: Call}
  agentName: agent
  team: {const: Orders}
consent: {path: agreed, values: {"yes": true}}
"""


@pytest.fixture(scope="module")
def mapping():
    return parse(RULES, Path("small.yaml"))


def counted(mapping, records, *, closely=True):
    made = Statistics(mapping)
    for record in records:
        made.add(apply(mapping, record, {}), record if closely else None)
    return made


def test_sources_and_reasons_are_counted_in_every_record(mapping):
    """Each field tells how often it was filled from where, and why not."""
    made = counted(mapping, [{"id": "1", "queue": "A"}, {"id": "2", "menu": "B"}, {"id": "3"}, {}])
    subject = made.fields["subject"]
    assert (4, 4, {"queue": 1, "menu": 1, "else": 2}) == (subject.seen, subject.filled, subject.sources)
    assert (4, 3, {"no_value": 1}) == (
        made.fields["externalIdentity"].seen,
        made.fields["externalIdentity"].filled,
        made.fields["externalIdentity"].reasons,
    )


def test_records_of_endlessly_many_patterns_are_counted_right(mapping):
    """Counting by patterns of traces is a shortcut: with more patterns than it keeps, the numbers are the same."""
    wide = [{key: "x" for bit, key in enumerate(("id", "queue", "menu", "agent")) if n >> bit & 1} for n in range(16)]
    made = counted(mapping, wide * 100)
    assert (1600, 800) == (made.fields["agentName"].seen, made.fields["agentName"].filled)


def test_without_records_only_the_counts_are_told(mapping):
    """What was not looked at closely is not told: no values, no fields of the source."""
    told = counted(mapping, [{"id": "1"}], closely=False).to_dict()
    assert "profile" not in told["externalIdentity"]
    assert "census" not in told[ABOUT]


def test_rules_are_described_also_before_the_first_record(mapping):
    """A field that never met a record is told with its place, its paths and whether it is required."""
    told = Statistics(mapping).to_dict()
    assert {"place": 0, "required": True, "paths": ["id"]} == told["externalIdentity"]["rule"]
    assert ("files.record", "capturi.conversation", ["agreed"]) == (
        told[ABOUT]["reads"],
        told[ABOUT]["writes"],
        told[ABOUT]["paths"],
    )


def test_a_sample_is_looked_at_closely(mapping):
    """The first records all, later every twentieth; counts take in every one."""
    count = CLOSELY_UNTIL + 10 * CLOSELY_EVERY
    made = counted(mapping, [{"id": str(n)} for n in range(count)])
    assert count == made.fields["externalIdentity"].filled
    assert (count, CLOSELY_UNTIL + 10) == (made.about["records"], made.about["looked_at"])


def test_what_was_stored_adds_up(mapping):
    """Statistics that went through JSON add up to those over all records."""
    records = [{"id": str(n), "queue": "A" if n % 3 else None, "extra": {"n": n}} for n in range(40)]
    added = Statistics()
    for part in (records[:15], records[15:]):
        added.merge(Statistics.from_dict(json.loads(json.dumps(counted(mapping, part).to_dict()))))
    assert counted(mapping, records).to_dict() == added.to_dict()


def test_counts_stored_by_themselves_can_be_read():
    """Facts with counts alone are read like any others."""
    told = {"team": {"seen": 3, "filled": 2, "sources": {"team": 2}, "reasons": {"no_value": 1}}}
    assert told == Statistics.from_dict(told).to_dict()
