"""The commands as a person types them, from an empty folder to the trace of one call."""

import asyncio
import contextlib
import json
import os
import re
import shutil
import signal
from functools import partial
from pathlib import Path

import pytest

from connector.shipped import shipped

KEYS_OF_STATUS = {
    *("schedules", "limits", "working", "backfills", "jobs"),
    *("entries", "next_tries", "messages", "orphans"),
}


def fresh(folder):
    """Put three sample calls and a chat with its transcript into a project's export."""
    export = shipped("sample_data") / "export"
    shutil.copyfile(shipped("sample_data") / "agents.csv", folder / "agents.csv")
    for name in ("call-1418", "call-1420", "call-1431", "call-1425"):
        shutil.copyfile(export / f"ujet-metadata/{name}.json", folder / "export" / f"{name}.json")
        with contextlib.suppress(FileNotFoundError):
            shutil.copyfile(export / f"ujet-voice-recordings/{name}.mp3", folder / "export" / f"{name}.mp3")
    for path in folder.glob("export/*"):
        os.utime(path, (1_774_000_000, 1_774_000_000))


async def make(command, folder, address):
    ended = await command(folder, "init", "acme")
    assert 0 == ended.code, ended.err
    job = folder / "acme" / "jobs" / "nightly-ccai.yaml"
    text = job.read_text()
    job.write_text(text.replace("http://127.0.0.1:8787", address))
    return folder / "acme"


