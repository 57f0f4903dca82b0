"""The environment's values come into a job file, and no secret stands in it."""

from pathlib import Path

import pytest

from connector import document
from connector.job.definition import variables

HERE = Path("jobs/x.yaml")


def filled(text, **environment):
    value, problems = variables.fill(document.parse(text, HERE), environment)
    return value, [f"{one.field}: {one.message}" for one in problems]


def test_a_variable_is_replaced_whole_or_in_part():
    """`${NAME}` may be all of a text or a part of it, at any depth."""
    value, problems = filled('url: "https://${HOST}/${PATH_}"\nlist: ["${HOST}"]', HOST="h", PATH_="p")
    assert ({"url": "https://h/p", "list": ["h"]}, []) == (value, problems)


def test_two_dollars_are_one():
    """`$$` escapes, also before a brace."""
    assert ({"a": "${HOST} costs $5"}, []) == filled("a: $${HOST} costs $5", HOST="h")


def test_a_value_is_not_read_again():
    """What comes out of the environment is text, whatever it looks like."""
    assert ({"a": "${B}"}, []) == filled("a: ${A}", A="${B}", B="no")


@pytest.mark.parametrize("environment", [{}, {"TOKEN": ""}])
def test_an_unset_or_empty_variable_is_a_mistake_that_names_the_field(environment):
    """The field and the variable are named; nothing of its value could be."""
    _, problems = filled("target:\n  token: ${TOKEN}", **environment)
    assert ["target.token: the variable TOKEN is not set or empty"] == problems


@pytest.mark.parametrize("field", ["token", "password", "passphrase", "client_secret", "secret_access_key"])
def test_a_secret_must_not_stand_in_the_file(field):
    """A literal in a secret field is a mistake, and the message does not repeat it."""
    _, problems = filled(f"options:\n  {field}: hunter2")
    assert [f"options.{field}: is a secret and must not stand in the file"] == problems


def test_names_that_are_no_secrets_may_stand_in_the_file():
    """A key file's path or an access key's id is no secret."""
    assert [] == filled("options: {private_key_file: keys/a, access_key_id: AKIA1, user: me}")[1]
