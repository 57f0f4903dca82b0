"""Test what a rule makes of a record: where its value comes from, and what follows where there is none."""

from collections.abc import Callable
from typing import Any

import pytest

from connector.mapping import Draft

One = Callable[..., tuple[Any, str, str | None]]
Make = Callable[..., Draft]


@pytest.mark.parametrize("value", [None, "", " \t\u00a0", [], {}])
def test_what_counts_as_no_value(value: Any, one: One) -> None:
    """Null, blank text and what is empty are no values, so the next path is asked."""
    assert ("second", "b", None) == one("{path: [a, b, c]}", {"a": value, "b": "second", "c": "third"})
    assert (None, "", "no_value") == one("a", {"a": value})


@pytest.mark.parametrize(("value", "written"), [(0, "0"), (False, "false"), (0.0, "0"), ("0", "0"), ("-", "-")])
def test_zero_and_false_are_values(value: Any, written: str, one: One) -> None:
    """Zero and false are answers, and the first path that gives one wins."""
    assert (written, "a", None) == one("{path: [a, b]}", {"a": value, "b": "other"})


def test_a_path_that_cannot_be_worked_out_is_no_value(one: One) -> None:
    """A run-time error of JMESPath counts as no value, with a reason of its own; the next path is asked."""
    assert (None, "", "path_error") == one("sum(a)", {"a": "x"})
    assert ("b", "b", None) == one("{path: [sum(a), b]}", {"a": "x", "b": "b"})
    assert ("none", "else", "path_error") == one("{path: sum(a), else: none}", {"a": "x"})


def test_functions_go_in_order(one: One) -> None:
    """Functions take what the one before them gives; the source is still the path."""
    assert ("ord", "a", None) == one("{path: a, as: [trim, lower, {limit: 3}]}", {"a": "  ORDERS"})
    assert ("a/b", "a", None) == one('{path: a, as: [{split: ";"}, trim, {join: "/"}]}', {"a": "a ; b"})
    assert ("x", "a", None) == one("{path: a, as: lower}", {"a": "X"})


def test_a_function_that_leaves_nothing(one: One) -> None:
    """Where a function leaves no value the chain ends, with the function's name in the reason."""
    assert (None, "a", "replace_empty") == one("{path: a, as: [{replace: {find: x}}, lower]}", {"a": "xx"})


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("{path: a, as: [number]}", (None, "a", "number_failed")),
        ("{path: a, as: [number], on_error: empty}", (None, "a", "number_failed")),
        ("{path: a, as: [number], else: none}", ("none", "else", "number_failed")),
        ("{path: a, as: [number], else: none, on_error: else}", ("none", "else", "number_failed")),
        ("{path: a, as: [number], else: none, on_error: empty}", (None, "a", "number_failed")),
        ("{path: [b, c], as: [number], else: none, on_error: empty}", ("none", "else", "no_value")),
    ],
)
def test_on_error(rule: str, expected: tuple[Any, str, str | None], one: One) -> None:
    """Where a value does not fit an optional field stays empty; an `else` is taken unless on_error says otherwise."""
    assert expected == one(rule, {"a": "x"})


def test_refusals(draft: Make) -> None:
    """Refused is what the target requires, what the file requires, and what fails where on_error says so."""
    made = draft(
        """
        subject: a
        agentId: {path: b, as: [{table: {x: y}}]}
        customer: {path: b, as: [phone], else: anonymous}
        team: {path: a, required: true}
        status: {path: b, as: [{extract: "[0-9]"}], on_error: refuse}
        customProp1: {path: a, on_error: refuse, as: [trim]}
        """,
        {"b": "word"},
    )
    assert {
        "externalIdentity": "no_rule",
        "agentName": "no_value",
        "agentEmail": "no_value",
        "dateTime": "no_rule",
        "subject": "no_value",
        "agentId": "table_failed",
        "team": "no_value",
        "status": "extract_failed",
    } == made.refusals
    assert {"customer": "anonymous"} == made.values
    assert ("b", "table_failed") == (made.traces["agentId"].source, made.traces["agentId"].reason)


