"""A backfill is killed, held, ended and slowed down from outside, and nothing is lost or done twice by it."""

import asyncio
import itertools
import json
import os
import signal
from datetime import UTC, datetime, timedelta

RANGE = ("--from", "2026-01-01", "--to", "2026-02-01")
SLOW = "latency=60ms"


async def end(process):
    out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


async def completes(project, command, reading, address, calls):
    """Run the same command once more and compare ledger, target and sums."""
    ended = await command(project.folder, "backfill", "demo", *RANGE, "--json")
    arrived = await reading(address)
    assert (0, calls) == (ended.code, ended.told["seen"]), ended
    assert calls == ended.told["delivered"] + ended.told["unchanged"]
    assert calls == len(arrived.conversations) == len(arrived.audio)
    assert {"delivered"} == {row["state"] for row in project.entries()}
    return ended, arrived


async def test_killed_in_the_middle_the_same_command_completes_it(
    history, capturi, started, command, reading, delivered
):
    """Kill -9 of the whole backfill: its parts are free at once, what was done counts as unchanged."""
    async with capturi(faults=SLOW) as address:
        project = history(address, days=4, a_day=10)
        process = await started(project.folder, "backfill", "demo", *RANGE)
        await delivered(project, 5)
        process.kill()
        await process.communicate()
        told = await command(project.folder, "status")
        assert "stopped: the same command goes on" in " ".join(told.out.split()), told
        (row,) = json.loads((await command(project.folder, "runs", "--json")).out)
        assert (1, True) == (row["exit_code"], row["delivered"] >= 5), row
        done, _ = await completes(project, command, reading, address, 40)
    assert 5 <= done.told["unchanged"] < 40


async def test_a_killed_worker_is_replaced_and_its_part_finished(
    history, capturi, started, reading, delivered, children
):
    """Kill -9 of one of two workers: the backfill ends with 0, and every call is there once."""
    async with capturi(faults=SLOW) as address:
        project = history(address, days=4, a_day=10)
        process = await started(project.folder, "backfill", "demo", *RANGE, "--workers", "2", "--json")
        await delivered(project, 3)
        workers = children(project.folder)
        os.kill(workers[0], signal.SIGKILL)
        code, out, err = await end(process)
        arrived = await reading(address)
    assert (0, 2) == (code, len(workers)), err
    assert "was killed" in err
    assert '"delivered": 40' in out
    assert 40 == len(arrived.conversations) == len(arrived.audio)


async def test_a_signal_lets_what_is_under_way_finish(history, capturi, started, command, reading, delivered, children):
    """SIGTERM: exit code 1, no entry is left half done, no worker lives on, and the next start does the rest."""
    async with capturi(faults=SLOW) as address:
        project = history(address, days=4, a_day=20)
        process = await started(project.folder, "backfill", "demo", *RANGE, "--workers", "2", "--json")
        await delivered(project, 3)
        process.send_signal(signal.SIGTERM)
        code, out, err = await end(process)
        states = {row["state"] for row in project.entries()}
        assert [] == children(project.folder)
        assert (1, {"delivered"}) == (code, states), err
        assert '"error": "interrupted"' in out
        _, arrived = await completes(project, command, reading, address, 80)
    assert {1} == {one["uploads"] for one in arrived.audio.values()}


async def test_paused_it_stands_still_and_resumed_it_goes_on(history, capturi, started, command, delivered):
    """From another terminal: pause holds what is not begun, resume lets it go on to its end."""
    async with capturi(faults=SLOW) as address:
        project = history(address, days=4, a_day=20)
        project.edit_job(("source:", "limits: {concurrency: 2}\nsource:"))
        process = await started(project.folder, "backfill", "demo", *RANGE, "--json")
        await delivered(project, 3)
        paused = await command(project.folder, "pause", "demo")
        told = await command(project.folder, "backfill", "demo", "--set-limits", "requests_per_second=50")
        assert 0 == told.code, told
        found = json.loads((await command(project.folder, "status", "--json")).out)
        looked = found["backfills"]
        await asyncio.sleep(1.5)
        before = await delivered(project, 0)
        await asyncio.sleep(1.0)
        still = await delivered(project, 0)
        shown = await command(project.folder, "status")
        resumed = await command(project.folder, "resume", "demo", afresh=True)
        code, out, _ = await end(process)
    assert "backfill of demo: paused" in paused.out
    assert "The backfill of demo is paused; go on with: connector resume demo" in shown.out
    assert [("demo", "paused", 80)] == [(one["job"], one["state"], one["items"]) for one in looked]
    assert 3 <= looked[0]["done"] <= before
    assert [(True, 50.0)] == [(one["backfill"], one["requests_per_second"]) for one in found["limits"]]
    assert "backfill: worker 1 on 2026-01-" in shown.out
    assert "demo (backfill)" in shown.out
    assert "backfill of demo: resumed" in resumed.out
    assert before == still < 80
    assert 0 == code
    assert '"delivered": 80' in out


async def test_limits_go_back_to_those_of_the_job_file(history, command):
    """`none` takes back every change that was made, also where a limit always has a value."""
    project = history("http://127.0.0.1:1", days=1, a_day=1, audio=False)
    for change in ("concurrency=3,per_hour=7,hours=20:00-06:00", "concurrency=none,timezone=none,backfill_share=none"):
        told = await command(project.folder, "backfill", "demo", "--set-limits", change)
        assert 0 == told.code, told
    assert (False, True) == ("concurrency" in told.out, "per_hour: 7" in told.out)
    told = await command(project.folder, "backfill", "demo", "--set-limits", "per_hour=none,hours=none")
    assert "those of the job file" in told.out


