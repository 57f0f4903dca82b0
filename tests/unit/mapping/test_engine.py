"""Test that a draft comes out whatever goes in, with a trace for every field."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector import mapping
from connector.mapping import Draft, Mapping

FOLDER = Path(__file__).parents[3] / "mappings"
CALL, CHAT = (mapping.load(FOLDER / f"ccai-{channel}.yaml") for channel in ("call", "chat"))
EVERYTHING = mapping.parse(
    """\
mapping: everything
reads: files.record
writes: capturi.conversation
fields:
  externalIdentity: {join: [$tenant, {path: a}, {path: b.c}], by: "-", skip_empty: true}
  agentId: {path: ["a[0]", "b[?c=='x'].d | [0]", a], as: [trim, lower, {limit: 5}]}
  agentName: {path: a, as: [{split: ","}, {join: "/"}], else: x}
  agentEmail: {path: a, as: [{replace: {pattern: "[^a-z]", by: ""}}], on_error: empty}
  dateTime: {path: [a, b], as: [{utc: Europe/Copenhagen}]}
  subject: {path: "max_by(a, &b)"}
  customer: {path: a, as: [{phone: DK}, mask]}
  labels: {list: [{path: a}, {path: b, as: [upper]}, {path: "a[].b", as: [{table: {x: y}}]}], as: [{limit: 3}]}
  customNumberProp1: {path: a, as: [number, {multiply: 1e300}, {round: 2}]}
  customNumberProp2: {path: a, as: [seconds]}
  customNumberProp3: {path: "sum(a)"}
  customProp1: {path: a, as: [boolean]}
  customProp2: {path: "ceil(to_number(a))", as: [{extract: "[0-9]"}]}
  customProp3: {path: a, when: {path: b, matches: "a|b"}, required: true}
  status: {path: "@", as: [mask]}
  cutAudio: a
consent: {path: [a, b], values: {x: true}}
""",
    Path("everything.yaml"),
)
SPANS = mapping.parse(
    """\
mapping: spans
reads: files.record
writes: capturi.conversation
fields: {subject: {const: x}}
consent: {path: a, values: {x: true}}
segments: {keep: a, from: [b, a], cut: ["a[].b[]", c, "sum(a)"]}
""",
    Path("spans.yaml"),
)

NAMES = [
    "a",
    "b",
    "c",
    "d",
    "id",
    "start",
    "end",
    "started_at",
    "ended_at",
    "duration",
    "startSeconds",
    "durationSeconds",
    "participants",
    "recordings",
    "handle_durations",
    "redaction_times",
]
names = st.sampled_from(NAMES)
texts = st.text(max_size=8) | st.sampled_from(
    ["2026-03-24T10:00:00Z", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "\ud800", "\x00", "+4531313131"]
)
leaves = st.none() | st.booleans() | st.integers() | st.floats() | texts
anything: st.SearchStrategy[Any] = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names | st.text(max_size=3), inner, max_size=5)
)


def check(rules: Mapping, made: Draft) -> None:
    """Hold a draft against what every draft keeps."""
    ruled = {one.name for one in rules.fields}
    assert ruled == set(made.traces)
    assert set(made.values) <= ruled
    assert set(made.refusals) <= ruled | set(rules.unruled)
    for name, trace in made.traces.items():
        assert (name in made.values) is not (name in made.refusals) or not _needed(rules, name)
        assert (name not in made.values) <= (trace.reason is not None)
        assert (name in made.values) <= bool(trace.source)
    assert made.consent is None or made.consent == made.consent.strip() != ""


def _needed(rules: Mapping, name: str) -> bool:
    return next(one.required for one in rules.fields if one.name == name)


@settings(max_examples=300)
@given(record=anything, context=st.dictionaries(st.sampled_from(["tenant", "agent", "crm"]), anything))
def test_whatever_the_record_a_draft_comes_out(record: Any, context: dict[str, Any]) -> None:
    """No record and no context makes a mapping raise, and every field has a value or a reason."""
    for rules in (CALL, CHAT, EVERYTHING, SPANS):
        check(rules, mapping.apply(rules, record, context))


@given(record=anything)
def test_values_can_be_written_as_json(record: Any) -> None:
    """What a draft holds is what JSON can carry, except for text that no encoding can."""
    for rules in (CALL, EVERYTHING):
        made = mapping.apply(rules, record, {})
        for name, value in made.values.items():
            json.dumps(value, allow_nan=False)
            if isinstance(value, int | float):
                assert orjson.loads(orjson.dumps(value)) == value, name


def test_applying_changes_nothing() -> None:
    """Record and context are as they were, and the same input gives the same draft."""
    raw = (FOLDER / "examples" / "call-transferred.json").read_bytes()
    record = json.loads(raw)
    context = {"tenant": "acme", "agent": {"id": "9", "name": "Agent Two", "email": "a@acme.example"}}
    first, second = (mapping.apply(CALL, record, context) for _ in range(2))
    assert (first, json.loads(raw)) == (second, record)


@pytest.mark.parametrize("record", [None, 5, "text", [], [{}], {}, {"call": {}}])
def test_a_record_that_is_none(record: Any) -> None:
    """What is no record at all is refused field by field."""
    made = mapping.apply(CALL, record, {})
    assert {"externalIdentity", "agentId", "agentName", "agentEmail", "dateTime"} == set(made.refusals)


def test_reasons_hold_no_data(draft: Callable[..., Draft]) -> None:
    """Sources and reasons are words of the file, never of the record."""
    made = draft("subject: {path: a, as: [number]}\ncustomer: {path: a, as: [phone]}", {"a": "Kim Hansen"})
    assert "Kim" not in str(made.traces) + str(made.refusals)
