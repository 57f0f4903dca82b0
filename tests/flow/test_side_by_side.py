"""Several jobs and processes at once, and a ledger or storage that fails in the middle of a run."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys

import httpx
import pytest

READING = "-dac_override,-dac_read_search"


def second_job(project, name="beta"):
    """Give the project a second job of another tenant over the same folder."""
    job = (project.folder / "jobs" / "demo.yaml").read_text()
    job = job.replace("job: demo", f"job: {name}").replace("tenant: acme", f"tenant: {name}")
    (project.folder / "jobs" / f"{name}.yaml").write_text(job)


async def test_two_jobs_share_one_ledger_at_the_same_time(make_project, capturi, command, reading):
    """Two processes write one SQLite file; both end with 0 and every call arrives for both tenants."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        second_job(project)
        for number in range(1, 21):
            project.call(number)
        ended = await asyncio.gather(*(command(project.folder, "run", one, "--json") for one in ("demo", "beta")))
        arrived = await reading(address)
    assert [0, 0] == [one.code for one in ended], ended
    assert [20, 20] == [one.told["delivered"] for one in ended]
    expected = {f"{tenant}-call-{number}" for tenant in ("acme", "beta") for number in range(1, 21)}
    assert expected == set(arrived.audio)


def exit_told(out):
    """Give the exit code of the object that the command printed; None where it printed nothing."""
    return json.loads(out)["exit_code"] if out else None


@pytest.mark.parametrize("delay", [0.0, 0.2, 0.5])
async def test_a_signal_at_the_very_beginning_ends_in_order_too(make_project, capturi, started, command, delay):
    """However early the signal comes: no traceback, and the next run does everything."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.call(1)
        process = await started(project.folder, "run", "demo", "--json", afresh=True)
        await asyncio.sleep(delay)
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        out, err = await process.communicate()
        ended = await command(project.folder, "run", "demo", "--json")
    assert b"Traceback" not in err
    assert (process.returncode, exit_told(out)) in {(-signal.SIGTERM, None), (0, 0), (1, 1)}
    assert (0, 1) == (ended.code, ended.told["delivered"] + ended.told["unchanged"])


async def test_a_damaged_ledger_stops_the_run(make_project, capturi, command, reading):
    """Exit code 1 with the remedy, nothing sent."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.call(1)
        (project.folder / "connector.db").write_bytes(b"this is no database, whatever its name says" * 50)
        ended = await command(project.folder, "run", "demo", "--json")
        assert [] == (await reading(address)).writes
    assert (1, 1) == (ended.code, ended.told["exit_code"])
    assert "no database" in ended.told["error"]
    assert "Traceback" not in ended.err


async def test_a_ledger_that_may_not_be_written_stops_the_run(make_project, capturi):
    """A ledger that is locked for ever by another program is an error with its remedy, not a hang or a loss."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.call(1)
        await project.run()
        for number in range(2, 5):
            project.call(number)
        (project.folder / "connector.db").rename(project.folder / "kept.db")
        (project.folder / "connector.db").mkdir()
        stopped = await project.run()
        assert 1 == stopped.exit_code
        (project.folder / "connector.db").rmdir()
        (project.folder / "kept.db").rename(project.folder / "connector.db")
        told = (await project.run()).as_dict()
    assert (3, 1) == (told["delivered"], told["unchanged"])


async def test_a_storage_that_is_gone_stops_the_run(make_project, capturi):
    """Exit code 1; nothing that was delivered is touched, and the storage's return is a run like any other."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.call(1)
        await project.run()
        export = project.folder / "export"
        export.rename(project.folder / "away")
        stopped = await project.run()
        (project.folder / "away").rename(export)
        told = (await project.run()).as_dict()
    assert 1 == stopped.exit_code
    assert "export" in stopped.error
    assert (1, 1) == (told["seen"], told["unchanged"])


async def test_a_folder_that_may_not_be_listed_stops_the_run(make_project, capturi):
    """An incomplete listing is never taken for a complete one."""
    # Root may read everything, but for a process that has given that right up.
    bare = ["setpriv", f"--inh-caps={READING}", f"--bounding-set={READING}"] if os.geteuid() == 0 else []
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.call(1)
        (project.folder / "export/metadata").chmod(0)
        words = [*bare, sys.executable, "-m", "connector", "run", "demo", "--yes", "--json"]
        stopped = await asyncio.to_thread(subprocess.run, words, cwd=project.folder, capture_output=True, check=False)
        (project.folder / "export/metadata").chmod(0o755)
    told = json.loads(stopped.stdout)
    assert (1, 1, 0) == (stopped.returncode, told["exit_code"], told["delivered"])
    assert "metadata" in told["error"]


async def test_what_stops_a_run_outranks_what_it_refused(make_project, capturi):
    """A run that refused something and then met a target that answers nobody any more ends with 1, not 3."""
    async with capturi(faults="latency=50ms") as address:
        project = make_project(address, with_samples=False)
        project.edit_job(("audio:", "limits: {concurrency: 1}\naudio:"))
        for number in range(2, 20):
            project.call(number)
        project.put("metadata/call-1.json", b"no json")
        task = asyncio.create_task(project.run())
        await project.until("delivered")
        async with httpx.AsyncClient(base_url=address, trust_env=False) as client:
            await client.post("/_sandbox/faults", content="500=100%")
        stopped = (await task).as_dict()
    assert (1, 1) == (stopped["exit_code"], stopped["refused"])
    assert stopped["delivered"] >= 1
