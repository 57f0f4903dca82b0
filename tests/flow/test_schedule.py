"""The service keeps a schedule through the night of a change of the clock: real processes, a shifted clock."""

import asyncio
import json
import os
import shutil
import signal
import sys

import pytest

NIGHT = '30 2 * * *", timezone: Europe/Copenhagen'


@pytest.fixture
def serve():
    """Give the function that starts the service of a folder at a moment of that clock."""
    if shutil.which("faketime") is None:
        pytest.fail("faketime is missing") if os.environ.get("CI") == "true" else pytest.skip("faketime is missing")

    async def start(folder, moment):
        return await asyncio.create_subprocess_exec(
            *("faketime", "-f", f"@{moment}", sys.executable, "-m", "connector", "serve", "--port", "0"),
            cwd=folder,
            env={**os.environ, "TZ": "UTC", "CONNECTOR_HASH_KEY": "k"},
            stdout=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )

    return start


async def end(process):
    os.killpg(process.pid, signal.SIGTERM)
    await asyncio.wait_for(process.wait(), 40)


async def until_run(project, count):
    async with asyncio.timeout(60):
        while len(finished(project)) < count:  # noqa: ASYNC110 - another process sets no event
            await asyncio.sleep(0.2)


def finished(project):
    return project.ask("SELECT options, exit_code, counts FROM run WHERE finished_at IS NOT NULL ORDER BY started_at")


@pytest.mark.slow
async def test_the_night_of_spring_has_one_run_even_after_a_restart(make_project, capturi, serve, reading):
    """Half past two does not come that night: the run starts at half past three, and a new service starts no other."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.call(1)
        job = (project.folder / "jobs" / "demo.yaml").read_text()
        line = next((one for one in job.splitlines() if one.startswith("schedule:")), None)
        schedule = f'schedule: {{cron: "{NIGHT}}}'
        project.edit_job((line, schedule) if line else ("tenant: acme", f"tenant: acme\n{schedule}"))
        service = await serve(project.folder, "2026-03-29 01:29:50")
        try:
            await until_run(project, 1)
        finally:
            await end(service)
        service = await serve(project.folder, "2026-03-29 02:29:55")
        await asyncio.sleep(12)
        await end(service)
        arrived = await reading(address)
    (run,) = finished(project)
    assert "2026-03-29T01:30:00+00:00" == json.loads(run["options"])["slot"]
    assert (0, 1) == (run["exit_code"], json.loads(run["counts"])["delivered"])
    assert {"acme-call-1"} == set(arrived.conversations)
