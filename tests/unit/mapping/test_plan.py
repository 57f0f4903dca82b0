"""Hold what the plan of a mapping finds at once against what each rule finds by itself."""

from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from connector import mapping
from connector.mapping.failure import FieldRefusedError
from connector.mapping.model import Field, Trace

RULES = mapping.parse(
    """\
mapping: planned
reads: ccai.call
writes: capturi.conversation
fields:
  externalIdentity: a
  agentId: {path: [a, id], as: [trim, {extract: "[0-9a-z]+"}]}
  agentName: {path: "b[0].c", as: [lower], else: nobody}
  agentEmail: $agent.email
  dateTime: {path: ["b[1].c", a], as: [utc]}
  subject: {path: [a, b.c], when: {path: b, exists: true}}
  customer: {path: "[0].a", as: [trim]}
  labels: {list: [" ", {path: a, as: [{split: ","}]}, {path: b}, {path: "b[].c"}, x]}
  team: {path: "b[0][0].c"}
  audioChannels: {path: a, as: [{table: {x: Stereo, "5": Mono2Speaker, "7": Mono}}]}
  customProp1: {path: call_duration, as: [{limit: 2}]}
  customNumberProp1: call_duration
  customNumberProp2: {path: call_duration, as: [number, {multiply: 2}]}
  customNumberProp3: {path: a, as: [seconds]}
  customProp2: $tenant
  customProp3: {path: "b[0]"}
consent: {path: a, values: {x: true}}
""",
    Path("planned.yaml"),
)

leaves = (
    st.sampled_from(["x", " Q1 ", "", " ", "5", "7", "1:30", "2026-03-24T12:10:44+01:00", "y,y"])
    | st.sampled_from([5, 7, 0, True, False, None, 10**15, 1.0, 5.0])
    | st.text(max_size=3)
)
inner = (
    leaves | st.fixed_dictionaries({"c": leaves}) | st.lists(st.fixed_dictionaries({"c": leaves}) | leaves, max_size=2)
)
records = st.fixed_dictionaries(
    {}, optional={"a": leaves, "b": inner | st.lists(inner, max_size=2), "call_duration": leaves, "id": leaves}
)
contexts = st.fixed_dictionaries(
    {}, optional={"tenant": leaves, "agent": leaves | st.fixed_dictionaries({"email": leaves})}
)


def alone(field: Field, record: Any, context: dict[str, Any]) -> tuple[Any, Trace]:
    """Give what one rule finds without the plan."""
    try:
        return field.evaluate(record, context)
    except FieldRefusedError as error:
        return None, Trace(error.source, error.reason)


@given(record=records | st.lists(records, max_size=1), context=contexts)
def test_the_plan_finds_what_the_rules_find(record: Any, context: dict[str, Any]) -> None:
    """Each field has the value, its type included, and the trace that its rule gives when asked alone."""
    made = mapping.apply(RULES, record, context)
    for field in RULES.fields:
        value, trace = alone(field, record, context)
        assert (value, type(value)) == (made.values.get(field.name), type(made.values.get(field.name))), field.name
        assert trace == made.traces[field.name], field.name


def test_lists_belong_to_their_draft() -> None:
    """Whoever changes the labels of one draft changes those of no other."""
    first, second = (mapping.apply(RULES, {"a": "y,z"}, {}).values["labels"] for _ in range(2))
    first.append("mine")
    assert ["y", "z", "x"] == second


def test_paths_with_names_and_indexes_are_planned() -> None:
    """An index behind a name is read by the plan, one at the beginning or behind another index is not."""
    planned = {one.name for one in RULES.plan.rules if one.wanted is not None}
    assert {"agentName", "dateTime", "agentId"} <= planned
    assert planned.isdisjoint({"customer", "team", "customProp3", "subject", "labels"})
