"""Test that plain paths and JMESPath agree, what `$name` names, and what is no path."""

import json
from typing import Any

import jmespath
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jmespath.exceptions import JMESPathError

from connector.mapping.expression import EXPRESSION_FAULTS, compile_expression
from connector.mapping.path import PathError, compile_path, plain_steps

names = st.sampled_from(["a", "b", "c_1", "x y", 'with "quotes"', "", "\n", "æ", "0"])
leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5)
values: st.SearchStrategy[Any] = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4), max_leaves=20
)
EXPRESSIONS = (
    "a[?b=='x'].c_1 | [0]",
    "a[?b!='x']",
    "a[?b==`0`].c_1",
    "a[?b==`true`]",
    "a[?b=='x' || c_1=='y'].b",
    "a[?b && c_1].b",
    "a[?!b]",
    "a[?b>`1`].b",
    "a[].b[]",
    "a[*].b",
    "a.*.b",
    "[]",
    "[*].a",
    "a[-1]",
    "a[-1].b",
    "a[0:2].b",
    "a || b",
    "a && b",
    "[a, b]",
    "{x: a, y: b.c_1}",
    "not_null(a, b)",
    "length(a)",
    "sum(a)",
    "sum(a[].b)",
    "max_by(a, &b)",
    "sort(a)",
    "join('-', a)",
    "to_string(a)",
    "@",
    "a | b",
    "'literal'",
    '`{"a": [1]}`.a[0]',
)


def spelled(steps: list[str | int]) -> str:
    """Write a plain path for these names and indexes."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{json.dumps(step)}" for step in steps)
    return text.removeprefix(".")


@given(value=values, steps=st.lists(names | st.integers(0, 3), min_size=1, max_size=4))
def test_plain_paths_find_what_jmespath_finds(value: Any, steps: list[str | int]) -> None:
    """A path of names and indexes is compiled to a closure, and finds exactly what JMESPath would."""
    text = spelled(steps)
    assert tuple(steps) == plain_steps(text)
    assert jmespath.search(text, value) == compile_path(text)(value, {})


@given(value=values, expression=st.sampled_from(EXPRESSIONS))
def test_compiled_expressions_find_what_jmespath_finds(value: Any, expression: str) -> None:
    """Whatever part of an expression is compiled to a closure, result and run-time errors are JMESPath's own."""
    find = compile_expression(expression)
    try:
        expected = json.dumps(jmespath.search(expression, value))
    except (JMESPathError, TypeError, AttributeError):
        with pytest.raises(EXPRESSION_FAULTS):
            find(value)
    else:
        assert expected == json.dumps(find(value))


@pytest.mark.parametrize(
    ("path", "steps"),
    [
        ("agent.email", ("agent", "email")),
        ("recordings[0].started_at", ("recordings", 0, "started_at")),
        ('"x-secret"."a b"[12]', ("x-secret", "a b", 12)),
        ("[0].a", (0, "a")),
        ("a[-1]", None),
        ("a[]", None),
        ("a.[0]", None),
        ("a..b", None),
        (".a", None),
        ("a b", None),
        ("", None),
    ],
)
def test_only_names_and_indexes_are_plain(path: str, steps: tuple[str | int, ...] | None) -> None:
    """Identifiers, quoted names and indexes from 0 make a plain path; anything richer is left to JMESPath."""
    assert steps == plain_steps(path)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("$tenant", "acme"),
        ("$agent.email", "bo@acme.example"),
        ("$crm.contacts[0].name", "Ida"),
        ("$crm.contacts[?id=='7'].name | [0]", "Ida"),
        ("$crm | keys(@)", ["contacts"]),
        ("$events[1].event", "hold"),
        ("$events[-1].event", "hold"),
        ("$file.name", None),
        ("agent.email", "of the record"),
    ],
)
def test_a_leading_name_reads_what_was_added(path: str, found: Any) -> None:
    """`$name` at the very start reads from the context, the rest of the path as usual."""
    context = {
        "tenant": "acme",
        "agent": {"email": "bo@acme.example"},
        "crm": {"contacts": [{"id": "7", "name": "Ida"}]},
        "events": [{"event": "start"}, {"event": "hold"}],
    }
    assert found == compile_path(path)({"agent": {"email": "of the record"}}, context)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("$agnet.email", r"\$agnet is not known: did you mean '\$agent'"),
        ("$agent.emial", r"\$agent has no emial: did you mean 'email'"),
        ("$tenant.name", r"\$tenant has no name: it has no fields"),
        ("$file.size", r"\$file has no size: it has folder, modified_at, name, path"),
        ("$", "a name must follow"),
        ("a[", "neither a plain path nor JMESPath"),
        ("x-secret", "neither a plain path nor JMESPath"),
        ("a || $agent.id", "neither a plain path nor JMESPath"),
        ("lenght(a)", "no function lenght: did you mean 'length'"),
        ("a[].contains(@)", r"contains takes 2 argument\(s\)"),
        ("not_null()", r"not_null takes 1 argument\(s\)"),
    ],
)
def test_what_is_no_path_is_said_at_load(path: str, message: str) -> None:
    """A wrong path is found when the mapping is loaded, even what JMESPath itself finds only when it runs."""
    with pytest.raises(ValueError, match=message):
        compile_path(path)


@pytest.mark.parametrize("path", ["a|" * 1_500 + "a", "(" * 1_500 + "a" + ")" * 1_500, "a[?b" * 900 + "]" * 900])
def test_an_expression_nested_too_deeply(path: str) -> None:
    """An expression that nests without end is refused or fails on the record, and does not take the process along."""
    try:
        read = compile_path(path)
    except ValueError:
        return
    with pytest.raises(PathError):
        read({"a": {"a": 1}}, {})


def test_a_failing_expression_is_a_path_error() -> None:
    """An expression that cannot be worked out on a record raises PathError and nothing else."""
    with pytest.raises(PathError):
        compile_path("sum(a)")({"a": "text"}, {})
    with pytest.raises(PathError):
        compile_path("ceil(to_number(a))")({"a": "1e999"}, {})
