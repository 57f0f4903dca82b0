"""Mistakes of a job are told all at once, with file and line, and nothing is touched."""

import asyncio
import json

import pytest

from connector.errors import ConfigurationError

JOB = """\
job: nightly
tenant: acme
sorce_kind: x
source:
  kind: ccai
  storage: export
  settle: 20 minutes
  transcript_pattern: "(?P<time>.*"
mappings: {call: mappings/ccai-call.yaml, chat: mappings/ccai-chat.yaml}
agents: {file: agents.csv, unknown: perhaps}
audio: {wait: 7d, missing: skip}
target:
  kind: capturi
  url: http://capturi.example
  api: v4
  token: this-is-a-literal-secret
schedule: {cron: "30 2 * * *", timezone: Europe/Atlantis}
filter: [{path: "call_type[", in: [x]}]
alerts: ["${ALERT_URL_THAT_NOBODY_SET}"]
"""
KEYS = {
    "run_id", "job", "dry_run", "started_at", "finished_at", "seen", "unchanged", "delivered", "held", "skipped",
    "refused", "audio_uploaded", "bytes_uploaded", "reasons", "report", "exit_code",
}  # fmt: skip


@pytest.fixture
def wrong(make_project):
    """Give a project folder in which nearly everything is wrong."""
    project = make_project("http://127.0.0.1:9")
    (project.folder / "jobs" / "demo.yaml").rename(project.folder / "jobs" / "nightly-ccai.yaml")
    (project.folder / "jobs" / "nightly-ccai.yaml").write_text(JOB)
    project.edit("mappings/ccai-call.yaml", ("  subject:", "  subjekt:"), ("as: [{phone: {region: US}}]", "as: [fone]"))
    project.edit("agents.csv", ("2041,5,mette.krogh@acme.example", ",,"), ("2025-01-01,2026-03-01", "1 May,2026-03-01"))
    return project


async def test_every_mistake_is_told_at_once_with_file_and_line(wrong, command):
    """One answer names every mistake of the job, its mapping and its agents file, with its place; exit code 2."""
    ended = await command(wrong.folder, "run", "nightly-ccai")
    assert (2, "") == (ended.code, ended.out)
    for place in (
        "nightly-ccai.yaml:1:", "nightly-ccai.yaml:3:", "nightly-ccai.yaml:7:", "nightly-ccai.yaml:8:",
        "nightly-ccai.yaml:10:", "nightly-ccai.yaml:14:", "nightly-ccai.yaml:15:", "nightly-ccai.yaml:16:",
        "nightly-ccai.yaml:17:", "nightly-ccai.yaml:18:", "nightly-ccai.yaml:19:",
        "ccai-call.yaml:30:", "ccai-call.yaml:35:", "ccai-call.yaml:55:", "agents.csv:2", "agents.csv:4",
    ):  # fmt: skip
        assert place in ended.err, f"{place}\n{ended.err}"
    assert "ALERT_URL_THAT_NOBODY_SET" in ended.err
    assert "this-is-a-literal-secret" not in ended.err


async def test_nothing_is_touched(wrong, command):
    """A job with mistakes makes no ledger, no lock, no report, and changes no file."""
    before = sorted(path for path in wrong.folder.rglob("*"))
    wishes = (("run", "nightly-ccai"), ("run", "nightly-ccai", "--dry-run"), ("check", "nightly-ccai"))
    ended = await asyncio.gather(*(command(wrong.folder, *words) for words in wishes))
    assert [2, 2, 2] == [one.code for one in ended]
    assert before == sorted(path for path in wrong.folder.rglob("*"))


async def test_json_tells_the_same_in_one_object(wrong, command):
    """With --json there is exactly one object on standard output, with every key, the error and exit code 2."""
    ended = await command(wrong.folder, "run", "nightly-ccai", "--json")
    told = ended.told
    assert {*KEYS, "error"} == set(told)
    assert (2, 2, None, False, 0) == (ended.code, told["exit_code"], told["run_id"], told["dry_run"], told["seen"])
    assert 15 <= told["error"].count("\n") + 1
    assert "nightly-ccai.yaml:3:" in told["error"]


