"""The commands around mappings, run as a person runs them on mappings of messages."""

import asyncio
import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from connector.cli import app

FIXTURES = Path(__file__).parents[2] / "fixtures"
ADDRESS = "http://127.0.0.1:9"


@pytest.fixture
def desk(make_desk):
    """Give an intake of Zendesk whose target is never asked."""
    return make_desk("zendesk", ADDRESS)


@pytest.fixture
def run(desk):
    """Run a mapping command in the project of the intake."""

    def call(*words, code=0):
        result = CliRunner().invoke(app, ["--home", str(desk.folder), "mapping", *words])
        assert code == result.exit_code, result.output + result.stderr
        return result

    return call


def body(name, sender="zendesk"):
    return (FIXTURES / sender / name).read_bytes()


async def accepted(desk):
    """Have three comments accepted: a mail, its answer, and an internal note."""
    names = ("trigger-inbound.json", "trigger-extended-outbound.json", "trigger-private-note.json")
    await desk.accept(*map(body, names))


async def in_thread(call, *words, **options):
    """Run a command beside the test's own loop."""
    return await asyncio.to_thread(call, *words, **options)


async def test_the_last_messages_are_shown_field_by_field(desk, run):
    """`preview INTAKE` shows what was accepted last, the newest first, with value, source and reason of each field."""
    await accepted(desk)
    told = (await in_thread(run, "preview", "desk", "--limit", "2", "--json")).stdout
    note, answer = json.loads(told)["messages"]
    fields = {one["field"]: one for one in answer["fields"]}

    assert ("skipped", "filtered", "inbox 3") == (note["outcome"], note["reason"], note["place"])
    assert (None, "waiting") == (answer["outcome"], answer["state"])
    assert "zendesk:acme:48121" == fields["caseUid"]["value"]
    assert "message.to.email" == fields["message.to.email"]["source"]
    assert "no_value" == fields["tags"]["reason"]
    assert "ida@example.org" not in told


async def test_a_repair_is_told_beside_the_fields(desk, run):
    """What was put right before the mapping saw it stands below its fields, in words."""
    await accepted(desk)
    told = (await in_thread(run, "preview", "desk", "--limit", "3")).stdout

    assert "message 902201 of 48121  would go into its case" in told
    assert "repaired: message.created is when the ticket changed" in told
    assert "would be skipped: filtered, an internal note" in told


async def test_a_field_of_one_message_is_explained(desk, run):
    """`explain INTAKE MESSAGE FIELD` says what was read from where, and what becomes of the message."""
    await accepted(desk)
    told = (await in_thread(run, "explain", "desk", "902201", "subject", "--unmasked")).stdout
    fate = json.loads((await in_thread(run, "explain", "desk", "902203", "--json")).stdout)["explanations"][0]
    missing = await in_thread(run, "explain", "desk", "77", code=2)

    assert "subject of message 902201 of 48121" in told
    assert "`subject` has" in told
    assert "connector messages --id 902201" in told
    assert ["This would be skipped: filtered, an internal note; source.notes decides."] == fate["sentences"]
    assert "there is no message '77'" in missing.stderr


@pytest.mark.parametrize(
    ("sender", "mapping", "name"),
    [
        ("zendesk", "zendesk-comment", "trigger-raw-newline.broken.txt"),
        ("sangoma", "sangoma-message", "message_created.incoming.json"),
        ("ultimate", "ultimate-message", "hook-send-message-text.json"),
    ],
)
def test_bodies_of_a_folder_need_no_intake(desk, run, sender, mapping, name):
    """`--files` shows and explains requests that lie in files, with a mapping and nothing else."""
    (desk.folder / "jobs" / "desk.yaml").unlink()
    folder = FIXTURES / sender
    shown = json.loads(run("preview", mapping, "--files", str(folder), "--limit", "50", "--json").stdout)
    explained = run("explain", mapping, name, "caseUid", "--files", str(folder)).stdout

    assert len(shown["messages"]) > 8
    assert any(one["place"] == name for one in shown["messages"])
    assert "caseUid of message" in explained


def test_what_a_session_was_told_counts_for_its_messages(run, tmp_path):
    """The visitor's name, which only the session's start tells, is in the message that follows it."""
    folder = tmp_path / "bodies"
    folder.mkdir()
    for number, name in enumerate(("api-start-session.json", "api-visitor-message.json")):
        shutil.copy(FIXTURES / "ultimate" / name, folder / f"{number}.json")
    told = run("preview", "ultimate-message", "--files", str(folder), "--unmasked", "--json").stdout
    fields = {one["field"]: one["value"] for one in json.loads(told)["messages"][0]["fields"]}

    assert "Ida Holm" == fields["message.from.name"]


def test_two_versions_are_compared_over_messages(desk, run):
    """`diff` counts by field what would change, and says where a message's fate would be another."""
    mapping = desk.folder / "mappings" / "zendesk-comment.yaml"
    text = mapping.read_text().replace("inbox: inbox", "inbox: {path: brand, required: true}")
    (desk.folder / "mappings" / "new.yaml").write_text(text)
    words = ("diff", "zendesk-comment", "new", "--job", "desk", "--files", str(FIXTURES / "zendesk"))
    found = json.loads(run(*words, "--json").stdout)
    shown = run(*words).stdout

    assert {"inbox", "inbox (refused)", "sent"} == found["fields"].keys()
    assert found["changed"] == len(found["changes"]) <= found["messages"]
    assert "zendesk-comment → new:" in shown
    assert "message 902201 of 48121" in shown


def test_a_mapping_is_not_suggested_for_messages(run):
    """Requests of a known sender get no proposal for calls; the shipped mapping is named instead."""
    for sender, mapping in (("sangoma", "sangoma-message"), ("ultimate", "ultimate-message")):
        refused = run("suggest", str(FIXTURES / sender), code=2)
        assert f"holds requests of the kind {sender}" in refused.stderr
        assert f"connector mapping preview {mapping}" in refused.stderr


def test_where_there_is_nothing_to_read_the_remedy_is_told(run):
    """An empty inbox says so; a mapping that no intake uses asks for a folder."""
    assert "desk accepted nothing yet; --files FOLDER" in run("preview", "desk").stdout
    refused = run("preview", "sangoma-message", code=2)
    assert "no intake uses this mapping" in refused.stderr
    assert "--files FOLDER" in refused.stderr