def test_what_the_file_requires_is_refused_where_it_fails(draft: Make) -> None:
    """A value that a function cannot take is as good as none: a field or part that is required is refused for it."""
    made = draft(
        """
        team: {path: a, as: [{extract: "[0-9]"}], required: true}
        customNumberProp1: {path: a, required: true}
        labels: {list: [x, {path: a, as: [number], required: true}]}
        customProp1: {join: [x, {path: a, as: [number], required: true}]}
        customProp2: {path: a, as: [number], required: true, else: none}
        """,
        {"a": "word"},
    )
    failed = {"team": "extract_failed", "customNumberProp1": "not_a_number", "labels": "number_failed"}
    assert {**failed, "customProp1": "number_failed"} == {
        name: made.refusals.get(name) for name in (*failed, "customProp1")
    }
    assert {"customProp2": "none"} == made.values


def test_else_helps_a_required_field(draft: Make) -> None:
    """A field that the target requires is not refused where its rule has an `else`."""
    assert "subject" not in draft("subject: {path: a, else: Call}", {}).refusals
    assert "subject" not in draft("subject: {path: a, as: [{table: {x: y}}], else: Call}", {"a": "z"}).refusals


def test_when(one: One) -> None:
    """A rule whose condition does not hold has no value: its `else` is taken, or it stays empty."""
    rule = "{path: a, when: {path: b, equals: 5}, else: other}"
    assert ("A", "a", None) == one(rule, {"a": "A", "b": "5"})
    assert ("other", "else", "condition_not_met") == one(rule, {"a": "A", "b": 6})
    assert (None, "", "condition_not_met") == one("{const: x, when: [{path: a, exists: true}]}", {})


def test_const(draft: Make) -> None:
    """A literal is what it says, in the type of its field."""
    made = draft("customProp1: {const: 5}\ncustomNumberProp1: {const: 5}\nlabels: {const: [b, a, b]}", {})
    assert {"customProp1": "5", "customNumberProp1": 5, "labels": ["b", "a"]} == made.values
    assert "const" == made.traces["labels"].source


def test_join(one: One) -> None:
    """A join makes one text of literals, references and rules; numbers become text."""
    rule = '{join: [$tenant, call, 7, {path: id}], by: "-"}'
    assert ("acme-call-7-1418", "join", None) == one(rule, {"id": 1418}, {"tenant": "acme"})
    assert ("AB", "join", None) == one("{join: [{path: a}, {path: b}]}", {"a": "A", "b": "B"})
    assert ("ab", "join", None) == one("{join: [{path: a}, {path: b}], as: [lower]}", {"a": "A", "b": "B"})


def test_an_empty_part_empties_a_join(one: One) -> None:
    """One missing part empties a join, unless empty parts are to be skipped or the part has an else."""
    assert (None, "", "no_value") == one("{join: [x, {path: a}]}", {})
    assert ("x", "join", None) == one("{join: [x, {path: a}], by: '-', skip_empty: true}", {})
    assert ("x-?", "join", None) == one("{join: [x, {path: a, else: '?'}], by: '-'}", {})


def test_a_failing_part_fails_a_join(one: One) -> None:
    """A part that does not fit fails the join even where empty ones are skipped, unless its own on_error settles it."""
    assert (None, "a", "number_failed") == one("{join: [x, {path: a, as: [number]}], skip_empty: true}", {"a": "y"})
    assert (None, "a", "not_text") == one("{join: [x, {path: a}]}", {"a": {"b": 1}})
    rule = "{join: [x, {path: a, as: [number], on_error: empty}], skip_empty: true}"
    assert ("x", "join", None) == one(rule, {"a": "y"})
    assert ("none", "else", "number_failed") == one("{join: [{path: a, as: [number]}], else: none}", {"a": "y"})


def test_list(draft: Make) -> None:
    """A list leaves out what is empty, keeps each text once, and takes lists in whole."""
    rule = "labels: {list: [x, $tenant, {path: tags}, {path: none}, {path: lang}, {const: x}, 5]}"
    made = draft(rule, {"tags": ["b", "", None, "x", 7], "lang": "b"}, {"tenant": "acme"})
    assert ["x", "acme", "b", "7", "5"] == made.values["labels"]
    assert ("list", None) == (made.traces["labels"].source, made.traces["labels"].reason)