async def test_cancelled_it_ends_and_the_next_one_begins_anew(history, capturi, started, command, reading, delivered):
    """Cancel lets what is under way finish and drops the rest; a new command plans again."""
    async with capturi(faults=SLOW) as address:
        project = history(address, days=4, a_day=20)
        project.edit_job(("source:", "limits: {concurrency: 2, requests_per_second: 8}\nsource:"))
        process = await started(project.folder, "backfill", "demo", *RANGE)
        await delivered(project, 3)
        assert 0 == (await command(project.folder, "cancel", "demo", afresh=True)).code
        code, out, err = await end(process)
        told = out + err
        assert (1, True) == (code, "stopped: cancelled" in told), told
        assert "of 80: " in told
        assert "cancelled: what is under way is finished, the rest is let go" in told
        assert "the plan was let go; what is delivered stays so, and a new backfill plans the rest" in told
        assert {False} == {words in told for words in ("waits to be gone on with", "the plan: ", " of 0: ")}
        assert [("cancelled",)] == [tuple(row.values()) for row in project.ask("SELECT state FROM backfill_plan")]
        project.edit_job(("concurrency: 2, requests_per_second: 8", "concurrency: 16"))
        await completes(project, command, reading, address, 80)


async def test_other_limits_hold_while_it_goes_on(history, capturi, started, command, reading, delivered):
    """A rate set from another terminal is taken up without a restart."""
    async with capturi() as address:
        project = history(address, days=4, a_day=10)
        project.edit_job(("source:", "limits: {requests_per_second: 4}\nsource:"))
        process = await started(project.folder, "backfill", "demo", *RANGE, "--json")
        await delivered(project, 2)
        told = await command(project.folder, "backfill", "demo", "--set-limits", "requests_per_second=200")
        code, _, _ = await end(process)
        moments = sorted(datetime.fromisoformat(one["at"]) for one in (await reading(address)).requests)
    gaps = [(late - early).total_seconds() for early, late in itertools.pairwise(moments)]
    assert "requests_per_second: 200" in told.out
    assert 0 == code
    assert max(gaps[1:4]) > 0.15
    assert sorted(gaps)[len(gaps) // 2] < 0.15


async def test_another_concurrency_holds_while_it_goes_on(history, capturi, started, command, reading, delivered):
    """From one at a time to eight: within the same part the target sees several requests at once."""
    async with capturi(faults="latency=150ms") as address:
        project = history(address, days=1, a_day=60)
        project.edit_job(("source:", "limits: {concurrency: 1}\nsource:"))
        process = await started(project.folder, "backfill", "demo", *RANGE, "--json")
        await delivered(project, 4)
        before = datetime.now(UTC)
        told = await command(project.folder, "backfill", "demo", "--set-limits", "concurrency=8")
        code, _, _ = await end(process)
        moments = sorted(datetime.fromisoformat(one["at"]) for one in (await reading(address)).requests)
    slow = [late - early for early, late in itertools.pairwise(one for one in moments if one < before)]
    fast = [late - early for early, late in itertools.pairwise(one for one in moments if one > before)]
    assert "concurrency: 8" in told.out
    assert 0 == code
    assert sum(fast, timedelta()) / len(fast) < sum(slow, timedelta()) / len(slow) / 2


async def test_two_backfills_of_one_job_never_work_at_once(history, capturi, started, command, delivered):
    """The second one ends with exit code 1 and says why; the first goes on."""
    async with capturi(faults=SLOW) as address:
        project = history(address, days=2, a_day=20)
        process = await started(project.folder, "backfill", "demo", *RANGE, "--json")
        await delivered(project, 1)
        second = await command(project.folder, "backfill", "demo", *RANGE, "--json")
        code, out, _ = await end(process)
    assert (1, 0) == (second.code, code)
    assert "another process is running" in second.told["error"]
    assert '"delivered": 40' in out


async def test_a_signal_after_the_work_still_ends_in_order(history, capturi, started):
    """SIGTERM while only the report is left to be made: exit code 1 and the object, with what was delivered."""
    async with capturi() as address:
        project = history(address, days=1, a_day=3)
        process = await started(project.folder, "backfill", "demo", *RANGE, "--json")
        async with asyncio.timeout(60):
            while not project.ask("SELECT id FROM run WHERE exit_code IS NOT NULL"):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        code, out, err = await end(process)
    assert 1 == code, err
    told = json.loads(out)
    assert (1, 3, "interrupted") == (told["exit_code"], told["delivered"], told["error"])


async def test_workers_end_though_the_parent_died_while_they_loaded(history, capturi, started, children, reading):
    """Kill -9 as soon as the workers exist: none of them goes on alone, beside the backfill that is started next."""
    async with capturi(faults="latency=500ms") as address:
        project = history(address, days=8, a_day=10)
        process = await started(project.folder, "backfill", "demo", *RANGE, "--workers", "2")
        async with asyncio.timeout(60):
            while len(children(project.folder)) < 2:  # noqa: ASYNC110 - another process sets no event
                await asyncio.sleep(0.01)
            process.kill()
            await process.communicate()
            while children(project.folder):  # noqa: ASYNC110 - another process sets no event
                await asyncio.sleep(0.05)
        arrived = await reading(address)
    assert len(arrived.conversations) < 80
