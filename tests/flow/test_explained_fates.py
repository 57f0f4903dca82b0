"""What `mapping explain` says becomes of a call is what a run then does with it."""

import json
import os
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from connector.cli import app
from connector.job.project.folder import create_project

JOB = """
job: calls
tenant: acme
source: {{kind: files, storage: centre, options: {{id: id, ended_at: end, recording: {{path: audio}}}}}}
mappings: {{call: mappings/calls.yaml}}
audio: {{wait: 7d, missing: {missing}}}
target: {{kind: capturi, url: "http://127.0.0.1:9", token: "${{CAPTURI_TOKEN}}"}}
"""
MAPPING = """
mapping: calls
reads: files.record
writes: capturi.conversation
fields:
  externalIdentity: {{join: [$tenant, call, {{path: id}}], by: "-"}}
  agentId: {{const: "1"}}
  agentName: {{const: One}}
  agentEmail: {{const: one@acme.example}}
  dateTime: end
  subject: {{const: Call}}
  customer: {{const: anonymous}}
consent: {{path: said, values: {{"ja": true, "nej": false}}, refused: {refused}}}
"""


@pytest.fixture
def ask(tmp_path):
    """Give a function that makes a project of one call and gives what is explained of it and what a run counts."""
    home = tmp_path / "project"
    create_project(home)
    (home / "centre").mkdir()

    def call(*command: str, code: int = 0):
        result = CliRunner().invoke(app, ["--home", str(home), *command])
        assert code == result.exit_code, result.output + result.stderr
        return result.stdout

    def compare(*, days: int, missing: str = "skip", said: str = "ja", refused: str = "skip"):
        end = datetime.now(UTC) - timedelta(days=days)
        record = {"id": "7", "end": end.isoformat(), "said": said, "audio": "7.wav"}
        calls = home / "centre" / "calls.jsonl"
        calls.write_text(json.dumps(record) + "\n")
        # Of a file that was written a moment ago a run would see first whether it grows.
        hour_ago = (datetime.now(UTC) - timedelta(hours=1)).timestamp()
        os.utime(calls, (hour_ago, hour_ago))
        (home / "jobs" / "calls.yaml").write_text(JOB.format(missing=missing))
        (home / "mappings" / "calls.yaml").write_text(MAPPING.format(refused=refused))
        (told,) = json.loads(call("mapping", "explain", "calls", "7", "--json"))["explanations"]
        return told, json.loads(call("run", "calls", "--dry-run", "--json"))

    return compare


CASES = {
    "the wait is not over": ({"days": 1}, "waited for until"),
    "over, left out": ({"days": 30}, "no recording came in the time"),
    "over, held": ({"days": 30, "missing": "hold"}, "no recording came in the time"),
    "over, sent without": ({"days": 30, "missing": "send"}, "would be sent without audio"),
    "a no, left out": ({"days": 30, "said": "nej"}, "refused the recording"),
    "a no, sent without": ({"days": 1, "said": "nej", "refused": "send_without_audio"}, "without its recording"),
    "an unknown word": ({"days": 30, "said": "måske"}, "'måske'"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_call_without_a_recording_is_explained_as_a_run_treats_it(ask, case):
    """Outcome and reason of the explanation are those that the run counts, whatever the policy and the wait."""
    facts, words = CASES[case]
    told, counted = ask(**facts)
    assert words in told["sentences"][-1]
    assert 1 == counted[told["outcome"] or "delivered"]
    assert ([told["reason"]] if told["reason"] else []) == list(counted["reasons"])
