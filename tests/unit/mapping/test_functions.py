"""Test the functions by their own examples, and what the examples do not show."""

import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector import document
from connector.errors import Problem
from connector.mapping.chain import compile_chain
from connector.mapping.coercion import Kind
from connector.mapping.failure import DATA_FAULTS
from connector.mapping.functions import FAILS, FUNCTIONS, Example, Function
from connector.mapping.functions.privacy import phone
from connector.mapping.node import Findings, Node

ALL = list(FUNCTIONS.values())
CASES = [(one, example) for one in ALL for example in one.examples]
Run = Callable[..., Any]


def compiled(name: str, arguments: Any, findings: Findings) -> Callable[[Any], Any]:
    written = [name if arguments is None else {name: arguments}]
    source = document.parse(json.dumps(written), Path("trial.yaml"))
    (step, *_), _ = compile_chain(Node(source, findings, source.value), Kind.ANY)
    return step[0]


@pytest.fixture
def run() -> Run:
    """Give what a function makes of a value, FAILS where it cannot."""

    def call(name: str, value: Any, arguments: Any = None, hash_key: bytes | None = None) -> Any:
        findings = Findings(hash_key=hash_key)
        step = compiled(name, arguments, findings)
        assert [] == findings.problems
        try:
            return step(value)
        except DATA_FAULTS:
            return FAILS

    return call


@pytest.fixture
def wrong() -> Callable[[str, Any], list[Problem]]:
    """Give the mistakes that loading a function with these arguments brings up."""

    def call(name: str, arguments: Any) -> list[Problem]:
        findings = Findings()
        compiled(name, arguments, findings)
        return findings.problems

    return call


def test_the_list_of_functions_is_closed() -> None:
    """The functions are those that the contract names."""
    contract = (
        "trim lower upper replace extract split join limit number multiply round boolean utc seconds phone table mask"
    )
    assert set(contract.split()) == set(FUNCTIONS)


@pytest.mark.parametrize("function", ALL, ids=lambda one: one.name)
def test_every_function_explains_itself(function: Function) -> None:
    """Each has a description and two examples; one that can fail shows what it fails on."""
    assert function.description.endswith(".")
    assert len(function.examples) >= 2
    fails = any(example.gives is FAILS for example in function.examples)
    assert fails or not function.fallible or function.name in {"multiply", "round"}


@pytest.mark.parametrize(("function", "example"), CASES, ids=lambda one: getattr(one, "name", ""))
def test_examples_are_true(function: Function, example: Example, run: Run) -> None:
    """What a function's examples say is what it does."""
    assert example.gives == run(function.name, example.value, example.arguments)


@pytest.mark.parametrize(
    ("name", "value", "arguments", "gives"),
    [
        ("lower", ["Ab", None, "C"], None, ["ab", "c"]),
        ("trim", 5, None, "5"),
        ("upper", {"a": 1}, None, FAILS),
        ("replace", "a-b", {"find": "", "by": "x"}, "a-b"),
        ("replace", "ab", {"pattern": "(a)", "by": r"\7"}, FAILS),
        ("extract", "ab", "(x)?b", FAILS),
        ("extract", "\ud800", "b", FAILS),
        ("split", "a b  c", "", ["a", "b", "c"]),
        ("join", "single", "-", "single"),
        ("join", ["a", "a"], "-", "a-a"),
        ("limit", 12345, 3, FAILS),
        ("number", " 7 ", None, 7),
        ("number", "1 234,5", {"decimal": ",", "thousands": " "}, 1234.5),
        ("number", "1_0", None, FAILS),
        ("number", "nan", None, FAILS),
        ("number", "1e400", None, FAILS),
        ("multiply", "1.1", 3, 3.3),
        ("multiply", True, 3, FAILS),
        ("multiply", 1e14, 1e14, FAILS),
        ("round", 0.5, None, 1),
        ("round", 1250, {"digits": 0}, 1250),
        ("round", "2.345", 2, 2.35),
        ("boolean", True, None, True),
        ("boolean", 1.0, None, True),
        ("boolean", "NO", None, False),
        ("utc", "2026-03-23T13:14:41.250+02:00", None, "2026-03-23T11:14:41.250Z"),
        ("utc", "2026-03-23", {"zone": "Europe/Copenhagen"}, "2026-03-22T23:00:00Z"),
        ("utc", "0001-01-01T00:00:00+14:00", None, FAILS),
        ("utc", 1e30, None, FAILS),
        ("utc", True, None, FAILS),
        ("utc", {}, None, FAILS),
        ("seconds", "1:00:60", None, FAILS),
        ("seconds", "1:2:3:4", None, FAILS),
        ("seconds", "90:15", None, 5415),
        ("seconds", " 00:05 ", None, 5),
        ("phone", "sip:+4531313131@voice.example", None, "+4531313131"),
        ("phone", "0045 31 31 31 31", "DK", "+4531313131"),
        ("phone", "555-0100", "US", FAILS),
        ("phone", 15550100100, "US", "+15550100100"),
        ("phone", "112", "DK", FAILS),
        ("phone", "+", None, FAILS),
        ("phone", "x" * 300, None, FAILS),
        ("table", 5.0, {5: "five"}, "five"),
        ("table", True, {"true": 1}, 1),
        ("table", " no ", {"no": "text, not false"}, "text, not false"),
        ("table", "x", {"a": 1, "else": None}, None),
        ("mask", "ab", 0, "**"),
    ],
)
def test_at_the_edges(name: str, value: Any, arguments: Any, gives: Any, run: Run) -> None:
    """Values of other types are converted where that can mean one thing only, and fail where it cannot."""
    assert gives == run(name, value, arguments)


