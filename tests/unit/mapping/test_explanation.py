"""Test that a field is explained as it was worked out: paths, functions, defaults, conditions, consent."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector import document, mapping
from connector.errors import ConfigurationError
from connector.mapping.explanation import Given, explain, explain_consent
from connector.shipped import shipped

SHIPPED = shipped("mappings") / "ccai-call.yaml"


@pytest.fixture
def told(text, tmp_path):
    """Give the sentences that explain customProp1 under this rule, or another field under these rules."""

    def tell(rule: str, record: Any, field: str = "customProp1", **context: Any) -> str:
        rules = rule if rule.startswith(f"{field}:") else f"{field}: {rule}"
        source = document.parse(text(rules, reads="files.record"), tmp_path / "trial.yaml")
        return " ".join(explain(source, field, Given(record, context), repr).sentences)

    return tell


@pytest.mark.parametrize(
    ("rule", "record", "sentences"),
    [
        ("a", {"a": "x"}, "`a` has 'x'."),
        ("{path: [a, b, c]}", {"c": "x"}, "`a` and `b` have no value. `c` has 'x'."),
        ("{path: [a]}", {}, "`a` has no value. So the field stays empty."),
        ("{path: a, else: none}", {}, '`a` has no value. So `else` gave "none".'),
        ("{path: a, required: true}", {}, "`a` has no value. The field must not be empty, so the record is refused."),
        ("{path: a, as: [trim, lower]}", {"a": " X "}, "`a` has ' X '. `trim` made 'X' of it. `lower` made 'x' of it."),
        ("{path: a, as: [lower]}", {"a": "x"}, "`a` has 'x'. `lower` left it as it was."),
        ("{path: a, as: [{extract: '[0-9]'}]}", {"a": "x"},
         "`a` has 'x'. `extract ([0-9])` could not be done on 'x'. So the field stays empty."),
        ("{path: a, as: [{table: {x: y}}], else: z}", {"a": "q"},
         "`a` has 'q'. `table (x y)` could not be done on 'q'. So `else` gave \"z\"."),
        ("{path: a, as: [{replace: {find: x}}]}", {"a": "x"},
         "`a` has 'x'. `replace (find x)` left nothing of 'x'. So the field stays empty."),
        ("a", {"a": 5}, "`a` has 5. As text that is '5'."),
        ("a", {"a": [1]}, "`a` has [1]. So the field stays empty: not a text."),
        ("{const: yes}", {}, 'The rule says the value itself: "yes".'),
        ("{path: a, when: {path: b, equals: x}}", {"a": 1, "b": "y"},
         "Its condition on `b` (equals x) does not hold: there is 'y'. So the field stays empty."),
        ("{path: a, when: [{path: b, exists: true}]}", {"a": "x", "b": "y"},
         "Its condition on `b` (exists true) holds: there is 'y'. `a` has 'x'."),
        ("{join: [p, {path: a}], by: '-'}", {"a": 7},
         "The rule joins 2 parts. Part 1 is the text \"p\". Part 2: `a` has 7. Together that is 'p-7'."),
        ("{join: [p, {path: a}]}", {},
         ('The rule joins 2 parts. Part 1 is the text "p". Part 2: `a` has no value. So it gives nothing. '
         "Together that is nothing, since a part is empty. So the field stays empty.")),
        ("{path: 'sum(a)'}", {"a": "x"}, "`sum(a)` could not be worked out on this record. So the field stays empty."),
    ],
)  # fmt: skip
def test_each_thing_that_can_happen_has_its_sentence(told, rule, record, sentences):
    """What was read, what was done to it and what stood in for it is told in the order in which it happened."""
    assert sentences == told(rule, record)


def test_parts_of_a_list_are_told_one_by_one(told):
    """Each part tells its own origin, its default and its condition."""
    rule = "labels: {list: [fixed, {path: a, else: none}, {const: C, when: {path: b, exists: true}}, $tenant]}"
    assert (
        'The rule lists 4 parts. Part 1 is the text "fixed". Part 2: `a` has no value. So `else` gave "none". '
        "Part 3: Its condition on `b` (exists true) does not hold: there is no value. So it gives nothing. "
        "Part 4: `$tenant` has 'acme'. Together that is ['fixed', 'none', 'acme']."
    ) == told(rule, {}, "labels", tenant="acme")


def test_a_field_without_a_rule_is_told_with_what_is_near(text, tmp_path):
    """Asking for a field that the mapping does not fill names those that it does."""
    source = document.parse(text("subject: {const: Call}"), tmp_path / "trial.yaml")
    with pytest.raises(ConfigurationError, match=r"has no rule for 'subjekt' .did you mean 'subject'"):
        explain(source, "subjekt", Given({}, {}), repr)


def test_a_field_is_found_under_its_old_name(text, tmp_path):
    """A rule that stands under an old name explains the field of today."""
    source = document.parse(text("teamName: a"), tmp_path / "trial.yaml")
    explained = explain(source, "team", Given({"a": "Orders"}, {}), repr)
    assert ("Orders", 5) == (explained.value, explained.position.line)


@pytest.mark.parametrize(
    ("more", "record", "means", "sentences"),
    [
        ("", {"c": "ja"}, True, "`c` has 'ja'. `values` take this word for yes."),
        ("", {"c": "nej"}, False,
         "`c` has 'nej'. `values` take this word for no: the call is left out (`refused: skip`)."),
        (", refused: send_without_audio", {"c": "nej"}, False,
         ("`c` has 'nej'. `values` take this word for no: the call is sent with hasConsent false, and without its "
         "recording (`refused: send_without_audio`).")),
        ("", {"c": "måske"}, None,
         "`c` has 'måske'. `values` do not list this word, so nobody knows: the call waits (`unknown: hold`)."),
        (", unknown: skip", {}, None,
         ("`c` has no value. The record says nothing of consent, so nobody knows: the call is left out "
         "(`unknown: skip`).")),
    ],
)  # fmt: skip
def test_consent_is_told_with_what_follows(text, tmp_path, more, record, means, sentences):
    """The word, what it is taken for and what becomes of the call are one story."""
    consent = f"consent: {{path: c, values: {{ja: true, nej: false}}{more}}}"
    source = document.parse(text("subject: {const: Call}", more=consent), tmp_path / "trial.yaml")
    explained = explain_consent(source, Given(record, {}), repr)
    assert (means, sentences) == (explained.value, " ".join(explained.sentences))


def test_a_case_without_consent_is_told(text, tmp_path):
    """A mapping of chats need not speak of consent, and then nothing can be explained."""
    source = document.parse(text("subject: a", more="", writes="capturi.case"), tmp_path / "trial.yaml")
    with pytest.raises(ConfigurationError, match="says nothing about consent"):
        explain_consent(source, Given({}, {}), repr)


VALUE = st.none() | st.text(max_size=12) | st.integers() | st.floats() | st.lists(st.text(max_size=3), max_size=2)
RECORD = st.dictionaries(
    st.sampled_from(
        [
            "id",
            "recordings",
            "participants",
            "menu_path",
            "lang",
            "call_type",
            "rating",
            "recording_permission",
            "status",
        ]
    ),
    VALUE | st.lists(st.dictionaries(st.sampled_from(["type", "phone_number", "started_at"]), VALUE), max_size=2),
)
SOURCE = document.read(Path(SHIPPED))
RULES = mapping.load(SHIPPED)


@given(RECORD, st.dictionaries(st.just("agent"), st.dictionaries(st.sampled_from(["id", "name", "email"]), VALUE)))
def test_whatever_the_record_the_explanation_ends_where_the_engine_does(record, context):
    """The value and the refusal that are explained are those that a run gets, for every field."""
    draft = mapping.apply(RULES, record, context)
    for field in RULES.fields:
        explained = explain(SOURCE, field.name, Given(record, context), repr)
        assert draft.values.get(field.name) == explained.value
        assert draft.refusals.get(field.name) == explained.refused
        assert explained.sentences
