"""A nightly run of the same job goes on beside a backfill, and neither does what the other does."""

import asyncio
import json
import signal

RANGE = ("--from", "2026-01-01", "--to", "2026-02-01")


def twice(arrived):
    """Give what was created, or uploaded, more than once."""
    created = {name: one["creates"] for name, one in arrived.conversations.items() if one["creates"] != 1}
    return {**created, **{name: one["uploads"] for name, one in arrived.audio.items() if one["uploads"] != 1}}


async def test_a_nightly_run_beside_a_backfill_sends_nothing_twice(
    history, capturi, started, command, reading, delivered
):
    """Both end with 0, every call is created and uploaded once, and together they delivered all of them."""
    async with capturi(faults="latency=60ms") as address:
        project = history(address, days=6, a_day=20)
        project.edit_job(("source:", "limits: {concurrency: 2}\nsource:"))
        process = await started(project.folder, "backfill", "demo", *RANGE, "--json")
        await delivered(project, 3)
        nightly = await command(project.folder, "run", "demo", "--json")
        out, err = await process.communicate()
        arrived = await reading(address)
    assert (0, 0) == (nightly.code, process.returncode), (nightly, err)
    assert {} == twice(arrived)
    assert 120 == len(arrived.audio) == sum(write == "POST /v3/conversation" for write in arrived.writes)
    assert {"delivered"} == {row["state"] for row in project.entries()}
    assert b'"refused": 0' in out


async def test_a_backfill_beside_a_nightly_run_that_began_before_it_sends_nothing_twice(
    history, capturi, started, command, reading, delivered
):
    """What the run had read, and not begun, before the plan was made is left to the backfill; nothing goes twice."""
    async with capturi(faults="latency=200ms") as address:
        project = history(address, days=4, a_day=20)
        project.edit_job(("source:", "limits: {concurrency: 2}\nsource:"))
        process = await started(project.folder, "run", "demo", "--json")
        await delivered(project, 3)
        filled = await command(project.folder, "backfill", "demo", *RANGE, "--workers", "2", "--json")
        out, err = await process.communicate()
        arrived = await reading(address)
    told = json.loads(out)
    assert (0, 0) == (filled.code, process.returncode), (filled, err)
    assert {} == twice(arrived)
    assert ["a backfill of this job goes on: the sessions of its plan are left to it"] == told["notes"]
    assert 80 == len(arrived.audio) == sum(write == "POST /v3/conversation" for write in arrived.writes)
    assert 80 == told["delivered"] + filled.told["delivered"]
    assert 0 < told["delivered"] < 80, "the run left nothing to the backfill"
    assert {"delivered"} == {row["state"] for row in project.entries()}


async def test_a_backfill_leaves_a_part_of_the_day_to_the_nightly_job(
    history, capturi, started, command, reading, delivered
):
    """Of ten a day a job with a schedule keeps five for its runs: the nightly one gets them, and the backfill waits."""
    async with capturi() as address:
        project = history(address, days=3, a_day=10)
        limits = "schedule: {cron: '30 2 * * *'}\nlimits: {per_day: 10}\n"
        project.edit_job(("source:", f"{limits}source:"))
        process = await started(project.folder, "backfill", "demo", *RANGE, "--json")
        await delivered(project, 5)
        await asyncio.sleep(2)
        alone = len((await reading(address)).conversations)
        for number in range(1, 8):
            project.call(number)
        nightly = await command(project.folder, "run", "demo", "--json")
        process.send_signal(signal.SIGTERM)
        await process.communicate()
        arrived = await reading(address)
    assert 5 == alone
    assert (0, 5, {"limit_reached": 2}) == (nightly.code, nightly.told["delivered"], nightly.told["reasons"])
    assert 10 == len(arrived.conversations)
