"""What the commands say where messages are concerned: once, in words, and apart from calls."""

import pytest
from typer.testing import CliRunner

from connector.cli import app

ADDRESS = "http://127.0.0.1:9"


def run(folder, *words):
    return CliRunner().invoke(app, ["--home", str(folder), *words])


@pytest.mark.parametrize(
    "words",
    [
        ("zendesk", "setup", "calls", "--url", "https://connector.example"),
        ("zendesk", "backfill", "calls", "--from", "2026-01-01", "--to", "2026-02-01"),
        ("sangoma", "setup", "calls", "--url", "https://connector.example"),
    ],
    ids=["zendesk setup", "zendesk backfill", "sangoma setup"],
)
def test_a_job_in_place_of_an_intake_is_one_mistake(make_desk, words):
    """Who names a job is told so in one sentence, with the intakes that there are."""
    desk = make_desk("zendesk", ADDRESS)
    (desk.folder / "jobs" / "calls.yaml").write_text(
        "job: calls\ntenant: acme\nsource: {kind: ccai, storage: export}\n"
    )
    ended = run(desk.folder, *words)

    assert 2 == ended.exit_code
    assert "1 mistake to mend" in ended.stderr
    assert "calls.yaml: is a job and no intake (the intakes here are desk)" in ended.stderr


def test_a_variable_that_is_not_set_is_told_once(make_desk):
    """A value that only a missing variable left empty is wrong for no second reason."""
    secrets = 'api_key: "${NOT_THERE}"\n  api: {subdomain: "${NOR_THIS}", email: a@acme.example, token: "${NOR_THAT}"}'
    desk = make_desk("zendesk", ADDRESS, more=secrets)
    ended = run(desk.folder, "check", "desk")

    assert 2 == ended.exit_code
    assert "3 mistakes to mend" in ended.stderr
    for name in ("NOT_THERE", "NOR_THIS", "NOR_THAT"):
        assert 1 == ended.stderr.count(f"the variable {name} is not set")


async def test_status_tells_messages_from_calls(make_desk, capturi, command, zendesk_comment):
    """Entries of an intake are named as messages, and why a note stayed out is said so that it is true of notes."""
    note = zendesk_comment("7", "2", 2, inbound=False)
    note["message"]["isPublic"] = "false"
    async with capturi() as address:
        desk = make_desk("zendesk", address)
        await desk.accept(zendesk_comment("7", "1", 1), note)
        await desk.forward()
        told = (await command(desk.folder, "status")).out

    entries = told.partition("Entries")[2]
    assert ("zendesk" in entries, "messages" in entries) == (True, True)
    assert "internal" in entries
    assert "by the job's filter" not in told


@pytest.mark.parametrize("group", ["zendesk", "sangoma", "storage", "mapping", "messages", "backfill"])
def test_the_help_of_a_group_has_an_example(group):
    """`--help` of every group, and of the commands beside them, shows a whole command to begin with."""
    told = run(".", group, "--help").stdout
    assert "Example: connector" in told.replace("`", "").replace("\n", " ")
