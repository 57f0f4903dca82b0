"""What the mapping reference prints of a function is YAML that does what the page says."""

import re
from pathlib import Path

import pytest

from connector import document
from connector.mapping.chain import compile_chain
from connector.mapping.coercion import Kind
from connector.mapping.failure import DATA_FAULTS
from connector.mapping.functions import FUNCTIONS
from connector.mapping.node import Findings, Node

PAGE = (Path(__file__).parents[2] / "docs" / "mapping-reference.md").read_text(encoding="utf-8")
SECTION = PAGE.partition("## Functions\n")[2].partition("## Target fields\n")[0]
CELL = r"`((?:[^`\\]|\\.)*)`"
ROWS = re.findall(rf"^\| {CELL} \| {CELL} \| (?:{CELL}|fails) \|$", SECTION, re.MULTILINE)
FAILS = object()


def read(text):
    """Give what the YAML of a cell says."""
    return document.parse(text.replace("\\|", "|"), Path("page.yaml")).value


def test_the_examples_are_found():
    """The page has as many rows as there are examples: none is left unread."""
    assert sum(len(one.examples) for one in FUNCTIONS.values()) == len(ROWS)


@pytest.mark.parametrize("form", ["[{}]", "- {}"])
@pytest.mark.parametrize(("value", "written", "gives"), ROWS)
def test_what_is_printed_does_what_is_printed(form, value, written, gives):
    """Copied into a mapping, in brackets or on a line of its own, an example makes of its value what stands beside."""
    findings = Findings()
    source = document.parse(form.format(written.replace("\\|", "|")), Path("page.yaml"))
    (step, *_), _ = compile_chain(Node(source, findings, source.value), Kind.ANY)
    assert [] == findings.problems
    try:
        made = step[0](read(value))
    except DATA_FAULTS:
        made = FAILS
    expected = read(gives) if gives else FAILS
    assert (expected, isinstance(expected, bool)) == (made, isinstance(made, bool)), "true is no 1"


def test_no_word_of_the_language_it_is_written_in():
    """Truth, nothing and types are in the words of YAML and of people."""
    for word in ("True", "False", "None", "connector.mapping", "str |", "tuple"):
        assert word not in SECTION
