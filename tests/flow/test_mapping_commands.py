"""The commands around mappings, run as a person runs them on a project with the sample data."""

import json
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from connector.cli import app
from connector.job.project import samples
from connector.job.project.folder import create_project

Run = Callable[..., Result]


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """Make a project whose job reads the sample data."""
    folder = tmp_path_factory.mktemp("commands") / "project"
    create_project(folder)
    shutil.rmtree(folder / "export")
    (folder / "agents.csv").unlink()
    samples.copy_samples(folder, datetime.now(UTC))
    return folder


@pytest.fixture
def project(made, tmp_path) -> Path:
    folder = tmp_path / "project"
    shutil.copytree(made, folder)
    return folder


@pytest.fixture
def run(project) -> Run:
    """Run a mapping command in the project."""

    def call(*arguments: str, code: int = 0) -> Result:
        result = CliRunner().invoke(app, ["--home", str(project), "mapping", *arguments])
        assert code == result.exit_code, result.output + result.stderr
        return result

    return call


def mapping_of(project: Path) -> Path:
    return project / "mappings" / "ccai-call.yaml"


def edit(path: Path, *changes: tuple[str, str]) -> None:
    text = path.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)


def test_all_examples_hold(run):
    """The shipped mappings pass their own examples, by all ways of naming them."""
    assert "21 of 21 examples hold" in run("test").stdout
    for name in ("ccai-call", "mappings/ccai-call.yaml", "mappings/ccai-call.test.yaml"):
        assert "ccai-chat" not in run("test", name).stdout


def test_a_failing_example_names_its_difference(run, project):
    """The field, what was expected and what came out stand on one line; the exit code is 3."""
    edit(mapping_of(project), ("as: [trim], else: Call", "as: [trim], else: Phone"))
    found = run("test", "ccai-call", code=3).stdout
    assert "subject: expected 'Call', got 'Phone'" in found
    assert "mappings/ccai-call.test.yaml:" in found


def test_results_of_examples_as_json(run, project):
    """One object tells what passed, what failed and how."""
    edit(mapping_of(project), ("as: [trim], else: Call", "as: [trim], else: Phone"))
    found = json.loads(run("test", "--json", code=3).stdout)
    failed = [one for test in found["tests"] for one in test["examples"] if not one["holds"]]
    assert (len(failed), 3) == (found["failed"], found["exit_code"])
    difference = failed[0]["differences"][0]
    assert ("subject", "Call", "Phone") == tuple(difference[name] for name in ("field", "expected", "actual"))


def test_a_broken_mapping_is_a_mistake_to_mend(run, project):
    """A mapping that does not load ends with 2, as text and as JSON."""
    edit(mapping_of(project), ("status: status", "statsu: status"))
    assert "did you mean 'status'" in run("test", code=2).stderr
    assert "did you mean 'status'" in json.loads(run("test", "--json", code=2).stdout)["error"]


def test_a_name_that_is_not_there_offers_the_near_one(run):
    """Every command says what there is."""
    assert "did you mean 'ccai-call'" in run("test", "ccai-cal", code=2).stderr
    assert "did you mean 'nightly-ccai'" in run("preview", "nightly-cai", code=2).stderr
    assert "no session '77'" in run("explain", "nightly-ccai", "77", code=2).stderr
    assert "has no rule for 'subjct'" in run("explain", "nightly-ccai", "1418", "subjct", code=2).stderr


def test_preview_shows_fields_and_hides_people(run):
    """Value, source and reason of each field; names, addresses and numbers only by their form."""
    found = run("preview", "nightly-ccai", "--limit", "40").stdout
    for word in ("menu_path.name", "acme-call-1418", "would be held: agent_unknown", "[xxxxx.xxxx@xxxx.xxxxxxx]"):
        assert word in found
    assert "agent.two@acme.example" not in found
    assert "+12125550134" not in found
    assert "+12125550134" in run("preview", "nightly-ccai", "--limit", "40", "--unmasked").stdout


