"""YAML files are read as YAML 1.2 core, and every mistake has its place."""

from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict

from connector import document
from connector.errors import ConfigurationError

HERE = Path("job.yaml")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: no", "no"),
        ("a: off", "off"),
        ("a: 20:30", "20:30"),
        ("a: 2026-01-01", "2026-01-01"),
        ("a: 012", 12),
        ("a: 0o14", 12),
        ("a: 0x1F", 31),
        ("a: 1.5e3", 1500.0),
        ("a: true", True),
        ("a: 'true'", "true"),
        ("a: ~", None),
        ("a:", None),
        ('a: ""', ""),
        ("a: <<", "<<"),
    ],
)
def test_scalars_follow_the_core_schema(text, expected):
    """Only null, booleans and numbers are more than text."""
    found = document.parse(text, HERE).value["a"]
    assert expected == found
    assert type(expected) is type(found)


def test_keys_are_text_as_written():
    """A table's keys compare as they stand in the file."""
    assert ["1", "1.0", "yes", "null"] == list(document.parse("{1: a, 1.0: b, yes: c, null: d}", HERE).value)


def test_a_repeated_key_is_a_mistake_with_its_place():
    """The second of two equal keys is named with line and column."""
    with pytest.raises(ConfigurationError) as caught:
        document.parse("a: 1\nb:\n  c: 1\n  c: 2\n", HERE)
    assert (4, 3) == (caught.value.problems[0].line, caught.value.problems[0].column)


@pytest.mark.parametrize("text", ["a: [1", "a: 'x", "\t- a", "a: &x [*x]", "a: b: c"])
def test_what_is_no_yaml_is_a_mistake_in_that_file(text):
    """Broken YAML never ends in another error."""
    with pytest.raises(ConfigurationError) as caught:
        document.parse(text, HERE)
    assert HERE == caught.value.problems[0].file


def test_a_document_that_grows_out_of_aliases_is_refused():
    """Aliases of aliases cannot eat the memory."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    with pytest.raises(ConfigurationError, match="too long"):
        document.parse("\n".join(lines), HERE)


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")
    port: int = 0


class Outer(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    inner: Inner = Inner()


def test_validation_names_every_mistake_with_its_line_and_remedy():
    """A missing, a misspelt and a wrong key are told in one answer."""
    written = document.parse("inner:\n  prot: 1\n  port: x\n", HERE)
    with pytest.raises(ConfigurationError) as caught:
        document.validate(written, Outer)
    told = {(one.field, one.line) for one in caught.value.problems}
    assert {("name", 1), ("inner.prot", 2), ("inner.port", 3)} == told
    assert any("did you mean 'port'?" in one.hint for one in caught.value.problems)


def test_a_missing_file_is_named(tmp_path):
    """The path of a file that is not there stands in the message."""
    with pytest.raises(ConfigurationError, match=r"nothing\.yaml"):
        document.read(tmp_path / "nothing.yaml")