def test_a_list_names_what_went_wrong_with_an_entry(draft: Make) -> None:
    """An entry that does not fit is left out, the others stay, and the reason is kept."""
    made = draft("labels: {list: [x, {path: a, as: [{table: {q: Q}}]}]}", {"a": "b"})
    assert (["x"], "table_failed") == (made.values["labels"], made.traces["labels"].reason)
    made = draft("labels: {list: [{path: a}]}", {"a": {"b": 1}})
    assert ({}, "not_text") == (made.values, made.traces["labels"].reason)
    made = draft("labels: {list: [{path: a}]}", {})
    assert ({}, "no_value") == (made.values, made.traces["labels"].reason)


def test_a_part_can_refuse_the_whole_field(draft: Make) -> None:
    """A part inside join or list that is required, or refuses on error, refuses its field."""
    made = draft("labels: {list: [x, {path: a, required: true}]}", {})
    assert "no_value" == made.refusals["labels"]
    made = draft("labels: {list: [x, {path: a, as: [number], on_error: refuse}]}", {"a": "b"})
    assert "number_failed" == made.refusals["labels"]
    assert ("a", "number_failed") == (made.traces["labels"].source, made.traces["labels"].reason)


@pytest.mark.parametrize(
    ("field", "value", "expected", "reason"),
    [
        ("customProp1", 12.0, "12", None),
        ("customProp1", 2.94, "2.94", None),
        ("customProp1", float("nan"), None, "not_text"),
        ("customProp1", {"a": 1}, None, "not_text"),
        ("customProp1", ["a"], None, "not_text"),
        ("customNumberProp1", "7.5", 7.5, None),
        ("customNumberProp1", " 7 ", 7, None),
        ("customNumberProp1", 2.5, 2.5, None),
        ("customNumberProp1", True, None, "not_a_number"),
        ("customNumberProp1", "soon", None, "not_a_number"),
        ("customNumberProp1", float("inf"), None, "not_a_number"),
        ("customNumberProp1", 10**400, None, "not_a_number"),
        ("customNumberProp1", 10**20, None, "not_a_number"),
        ("labels", "one", ["one"], None),
        ("labels", [None, ""], None, "no_value"),
        ("labels", {"a": 1}, None, "not_a_list"),
        ("dateTime", "2026-03-23T13:14:41.000-07:00", "2026-03-23T20:14:41Z", None),
        ("dateTime", "2026-03-23T13:14:41", None, "not_a_time"),
        ("dateTime", 1757451900, None, "not_a_time"),
        ("audioChannels", "Stereo", "Stereo", None),
        ("audioChannels", "stereo", None, "not_allowed"),
        ("salesPersonAudioChannel", "2", 2, None),
        ("salesPersonAudioChannel", 3, None, "not_allowed"),
        (
            "cutAudio",
            [{"startSeconds": 1.2, "durationSeconds": 3.1}],
            [{"startSeconds": 1, "durationSeconds": 4}],
            None,
        ),
        ("cutAudio", [{"startSeconds": -1, "durationSeconds": 3}], None, "not_segments"),
        ("cutAudio", [5], None, "not_segments"),
    ],
)
def test_values_take_the_type_of_their_field(
    field: str, value: Any, expected: Any, reason: str | None, draft: Make
) -> None:
    """Every value has its field's type or a reason why it could not get it."""
    made = draft(f"{field}: {{path: a}}", {"a": value}, reads="files.record")
    assert (expected, reason) == (made.values.get(field), made.traces[field].reason)


def test_a_number_too_long_to_write_is_no_text(draft: Make) -> None:
    """A whole number with more digits than can be written down gives a reason, not an error."""
    made = draft("customProp1: {path: a}", {"a": 10**5000}, reads="files.record")
    assert "not_text" == made.traces["customProp1"].reason
