"""The command `report`."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from connector import clock, ledger
from connector.cli import app
from connector.ledger import RunRow

START = datetime(2026, 3, 24, 2, 30, tzinfo=UTC)


async def fill(url):
    async with ledger.open_ledger(url, clock=clock.SystemClock()) as book:
        for day, job in enumerate(("nightly", "chats")):
            started = START + timedelta(days=day)
            row = RunRow(id=f"run-{job}", job=job, tenant="acme", started_at=started, counts={"delivered": day + 1})
            await book.transact(ledger.start_run, row)
        counted = {"subject": {"seen": 3, "filled": 2, "sources": {"menu": 2}, "reasons": {"no_value": 1}}}
        await book.transact(ledger.save_statistics, "run-chats", {"ccai-chat": counted})


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Give a project folder whose ledger knows two runs of two jobs."""
    monkeypatch.delenv("CONNECTOR_LEDGER", raising=False)
    asyncio.run(fill(f"sqlite:///{tmp_path / 'connector.db'}"))
    return tmp_path


@pytest.fixture
def report(home):
    """Give a function that runs the command in that folder."""
    return lambda *arguments: CliRunner().invoke(app, ["--home", str(home), "report", *map(str, arguments)])


def test_the_newest_run_s_page_lies_in_reports(report, home):
    """Without anything said, the newest run's page is written into the project's reports folder, its path printed."""
    result = report()
    assert 0 == result.exit_code, result.output
    path = home / "reports" / "run-chats.html"
    assert str(path) == result.stdout.strip()
    assert "Mapping report: chats, run run-chats" in path.read_text()


def test_json_goes_to_standard_output(report):
    """Programs read JSON from standard output, one object and nothing else."""
    told = json.loads((report("run-nightly", "--format", "json")).stdout)
    assert ("run-nightly", 1) == (told["facts"]["run_id"], told["counts"]["delivered"])


def test_a_folder_gets_a_file_per_table(report, home):
    """With a folder as PATH each table is a file of its own."""
    result = report("--format", "csv", "--out", home / "tables")
    assert 0 == result.exit_code, result.output
    assert "ccai-chat,subject" in (home / "tables" / "fields.csv").read_text()
    assert (home / "tables" / "reasons.csv").exists()


def test_a_folder_gets_a_page_named_after_the_run(report, home):
    """With an existing folder as PATH the one file of other formats is named after its run."""
    report("--format", "xlsx", "--out", home)
    assert (home / "run-chats.xlsx").exists()


def test_a_period_can_be_narrowed_to_a_job(report):
    """All runs of a period are reported together, of one job where one is named."""
    for arguments, runs in (((), 2), (("--job", "nightly"), 1)):
        result = report("--from", "2026-03-24", "--to", "2026-03-26", "--format", "json", *arguments)
        assert runs == len(json.loads(result.stdout)["tables"]["runs"])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("run-chat",), "did you mean 'run-chats'?"),
        (("run-chats", "--from", "2026-01-01"), "a run is named"),
        (("--from", "yesterday"), "'yesterday' is not a date or time"),
        (("--from", "2030-01-01"), "there is no run to report on"),
        (("--out", "/dev/null/report.html"), "cannot be written"),
    ],
)
def test_what_cannot_be_done_ends_with_2_and_the_remedy(report, arguments, says):
    """A mistake of the command line is told in one line, with exit code 2."""
    result = report(*arguments)
    assert 2 == result.exit_code
    assert says in result.stderr
