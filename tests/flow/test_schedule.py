"""The service keeps a schedule through the night of a change of the clock: real processes, a shifted clock."""

import asyncio
import json
import os
import shutil
import signal
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.servers.missing import do_without

LIBRARY = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1")
LOOKED_SECONDS = 17
"""A service looks at its clock every quarter of a minute."""
NIGHT = '30 2 * * *", timezone: Europe/Copenhagen'


@pytest.fixture
def serve():
    """Give the function that starts the service of a folder at a moment of that clock."""
    if shutil.which("faketime") is None:
        do_without("faketime", "apt-get install faketime")

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


@dataclass
class Shifted:
    """A clock that a whole service and its runs share, and that can be put forwards and back under them."""

    file: Path

    def put(self, moment):
        seconds = (datetime.fromisoformat(moment).replace(tzinfo=UTC) - datetime.now(UTC)).total_seconds()
        self.file.write_text(f"{seconds:+.0f}\n")

    @property
    def environment(self):
        return {
            "LD_PRELOAD": str(LIBRARY),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }


@pytest.fixture
def shifted(tmp_path):
    if not LIBRARY.exists():
        do_without("faketime", "apt-get install faketime")
    return Shifted(tmp_path / "clock")


async def serve_by(clock, folder):
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "connector", "serve", "--port", "0"),
        cwd=folder,
        env={**os.environ, "TZ": "UTC", "CONNECTOR_HASH_KEY": "k", **clock.environment},
        stdout=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )


def slots(project):
    return [json.loads(run["options"])["slot"] for run in finished(project)]


def scheduled(make_project, address, cron, zone):
    project = make_project(address, with_samples=False)
    project.edit_job(("tenant: acme", f'tenant: acme\nschedule: {{cron: "{cron}", timezone: {zone}}}'))
    return project


@pytest.mark.long
async def test_a_clock_put_forwards_and_back_starts_no_night_twice(make_project, capturi, shifted):
    """In the night of autumn half past two comes twice, and the clock is put back once more: one run; then the next."""
    async with capturi() as address:
        project = scheduled(make_project, address, "30 2 * * *", "Europe/Copenhagen")
        shifted.put("2026-10-25 00:20:00")
        service = await serve_by(shifted, project.folder)
        try:
            await until_known(project)
            shifted.put("2026-10-25 00:29:58")
            await until_run(project, 1)
            for moment in ("2026-10-25 01:29:58", "2026-10-25 00:29:58"):
                shifted.put(moment)
                await asyncio.sleep(LOOKED_SECONDS)
            shifted.put("2026-10-26 01:29:50")
            await until_run(project, 2)
        finally:
            await end(service)
    assert ["2026-10-25T00:30:00+00:00", "2026-10-26T01:30:00+00:00"] == slots(project)


@pytest.mark.long
async def test_a_slot_that_came_while_the_service_was_down_is_made_up_for_once(make_project, capturi, shifted):
    """Down over the slot in a night of spring, up after it, and started again: one run, for the missed slot."""
    async with capturi() as address:
        project = scheduled(make_project, address, "30 2 * * *", "America/New_York")
        for moment, count in (("2026-03-08 06:00:00", 0), ("2026-03-08 08:00:00", 1), ("2026-03-08 08:30:00", 1)):
            shifted.put(moment)
            service = await serve_by(shifted, project.folder)
            try:
                await until_known(project)
                await until_run(project, count)
            finally:
                await end(service)
    assert ["2026-03-08T07:30:00+00:00"] == slots(project)


async def until_known(project):
    """Wait until the service has seen the job's schedule."""
    async with asyncio.timeout(30):
        while not knows(project):  # noqa: ASYNC110 - another process sets no event
            await asyncio.sleep(0.2)


def knows(project):
    tables = project.ask("SELECT 1 FROM sqlite_master WHERE name = 'schedule'")
    return tables and project.ask("SELECT 1 FROM schedule")