def test_preview_writes_nothing(run, project):
    """Looking leaves the project as it was: no ledger, no report."""
    before = sorted(path.name for path in project.iterdir())
    run("preview", "nightly-ccai")
    run("explain", "nightly-ccai", "1418", "customer")
    run("diff", "ccai-call", "ccai-call")
    assert before == sorted(path.name for path in project.iterdir())


def test_preview_of_a_mapping_with_a_folder_needs_no_job(run, project):
    """A folder and a mapping are enough; without a folder the job that uses the mapping says where to look."""
    found = json.loads(run("preview", "ccai-call", "--files", str(project / "export"), "--json").stdout)
    assert "tenant-call-" in json.dumps(found)
    assert 3 == len(found["conversations"])
    assert "acme-call-" in run("preview", "ccai-call").stdout
    edit(project / "jobs" / "nightly-ccai.yaml", ("call: mappings/ccai-call.yaml, ", ""))
    assert "no job uses this mapping" in run("preview", "ccai-call", code=2).stderr


@pytest.mark.parametrize(
    ("session", "field", "sentences"),
    [
        ("1418", "subject", ["subject of call 1418 is", "`menu_path.name` has", "would be sent, with ujet-voice"]),
        ("acme-call-1425", "consent", ["is not known", "do not list this word", "would be held: consent_unknown"]),
        ("1418", "segments", ["0-8 s, 12-17 s, 20-25 s", "2 without talk count for nothing", "`cut`"]),
        ("ujet-metadata/call-1428.json", "sent", ["would be held: agent_unknown"]),
        ("1422", "sent", ["would be skipped: voicemail"]),
        ("1131", "sent", ["would be held: audio_awaited, no recording yet; waited for until"]),
        (
            "chat-957.json",
            "caseUid",
            ["caseUid of chat 957 is", "would be sent, with ujet-chat-transcripts/chat-957.txt"],
        ),
    ],
)
def test_a_field_and_a_fate_are_explained(run, session, field, sentences):
    """The sentences tell what was read and done, and why the session is sent or not."""
    found = run("explain", "nightly-ccai", session, field).stdout
    assert [] == [one for one in sentences if one not in found]


def test_an_explanation_as_json(run):
    """The same facts stand in one object; personal values only by their form."""
    (told,) = json.loads(run("explain", "nightly-ccai", "1418", "customer", "--json").stdout)["explanations"]
    assert ("customer", "[+99999999999]", None) == (told["field"], told["value"], told["outcome"])
    assert any("participants" in one for one in told["sentences"])


@pytest.mark.parametrize(
    ("change", "field", "count"),
    [
        (("else: Call}", "else: Phone}"), "subject", 2),
        (("outbound: Outbound, campaign", "outbound: Out, campaign"), "labels", 1),
        (("  customProp1: {path: out_ticket_id, note: ticket in the CRM}\n", ""), "customProp1", 1),
    ],
)
def test_diff_names_exactly_the_sessions_and_fields_that_change(run, project, change, field, count):
    """A changed default, table or removed rule shows in its field, in those sessions that meet it, and nowhere else."""
    shutil.copyfile(mapping_of(project), project / "mappings" / "ccai-call-old.yaml")
    edit(mapping_of(project), change)
    found = json.loads(run("diff", "mappings/ccai-call-old.yaml", "ccai-call", "--json").stdout)
    assert {field: count} == {name: told["changed"] for name, told in found["fields"].items()}
    assert count == found["changed"] == len(found["changes"])
    assert {field} == {one["field"] for change in found["changes"] for one in change["fields"]}
    text = run("diff", "mappings/ccai-call-old.yaml", "ccai-call").stdout
    assert f"{count} of {found['sessions']} sessions change" in text
    assert all(f"call {one['session']}" in text for one in found["changes"])