@pytest.fixture
def bare(monkeypatch):
    """Take this machine's own variables away."""
    for name in ("CAPTURI_TOKEN", "CONNECTOR_HOME", "CONNECTOR_LEDGER", "CONNECTOR_HASH_KEY", "CONNECTOR_LOG"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("bare")
async def test_from_nothing_to_a_delivered_call(command, capturi, tmp_path, reading):
    """init, check, run, run again, status, runs, show, upload: each says what it should and ends with its code."""
    command = partial(command, afresh=True)
    async with capturi() as address:
        project = await make(command, tmp_path, address)
        (project / ".env").write_text((project / ".env").read_text().replace("=sandbox", "=rehearsal-token"))
        checked = await command(project, "check")
        assert 0 == checked.code, checked
        assert 4 == checked.out.count(" ok ")
        fresh(project)
        ran = await command(project, "run", "nightly-ccai", "--json")
        again = await command(project, "run", "nightly-ccai")
        looked = await asyncio.gather(*(command(project, *words) for words in LOOKS.values()))
        found = dict(zip(LOOKS, looked, strict=True))
        uid = json.loads(found["show json"].out)[0]["entry"]["uid"]
        by_uid = await command(project, "show", uid)
        arrived = await reading(address)
    assert (0, 3, 1) == (ran.code, ran.told["delivered"], ran.told["held"]), ran
    assert (0, True) == (again.code, "3 unchanged" in again.out)
    assert {0} == {one.code for one in found.values()}, found
    assert "nightly-ccai" in found["status"].out
    assert "consent_unknown" in found["status"].out
    entries = found["status"].out.partition("Entries")[2]
    assert ["target", "tenant", "source", "of", "state", "reason", "count", "what", "it", "means"] == entries.split()[
        :10
    ]
    assert 2 == len(json.loads(found["runs json"].out))
    assert KEYS_OF_STATUS == set(json.loads(found["status json"].out))
    for one in (found["show"], by_uid, found["show path"]):
        assert "acme-call-1418" in one.out
        assert uid in one.out
        assert "audio.done" in one.out
        assert arrived.audio["acme-call-1418"]["sha256"] in one.out.replace("\n", "").replace(" ", "")


LOOKS = {
    "status": ("status",),
    "status json": ("status", "--json"),
    "runs": ("runs",),
    "runs json": ("runs", "--json"),
    "show": ("show", "1418"),
    "show path": ("show", "call-1418.json"),
    "show json": ("show", "acme-call-1418", "--json"),
}


@pytest.mark.usefixtures("bare")
async def test_looking_at_what_is_not_there(command, tmp_path):
    """Before the first run every look says so, makes no ledger, and a missing conversation is exit code 2."""
    made = await command(tmp_path, "init", ".")
    assert 0 == made.code
    assert "files in this folder." in made.out
    assert "  cd " not in made.out
    looks = (("status",), ("runs",), ("show", "acme-call-1"))
    ended = await asyncio.gather(*(command(tmp_path, *words) for words in looks))
    assert [0, 0, 2] == [one.code for one in ended]
    assert "connector run JOB" in ended[0].out
    assert "connector run JOB" in ended[1].out
    assert "knows nothing of 'acme-call-1'" in ended[2].err
    assert [] == list(tmp_path.glob("connector.db*"))


@pytest.mark.usefixtures("bare")
async def test_init_writes_nothing_over(command, tmp_path):
    """A second init names what is there and changes nothing; .env is for its owner only."""
    assert 0 == (await command(tmp_path, "init", "acme")).code
    job = tmp_path / "acme/jobs/nightly-ccai.yaml"
    job.write_text("mine")
    ended = await command(tmp_path, "init", "acme")
    assert (2, "mine") == (ended.code, job.read_text())
    assert "is there already" in ended.err
    assert "600" == oct((tmp_path / "acme/.env").stat().st_mode)[-3:]


@pytest.mark.parametrize(
    ("change", "environment", "code", "says"),
    [
        (("storage: export", "storage: nowhere"), {}, 1, ("storage", "nowhere")),
        (("http://127", "http://127"), {"CAPTURI_TOKEN": "wrong"}, 1, ("target", "token")),
        (("audio:", "# audio:"), {"CONNECTOR_LEDGER": "no/such/folder.db"}, 2, ("ledger", "missing")),
        (("settle: 20m", "settle: soon"), {}, 2, ("settle", "length of time")),
    ],
)
async def test_check_says_each_failure_on_its_own_line(make_project, capturi, command, change, environment, code, says):
    """One thing that is wrong is one line with its remedy, the others are told as well, and the code says who mends."""
    async with capturi() as address:
        project = make_project(address)
        project.edit_job(change)
        ended = await command(project.folder, "check", "demo", **environment)
    assert code == ended.code, ended
    wrong = [line for line in (ended.out + ended.err).splitlines() if "failed" in line or ".yaml:" in line]
    assert 1 == len(wrong), ended
    for word in says:
        assert word in wrong[0]
    # A job that cannot be read names nothing to be reached; else the three others are told as well.
    assert (0 if "settle" in says else 3) == ended.out.count(" ok "), ended.out


async def test_check_looks_at_every_job_of_the_folder(make_project, capturi, command):
    """Without a name all jobs are checked; what must be mended outranks what is not reached."""
    async with capturi() as address:
        project = make_project(address)
        jobs = project.folder / "jobs"
        text = (jobs / "demo.yaml").read_text()
        (jobs / "far.yaml").write_text(text.replace("job: demo", "job: far").replace("storage: export", "storage: x"))
        assert 1 == (await command(project.folder, "check")).code
        (jobs / "odd.yaml").write_text(text.replace("job: demo", "job: odd").replace("settle: 20m", "settle: x"))
        ended = await command(project.folder, "check")
    assert 2 == ended.code
    for name in ("demo", "far", "odd"):
        assert name in ended.out


async def test_upload_by_hand(make_project, capturi, command, reading):
    """By uid or external id; a second one changes nothing; what is no audio or nobody's is refused with 3."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.edit_job(("missing: skip", "missing: send"), ("wait: 7d", "wait: 0s"))
        for number in (1, 2):
            project.call(number, audio=False)
        await project.run()
        uid = project.entry("acme-call-1")["uid"]
        path = str(project.put("x.wav", project.sound(3)))
        text = str(project.put("x.txt", b"no audio"))
        words = (
            ("--conversation-id", uid),
            ("--external-id", "acme-call-2"),
            ("--external-id", "acme-call-2"),
            ("--external-id", "nobody"),
        )
        ended = [await command(project.folder, "upload", path, *one, afresh=True) for one in words]
        odd, none, gone = await asyncio.gather(
            command(project.folder, "upload", text, "--external-id", "acme-call-1"),
            command(project.folder, "upload", path),
            command(project.folder, "upload", "y.wav", "--external-id", "acme-call-1"),
        )
        arrived = await reading(address)
    assert [0, 0, 0, 3, 3, 2, 2] == [one.code for one in (*ended, odd, none, gone)], ended
    assert "already" in ended[2].out
    assert {"acme-call-1", "acme-call-2"} == set(arrived.audio)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_the_run_in_order(make_project, capturi, started, reading, number):
    """Exit code 1 and one JSON object that says so; the next run completes, each conversation once."""
    async with capturi(faults="latency=100ms") as address:
        project = make_project(address, with_samples=False)
        project.edit_job(("audio:", "limits: {concurrency: 2}\naudio:"))
        for call in range(1, 11):
            project.call(call)
        process = await started(project.folder, "run", "demo", "--json", afresh=True)
        await project.until("delivered")
        process.send_signal(number)
        out, _ = await process.communicate()
        told = json.loads(out)
        row = project.ask("SELECT * FROM run")[0]
        completed = await project.run()
        arrived = await reading(address)
    assert (1, 1, "interrupted") == (process.returncode, told["exit_code"], told["error"])
    assert 1 <= told["delivered"] < 10
    assert (1, "interrupted", told["run_id"]) == (row["exit_code"], row["error"], row["id"])
    assert (0, 10) == (completed.exit_code, len(arrived.audio))
    assert {1} == {one["uploads"] for one in arrived.audio.values()}


async def test_a_second_run_at_the_same_time_ends_with_1(make_project, capturi, started, command):
    """It says that the job is running, in one object, and does not wait."""
    async with capturi(faults="latency=300ms") as address:
        project = make_project(address, with_samples=False)
        project.call(1)
        process = await started(project.folder, "run", "demo", "--json")
        await project.until("sending")
        ended = await command(project.folder, "run", "demo", "--json")
        await process.communicate()
    assert (1, 1, 0) == (ended.code, ended.told["exit_code"], process.returncode)
    assert "another process is running the job demo" in ended.told["error"]


VARYING = re.compile(r"· [0-9.]+ s · \S+|report: .*|, [0-9.]+ MB")


def told_lines(text):
    """Give the lines that say something, with single spaces, and without what differs from run to run."""
    return (" ".join(VARYING.sub("", line).split()) for line in text.splitlines() if line.strip())


def quoted_of_demo():
    """Give each stretch of the demo's output that the README quotes without leaving lines out."""
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    (quoted,) = re.findall(r"^```\n(1\. The first night.*?)^```$", readme, re.MULTILINE | re.DOTALL)
    return [list(told_lines(stretch)) for stretch in quoted.split("  ...\n") if stretch.strip()]


def begins_with(told, quoted):
    """Tell whether these lines begin as quoted, each one and one after the other: the last columns may be left out."""
    return len(quoted) <= len(told) and all(line.startswith(one) for line, one in zip(told, quoted, strict=False))


@pytest.mark.usefixtures("bare")
async def test_the_demo_shows_everything_and_keeps_it(command, tmp_path):
    """It prints what the README quotes, leaves a project in which the commands work, and touches no used folder."""
    ended = await command(tmp_path, "demo", "--keep", "try", afresh=True)
    assert 0 == ended.code, ended
    for words in ("nothing is sent twice", "consent_unknown", "unreadable", "Everything that was sent arrived once"):
        assert words in ended.out
    told = list(told_lines(ended.out))
    for quoted in quoted_of_demo():
        assert any(begins_with(told[at:], quoted) for at in range(len(told))), (quoted, ended.out)
    (report,) = [line.split()[-1] for line in ended.out.splitlines() if "the mapping report" in line]
    assert "<html" in await asyncio.to_thread(Path(report).read_text)
    shown = await command(tmp_path / "try", "show", "acme-call-1418")
    assert (0, True) == (shown.code, "delivered" in shown.out)
    assert 2 == (await command(tmp_path, "demo", "--keep", "try")).code


@pytest.mark.usefixtures("bare")
async def test_the_sandbox_ends_with_0_on_sigterm(started, tmp_path):
    """It prints its address, answers, and ends cleanly."""
    process = await started(tmp_path, "sandbox", "--port", "0", afresh=True)
    line = await asyncio.wait_for(process.stdout.readline(), 20)
    assert line.startswith(b"sandbox listening on http://127.0.0.1:")
    process.terminate()
    assert (b"", b"") == await process.communicate()
    assert 0 == process.returncode
