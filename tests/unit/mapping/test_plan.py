"""Hold what the plan of a mapping finds at once against what each rule finds by itself."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from connector import mapping
from connector.mapping.failure import FieldRefusedError
from connector.mapping.model import Field, Trace
from connector.mapping.plan import lay_out

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
  customProp4: {join: [$tenant, "it's {a}", {path: a}, {path: [id, call_duration]}], by: " {}- "}
  customProp5: {join: [{path: a, else: none}, {path: "b[].c | [0]", as: [upper]}], as: [{limit: 5}], skip_empty: true}
  customProp6: {const: fixed, when: {path: a, exists: true}}
  customProp7: {const: fixed}
  customProp8: {path: "max_by(b, &c).c", else: other}
  customProp9: {join: [{path: a, required: true}, x]}
  customProp10: {path: a, as: [seconds], on_error: refuse}
  customNumberProp4: {path: a, required: true}
  customNumberProp5: {path: "sum(b[].c)"}
consent: {path: a, values: {x: true}}
""",
    Path("planned.yaml"),
)

EMPTY = {
    "mapping": "made",
    "reads": "ccai.call",
    "writes": "capturi.conversation",
    "consent": {"path": "a", "values": {"x": True}},
}

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


def test_where_all_is_well_no_rule_is_asked() -> None:
    """Paths with names and indexes, functions, joins and lists are written out; the rule itself is for the rest."""
    asked: list[str] = []

    def asking(field: Field) -> Field:
        def evaluate(record: Any, context: dict[str, Any]) -> tuple[Any, Trace]:
            asked.append(field.name)
            return field.evaluate(record, context)

        return replace(field, evaluate=evaluate)

    run = lay_out([asking(field) for field in RULES.fields], ())
    record = {"a": "5", "b": [{"c": "Q"}, {"c": "2026-03-24T12:10:44Z"}], "id": 7, "call_duration": 3}
    values, _, _ = run(record, {"tenant": "acme", "agent": {"email": "x@example.com"}})
    written = {"agentName", "dateTime", "externalIdentity", "customProp4", "customProp5", "customProp6", "customProp7"}
    assert written <= values.keys()
    assert set() == written & set(asked)
    assert {"customer", "team", "labels"} <= set(asked)


words = st.sampled_from(["x", "it's", "{a}", "b\\n", '"', "$tenant"])
origins = st.sampled_from(["a", "b[0].c", "$tenant", "$agent.email", "b[].c | [0]", "call_duration", "id", "b[-1]"])
parts = st.deferred(
    lambda: (
        words
        | st.fixed_dictionaries({"const": words}, optional={"when": st.just({"path": "a", "exists": True})})
        | st.fixed_dictionaries(
            {"path": origins | st.lists(origins, min_size=2, max_size=2)},
            optional={
                "as": st.lists(st.sampled_from(["trim", "lower", {"extract": "[0-9]+"}]), min_size=1, max_size=2),
                "else": words,
                "required": st.booleans(),
                "when": st.sampled_from([{"path": "a", "exists": False}, {"path": "id", "equals": "5"}]),
            },
        )
    )
)
texts = (
    parts.filter(lambda one: isinstance(one, dict))
    | st.fixed_dictionaries({"join": st.lists(parts, min_size=1, max_size=3)}, optional={"by": words})
    | st.fixed_dictionaries({"join": st.lists(parts, min_size=1, max_size=3), "else": words})
)
lists = st.fixed_dictionaries({"list": st.lists(parts, min_size=1, max_size=4)}, optional={"else": st.just("none")})


@given(text=texts, labels=lists, record=records, context=contexts)
def test_whatever_a_mapping_says_the_plan_finds_what_its_rules_find(
    text: dict[str, Any], labels: dict[str, Any], record: Any, context: dict[str, Any]
) -> None:
    """The same for any text and any list that a mapping may ask for."""
    fields = {"customProp1": text, "labels": labels}
    rules = mapping.parse(json.dumps({**EMPTY, "fields": fields}), Path("made.yaml"))
    made = mapping.apply(rules, record, context)
    for field in rules.fields:
        value, trace = alone(field, record, context)
        assert (value, trace) == (made.values.get(field.name), made.traces[field.name]), field.name