@pytest.mark.parametrize(
    ("words", "environment", "says"),
    [
        (("run", "nobody", "--json"), {}, "there is no job 'nobody'"),
        (("run", "demo", "--json", "--since", "yesterday"), {}, "is not a date or time"),
        (("run", "demo", "--json"), {"CONNECTOR_LOG": "loud"}, "CONNECTOR_LOG"),
        (("run", "demo", "--json"), {"CONNECTOR_LEDGER": "oracle://x/y"}, "is no"),
        (("run", "demo", "--json", "--yes"), {"CONNECTOR_LEDGER": "missing/folder/connector.db"}, "is missing"),
        (("run", "demo", "--json", "--dry-run"), {"CONNECTOR_LEDGER": "missing/folder/connector.db"}, "is missing"),
        (("run", "demo", "--json"), {"CONNECTOR_CA_FILE": "nowhere.pem"}, "CONNECTOR_CA_FILE"),
        (("run", "demo", "--json"), {"CAPTURI_TOKEN": "lösen"}, "target.token"),
        (("run", "demo", "--json", "--limit", "0"), {}, "--limit"),
        (("retry", "--json"), {}, "nothing is named"),
        (("retry", "--all", "--json"), {"CONNECTOR_LOG": "loud"}, "CONNECTOR_LOG"),
        (("reconcile", "nobody", "--json"), {}, "there is no job 'nobody'"),
        (("zendesk", "backfill", "nobody", "--from", "2026-01-01", "--to", "2026-01-02", "--json"), {}, "nobody"),
    ],
)
async def test_each_mistake_outside_the_job_ends_with_2_and_an_object(make_project, command, words, environment, says):
    """Whatever a person must mend is exit code 2, and --json tells it in its one object."""
    project = make_project("http://127.0.0.1:9")
    ended = await command(project.folder, *words, **environment)
    assert 2 == ended.code, ended
    assert 2 == ended.told["exit_code"]
    assert says in ended.told["error"]
    assert says in ended.err.replace("\n", " ")
    assert [] == list(project.folder.glob("**/*.db*"))


@pytest.mark.parametrize("words", [("retry", "--bogus"), ("reconcile",), ("backfill", "demo", "--workers", "no")])
async def test_a_wrong_command_line_ends_with_2_and_an_object(make_project, command, words):
    """A typing mistake in any command that owes an object leaves one on standard output, and only that."""
    project = make_project("http://127.0.0.1:9")
    ended = await command(project.folder, *words, "--json")
    assert (2, 2) == (ended.code, ended.told["exit_code"])
    assert "command line" in ended.told["error"]


@pytest.mark.parametrize("words", [("retry", "--all"), ("reconcile", "demo"), ("run", "demo")])
async def test_a_ledger_that_is_away_ends_with_1_and_an_object(make_project, command, words):
    """What stops a command before it began is told in its object too, without the database's password."""
    project = make_project("http://127.0.0.1:9")
    away = {"CONNECTOR_LEDGER": "postgresql://keeper:hidden@127.0.0.1:1/ledger"}
    ended = await command(project.folder, *words, "--json", **away)
    assert (1, 1) == (ended.code, ended.told["exit_code"])
    assert "cannot be reached" in ended.told["error"]
    assert "hidden" not in ended.out + ended.err


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("storage: export", "storage: ftp://files.example/x", "demo.yaml:6:"),
        ("storage: export", "{}\n  storage: export", "demo.yaml:6:"),
        ("http://127.0.0.1:9", "https://user:pw@capturi.example", "demo.yaml:14:"),
        ("http://127.0.0.1:9", "http://127.0.0.1:99999", "demo.yaml:14:"),
        ("unknown: hold", "unknown: hold, unknown: send", "demo.yaml:10:"),
        ("mappings/ccai-call.yaml", "mappings/ccai-chat.yaml", "demo.yaml:9:"),
        ("mappings/ccai-call.yaml", "mappings/ccai-cal.yaml", "ccai-cal.yaml"),
        ("audio: {wait: 7d", "not_before: 2026-13-01\naudio: {wait: 7d", "demo.yaml:11:"),
        ("audio: {wait: 7d", 'limits: {hours: "20:00-26:00"}\naudio: {wait: 7d', "demo.yaml:11:"),
        ("audio: {wait: 7d", 'filter: [{path: a, matches: "(("}]\naudio: {wait: 7d', "demo.yaml:11:"),
        ("audio: {wait: 7d", "filter: [{path: a}]\naudio: {wait: 7d", "demo.yaml:11:"),
        ("file: agents.csv", "file: nobody.csv", "nobody.csv"),
        ("  settle: 20m", "  options: {password: literal}\n  settle: 20m", "demo.yaml:7:"),
    ],
)
async def test_a_mistake_says_its_line(make_project, old, new, says):
    """A wrong word anywhere in a job is found by reading, and said with its line."""
    project = make_project("http://127.0.0.1:9")
    project.edit_job((old, new))
    with pytest.raises(ConfigurationError) as caught:
        await project.run()
    assert says in str(caught.value)
    assert [] == list(project.folder.glob("*.db*"))


async def test_a_run_that_may_start_says_nothing_of_mistakes(make_project, command, capturi):
    """The same folder without mistakes runs: one object, no error key."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.call(1)
        ended = await command(project.folder, "run", "demo", "--json")
    assert (0, KEYS) == (ended.code, set(ended.told))
    assert 1 == len(ended.out.strip().splitlines())
    assert 1 == json.loads(ended.out)["delivered"]