def test_a_mask_with_a_key_is_the_same_for_the_same_text(run: Run) -> None:
    """With a key a mask says who is who and not who it is; another key gives another mask."""
    masked = run("mask", "+4531313131", hash_key=b"one")
    assert 16 == len(masked)
    assert masked == run("mask", "+4531313131", hash_key=b"one")
    assert masked != run("mask", "+4531313132", hash_key=b"one")
    assert masked != run("mask", "+4531313131", hash_key=b"two")


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("extract", "(?=a)", "pattern: invalid perl operator: (?="),
        ("replace", {"pattern": "a("}, "pattern: missing ): a("),
        ("extract", None, "extract needs pattern"),
        ("phone", "dk", "region: 'dk' is no region: use two capitals, for example DK or US"),
        ("utc", {"zone": "Copenhagen"}, "zone: 'Copenhagen' is no time zone: use a name such as Europe/Copenhagen"),
        ("utc", {"zone": "../x"}, "zone: '../x' is no time zone: use a name such as Europe/Copenhagen"),
        ("limit", -1, "length: must be a whole number from 0"),
        ("limit", True, "length: must be a whole number from 0"),
        ("multiply", "x", "by: must be a number"),
        ("split", {"at": ","}, "is not a known key"),
        ("trim", 5, "trim takes no arguments"),
        ("boolean", {"yes": "ja"}, "yes: must be a list of texts"),
        ("table", "x", "must be a table of words and values"),
        ("table", {}, "must be a table of words and values"),
        ("table", {"a": [1]}, "must be one value, not a list or keys"),
        ("mask", {"key": "mine"}, "is not a known key"),
    ],
)
def test_wrong_arguments_are_found_at_load(
    name: str, arguments: Any, message: str, wrong: Callable[[str, Any], list[Problem]]
) -> None:
    """Arguments that a function cannot take are mistakes of the file."""
    assert message in [one.message for one in wrong(name, arguments)]


@given(
    code=st.sampled_from(sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)),
    national=st.text("0123456789", min_size=2, max_size=13),
)
def test_numbers_are_written_as_the_library_writes_them(code: int, national: str) -> None:
    """The short way for numbers that are in E.164 already gives what the library's long way gives."""
    number = f"+{code}{national}"
    try:
        parsed = phonenumbers.parse(number, None)
        fits = phonenumbers.is_possible_number_with_reason(parsed) == phonenumbers.ValidationResult.IS_POSSIBLE
        expected = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) if fits else None
    except phonenumbers.NumberParseException:
        expected = None
    try:
        found = phone.call(number)
    except ValueError:
        found = None
    assert expected == found


@given(value=st.text(max_size=30) | st.integers() | st.floats() | st.lists(st.text(max_size=5), max_size=3))
@pytest.mark.parametrize("function", ALL, ids=lambda one: one.name)
def test_strange_values_fail_and_do_no_worse(function: Function, value: Any) -> None:
    """Whatever a function is given, it gives a value or raises what rules turn into a reason."""
    step = compiled(function.name, function.examples[0].arguments, Findings())
    with contextlib.suppress(DATA_FAULTS):
        step(value)
