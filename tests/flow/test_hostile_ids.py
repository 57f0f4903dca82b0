"""Ids that a source chose to do harm with, in the commands that show them."""

import json

import pytest
from typer.testing import CliRunner

from connector.cli import app
from connector.job.project.folder import create_project

IDS = ["[red]x[/] [/]", "\x1b]0;owned\x07", "a\u202eb\r\nc", "=CMD('calc')", "<script>alert(1)</script>"]


@pytest.fixture
def run(tmp_path):
    """Give a function that runs a command in a project whose calls have these ids."""
    create_project(tmp_path)
    (tmp_path / "centre").mkdir()
    records = (
        {"call_id": one, "start": "2026-02-02T10:00:00Z", "queue": one, "consent": one, "phone": "+4531313131"}
        for one in IDS
    )
    (tmp_path / "centre" / "calls.jsonl").write_text("".join(json.dumps(one) + "\n" for one in records))

    def call(*arguments, code=0):
        result = CliRunner().invoke(app, ["--home", str(tmp_path), *arguments])
        assert code == result.exit_code, result.output + result.stderr
        return result.stdout

    call("mapping", "suggest", str(tmp_path / "centre"), "--job", "calls")
    return call


def is_harmless(text):
    return all(sign.isprintable() or sign == "\n" for sign in text)


def test_looking_at_hostile_calls_neither_breaks_nor_steers(run):
    """Preview, explanation, run and trace show every id, and none is taken for markup or for an escape."""
    shown = run("mapping", "preview", "calls", "--limit", "9", "--unmasked")
    assert is_harmless(shown)
    assert "call [red]x[/] [/]" in shown
    for one in IDS:
        assert is_harmless(run("mapping", "explain", "calls", one, "subject", "--unmasked"))
    assert is_harmless(run("run", "calls", "--dry-run"))