def test_diff_tells_in_words_why_a_record_would_be_refused(run, project):
    """Without the rule of a field that Capturi requires, each record would be refused, and the reason is a sentence."""
    shutil.copyfile(mapping_of(project), project / "mappings" / "old.yaml")
    edit(mapping_of(project), ("  status: status\n", ""), ("  agentName: $agent.name\n", "  agentName: no_such\n"))
    found = run("diff", "old", "ccai-call").stdout
    assert "agentName (refused)" in found
    assert "not refused" in found
    assert "no_value" not in found


def test_diff_against_a_revision_of_git(run, project):
    """The mapping as it was committed is compared with the one in the folder."""
    for arguments in (
        ["init", "-q"],
        ["add", "-A"],
        ["-c", "user.email=a@b", "-c", "user.name=x", "commit", "-qm", "x"],
    ):
        subprocess.run(["git", "-C", str(project), *arguments], check=True)
    edit(mapping_of(project), ("denied: false", "denied: true"))
    found = run("diff", "HEAD:mappings/ccai-call.yaml", "ccai-call", "--last", "500").stdout
    assert "no (skip)" in found
    assert "skipped: consent_refused" in found
    assert "git knows no such file" in run("diff", "HEAD:mappings/x.yaml", "ccai-call", code=2).stderr


def test_diff_of_a_split_names_the_conversations(run, project):
    """Splitting calls by agent makes other conversations, which are told as such."""
    shutil.copyfile(mapping_of(project), project / "mappings" / "old.yaml")
    edit(mapping_of(project), ("split: none", "split: agent"))
    found = json.loads(run("diff", "old", "ccai-call", "--json").stdout)
    assert ["conversation"] == list(found["fields"])


def test_a_proposal_for_the_platforms_own_files(run, project):
    """The shipped mapping comes back with what the samples say, as a file that loads."""
    result = run("suggest", str(project / "export"), "--out", str(project / "mappings" / "mine.yaml"))
    assert "Wrote" in result.stdout
    assert "consent: say which words mean yes" in result.stdout
    assert "would be held: consent_unknown" in run("preview", "mine", "--files", str(project / "export")).stdout
    assert (
        "is there already"
        in run("suggest", str(project / "export"), "--out", str(project / "mappings" / "mine.yaml"), code=2).stderr
    )


def test_a_proposal_on_standard_output_is_a_mapping_and_nothing_else(run, project):
    """What is printed can be written to a file as it is."""
    printed = run("suggest", str(project / "export" / "ujet-metadata"), "--format", "json").stdout
    (project / "mappings" / "ujet-metadata.yaml").write_text(printed)
    run("preview", "ujet-metadata", "--files", str(project / "export"))


def test_a_folder_without_samples_is_told(run, tmp_path):
    """An empty folder, or one of other files, proposes nothing."""
    (tmp_path / "empty").mkdir()
    assert "holds no record that can be read" in run("suggest", str(tmp_path / "empty"), code=2).stderr
    assert "is no folder" in run("suggest", str(tmp_path / "none"), code=2).stderr


def test_a_call_and_a_chat_of_one_id_are_told_apart(run):
    """Ids are unique per channel only: the newer is explained unless the name says which; a run's example is a name."""
    found = run("explain", "nightly-ccai", "961", "sent")
    assert "There is a call 961 as well: ujet-metadata/call-961.json" in found.stderr
    assert "chat 961" in found.stdout
    for name in ("call-961.json", "call-961", "acme-call-961"):
        assert "call 961" in run("explain", "nightly-ccai", name, "sent").stdout, name
    examples = ("call-1418", "acme-call-1418")
    assert all("call 1418" in run("explain", "nightly-ccai", name, "sent").stdout for name in examples)


def test_a_file_of_many_rows_is_no_session(run, tmp_path):
    """Naming a table asks for one of its rows."""
    (tmp_path / "centre").mkdir()
    (tmp_path / "centre" / "calls.csv").write_text("call_id,queue\n1,Orders\n2,Support\n")
    run("suggest", str(tmp_path / "centre"), "--job", "calls")
    assert "name one by its id" in run("explain", "calls", "calls.csv", "subject", code=2).stderr
    assert '"Orders"' in run("explain", "calls", "1", "subject").stdout
