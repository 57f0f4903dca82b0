"""A nightly run of the same job goes on beside a backfill, and neither does what the other does."""

RANGE = ("--from", "2026-01-01", "--to", "2026-02-01")


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
    assert {1} == {one["uploads"] for one in arrived.audio.values()}
    assert 120 == len(arrived.audio) == sum(write == "POST /v3/conversation" for write in arrived.writes)
    assert {"delivered"} == {row["state"] for row in project.entries()}
    assert b'"refused": 0' in out
