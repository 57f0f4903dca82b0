"""A storage that goes away in the midst of a run: waited for, shown, and left for the next run where it stays away."""

import asyncio
import json
import shutil

import pytest

CALLS = 40
OTHERS = 3
MORE_THAN_A_PAGE = 450


@pytest.fixture
def project_for(ssh_server, ssh_folder, make_project):
    """Give a function from the target's address to a project one of whose folders lies on the SFTP server instead."""

    def make(address, remote, *, calls, **fields):
        project = make_project(address, with_samples=False)
        place = ssh_server.address(ssh_folder)
        given = json.dumps({**ssh_server.options, "timeout_seconds": 2, "reconnect_seconds": 1})
        words = {
            "recordings": f"recordings: {{storage: {place}, options: {given}}}\n  storage: export ",
            "metadata": f"storage: {place}\n  options: {given} ",
        }
        project.edit_job(("storage: export ", words[remote]), ("agents: {file", "# {file"))
        project.edit("mappings/ccai-call.yaml", ("refused: skip ", "refused: send_without_audio "))
        project.edit_job(("audio:", "limits: {concurrency: 4}\naudio:"))
        for number in range(1, calls + 1):
            project.call(number, **fields)
        shutil.copytree(project.folder / "export" / remote, ssh_folder, dirs_exist_ok=True)
        shutil.rmtree(project.folder / "export" / remote)
        return project

    return make


async def storages(project, command, breaker):
    """Wait until `connector status` tells this of a storage, and give what it told of all of them."""
    async with asyncio.timeout(60):
        while True:
            working = (await command(project.folder, "status", "--json")).told["working"]
            found = working[0]["storages"] if working else []
            if any(one["breaker"] in breaker for one in found):
                return {one["storage"]: one["breaker"] for one in found}


@pytest.mark.slow
async def test_a_storage_that_comes_back_in_time_is_waited_for(
    project_for, capturi, started, command, reading, ssh_server, ssh_folder
):
    """Stopped for some seconds, it is asked by nobody, `status` names it, and the run completes with exit code 0."""
    async with capturi(faults="latency=100ms") as address:
        project = project_for(address, "recordings", calls=CALLS)
        process = await started(project.folder, "run", "demo", "--json")
        await project.until("delivered")
        await asyncio.to_thread(ssh_server.stop)
        seen = await storages(project, command, {"open", "half_open"})
        shown = (await command(project.folder, "status")).out
        await asyncio.to_thread(ssh_server.start)
        out, err = await process.communicate()
        arrived = await reading(address)
    told = json.loads(out)
    there = str(project.folder / "export")
    assert "closed" == seen.pop(there)
    assert [ssh_server.address(ssh_folder)] == list(seen)
    assert f"demo: the storage {ssh_server.address(ssh_folder)} d" in shown
    assert (0, CALLS, 0) == (process.returncode, told["delivered"], told["held"]), err.decode()
    assert CALLS == len(arrived.audio)


async def test_what_needs_no_such_storage_goes_on(project_for, capturi, reading, ssh_server):
    """Away for good, calls with a recording wait, all else goes; the run ends with 1, and the next one completes it."""
    async with capturi(faults="latency=20ms") as address:
        project = project_for(address, "recordings", calls=CALLS)
        for number in range(1, OTHERS + 1):
            project.call(900 + number, recording_permission="denied")
        running = asyncio.create_task(project.run())
        await project.until("delivered")
        await asyncio.to_thread(ssh_server.stop)
        stopped = (await running).as_dict()
        held = [row for row in project.entries() if row["state"] == "held"]
        await asyncio.to_thread(ssh_server.start)
        completed = (await project.run()).as_dict()
        arrived = await reading(address)
    assert 1 == stopped["exit_code"]
    assert ssh_server.address() in stopped["error"]
    assert {"try_again"} == {row["code"] for row in held}
    assert {None} == {row["retry_at"] for row in held}, "an entry rests for what was not its fault"
    assert CALLS + OTHERS == stopped["seen"] == len(project.entries())
    assert 0 == completed["exit_code"], completed
    assert len(held) == completed["delivered"] > 0
    assert CALLS == len(arrived.audio)
    assert {1} == {one["creates"] for one in arrived.conversations.values()}


async def test_sessions_that_cannot_be_read_wait_untouched(project_for, capturi, reading, ssh_server):
    """With the sessions' own storage away the run stops with 1, marks nothing of them, and the next one goes on."""
    async with capturi(faults="latency=20ms") as address:
        project = project_for(address, "metadata", calls=MORE_THAN_A_PAGE, audio=False, recording_permission="denied")
        running = asyncio.create_task(project.run())
        await project.until("delivered")
        await asyncio.to_thread(ssh_server.stop)
        stopped = (await running).as_dict()
        await asyncio.to_thread(ssh_server.start)
        completed = (await project.run()).as_dict()
        arrived = await reading(address)
    assert 1 == stopped["exit_code"]
    assert "is in trouble" in stopped["error"]
    assert 0 < stopped["seen"] == stopped["skipped"] + stopped["delivered"] < MORE_THAN_A_PAGE
    assert 0 == completed["exit_code"], completed
    assert MORE_THAN_A_PAGE == len(arrived.conversations)
