"""What a person who wrote a file wrongly reads: plain words and a remedy, never the parser's."""

from pathlib import Path
from typing import Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from connector import document
from connector.errors import ConfigurationError
from connector.mistake import problems

JARGON = ("Input should", "valid", "instance of", "block", "scalar", "token", "mapping values", "expected", "parse")


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")
    wait: str = ""
    missing: Literal["hold", "skip"] = "skip"
    folders: list[str] = []
    at_once: int = Field(16, ge=1)
    tenant: str = Field("a", pattern=r"^[a-z0-9-]+$")


class Outer(BaseModel):
    model_config = ConfigDict(extra="forbid")
    job: str = Field(min_length=1)
    audio: Inner = Inner()


def said(text):
    with pytest.raises(ConfigurationError) as caught:
        document.validate(document.parse(text, Path("job.yaml")), Outer)
    (problem,) = caught.value.problems
    return str(problem)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("job: 7\n", "job.yaml:1:1: job: must be text, and is a number (put it in quotes)"),
        ("job: true\n", "job: must be text, and is true or false (put it in quotes)"),
        ("job: [a]\n", "job: must be text, and is a list"),
        ("job:\n", "job: must be text, and there is no value (put one behind the colon, or leave the key out)"),
        ("job: ''\n", "job: must not be empty"),
        ("job: a\naudio: x\n", "job.yaml:2:1: audio: must be keys with values, and is text (the keys there are wait, "),
        ("job: a\naudio: {missing: hodl}\n", "must be 'hold' or 'skip' (did you mean 'hold'?)"),
        ("job: a\naudio: {folders: x}\n", "audio.folders: must be a list, and is text (write [a, b]"),
        ("job: a\naudio: {at_once: many}\n", "audio.at_once: must be a whole number"),
        ("job: a\naudio: {at_once: 1.5}\n", "audio.at_once: must be a whole number"),
        ("job: a\naudio: {at_once: 0}\n", "audio.at_once: must be 1 or more"),
        (
            "job: a\naudio: {tenant: ø/x}\n",
            "audio.tenant: has a sign that cannot stand there (begin with a letter",
        ),
        ("job: a\naudio: {tenant: ''}\n", "audio.tenant: must not be empty"),
        ("job: a\naudio: {wiat: x}\n", "audio.wiat: is not a known key (did you mean 'wait'?)"),
        ("audio: {}\n", "job: is missing"),
        ("", "job.yaml:1:1: is empty (it needs job)"),
        ("# nothing\n", "is empty (it needs job)"),
        ("- a\n", "must be keys with values, and is a list (the keys there are job, audio)"),
        ("audio: {}\njob a\naudio: b\n", "job.yaml:2:1: has no colon with a space after it (write `key: value`)"),
        ("audio: {}\njob:a\naudio: b\n", "job.yaml:2:1: has no colon with a space after it"),
        ("audio:\n\twait: x\n", "job.yaml:2:1: a tab stands here (indent with spaces)"),
        ("audio:\n  wait: x\n   missing: y\n", "job.yaml:3:11: is indented differently from the lines it belongs to"),
        ("job: a: b\n", "job.yaml:1:7: is indented differently from the lines it belongs to, or has a second colon ("),
        ("job: @a\n", "a value cannot begin with @ (put the value in quotes)"),
        ("job: *a\n", "a value cannot begin with * (put the value in quotes)"),
        ("job: {{a}}\n", "a key must be plain text (put a value that begins with { or [ in quotes)"),
        ("job: a\njob: b\n", "the key 'job' stands here twice (keep one of them)"),
        ("audio: {wait: x\njob: a\n", "a comma or } is missing before this, counted from line 1 (add it there)"),
        ('job: "a\n', "job.yaml:1:6: a quote is opened here and never closed (close it)"),
        ('job: "a" b\n', "something stands here that belongs to nothing"),
        ("job: a\n- b\n", "an item of a list stands among keys (take the - away)"),
        ("job: a\n---\njob: b\n", "job.yaml:2:1: a second document begins here"),
        ('job: "a\\d"\n', "a backslash with this sign means nothing in double quotes (use single quotes)"),
    ],
)
def test_a_mistake_is_told_in_plain_words(text, told):
    """File and line or field, what is wrong, and the remedy."""
    found = said(text)
    assert told in found
    assert [] == [word for word in JARGON if word in found]


def test_of_a_value_only_its_kind_is_told():
    """What stands in a file may be a secret in the wrong place."""
    assert "s3cret" not in said("job: a\naudio: s3cret\n")
    assert "s3cret" not in said("job: [s3cret]\n")


class Limits(BaseModel):
    model_config = ConfigDict(extra="forbid")
    rate: int = Field(ge=1, description="Requests a second.")
    kind: Literal["even", "burst"] = "even"
    inner: Inner = Inner()


def said_of(value):
    with pytest.raises(ValidationError) as caught:
        Limits.model_validate(value)
    return [str(problem) for problem in problems(caught.value, Limits, "options.{}".format)]


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({}, "options.rate: is missing (requests a second)"),
        ({"rate": "x"}, "options.rate: must be a whole number"),
        ({"rate": [1]}, "options.rate: must be a whole number, and is a list"),
        ({"rate": 0}, "options.rate: must be 1 or more"),
        ({"rate": 1, "knid": "even"}, "options.knid: is not a known key (did you mean 'kind'?)"),
        ({"rate": 1, "kind": "brust"}, "options.kind: must be 'even' or 'burst' (did you mean 'burst'?)"),
        ({"rate": 1, "inner": {"at_once": 0}}, "options.inner.at_once: must be 1 or more"),
    ],
)
def test_what_came_without_a_file_is_told_in_the_same_words(value, told):
    """Options of storages and settings of the process have a field, and no line."""
    assert [told] == said_of(value)
