"""A target that goes away in the midst of a run: a short absence is waited out, and `connector status` shows it."""

import asyncio
import json

CALLS = 30


async def start_run(make_project, address, started):
    project = make_project(address, with_samples=False)
    project.edit_job(("audio:", "limits: {concurrency: 4}\naudio:"))
    for number in range(1, CALLS + 1):
        project.call(number)
    process = await started(project.folder, "run", "demo", "--json")
    await project.until("delivered")
    return project, process


async def working(project, command, breaker):
    """Wait until `connector status` tells this of the target, and give what it told."""
    async with asyncio.timeout(60):
        while True:
            told = (await command(project.folder, "status", "--json")).told["working"]
            if told and told[0]["target"]["breaker"] in breaker:
                return told[0]


async def test_a_target_that_comes_back_in_time_is_waited_for(
    make_project, capturi, started, command, reading, tcp_proxy
):
    """Cut off for some seconds, the run stops asking, says so in the ledger, and completes with exit code 0."""
    async with capturi(faults="latency=100ms") as address, tcp_proxy(int(address.rsplit(":", 1)[1])) as proxy:
        project, process = await start_run(make_project, f"http://127.0.0.1:{proxy.port}", started)
        await proxy.refuse()
        proxy.cut()
        seen = await working(project, command, {"open", "half_open"})
        await proxy.heal()
        out, err = await process.communicate()
        again = (await command(project.folder, "run", "demo", "--json")).told
        arrived = await reading(address)
    told = json.loads(out)
    assert ("demo", "run") == (seen["job"], seen["kind"])
    assert 4 == seen["target"]["of"]
    assert 1 <= seen["target"]["concurrency"] < 4
    assert (0, 0) == (process.returncode, told["exit_code"]), err.decode()
    # What was under way in that moment may have used up its tries: the next run completes it.
    assert CALLS - 4 <= told["delivered"]
    assert (CALLS, CALLS) == (again["delivered"] + again["unchanged"], len(arrived.audio))
