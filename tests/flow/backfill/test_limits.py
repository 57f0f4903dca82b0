"""What the target sees of a job's limits, over a real socket and from several processes at once."""

import asyncio
import itertools
import json
import signal
from datetime import UTC, datetime, timedelta

RANGE = ("--from", "2026-01-01", "--to", "2026-02-01")
RATE = 5
WINDOW = 40
WITHIN = 0.05


def moments(arrived):
    """Give when the target saw each request."""
    return sorted(datetime.fromisoformat(one["at"]) for one in arrived.requests)


def stretches(moments, window):
    """Give the seconds that every so many requests in a row took."""
    return [(late - early).total_seconds() for early, late in zip(moments, moments[window:], strict=False)]


async def test_five_requests_a_second_with_four_workers(history, capturi, command, reading):
    """However the four of them meet, no stretch of forty requests is more than 5 % faster, and the rate is used."""
    async with capturi() as address:
        project = history(address, days=8, a_day=4)
        project.edit_job(("source:", f"limits: {{requests_per_second: {RATE}}}\nsource:"))
        ended = await command(project.folder, "backfill", "demo", *RANGE, "--workers", "4", "--json")
        seen = stretches(moments(await reading(address)), WINDOW)
    assert (0, 32) == (ended.code, ended.told["delivered"])
    assert (1 - WITHIN) * WINDOW / RATE <= min(seen)
    assert min(seen) <= (1 + 4 * WITHIN) * WINDOW / RATE, "the workers leave the rate unused"


async def test_a_run_and_a_backfill_together_keep_one_rate(history, capturi, started, command, reading, delivered):
    """A nightly run comes in between: the run gets what the backfill leaves it, and both together keep the limit."""
    async with capturi() as address:
        project = history(address, days=4, a_day=20)
        project.edit_job(("source:", f"limits: {{requests_per_second: {2 * RATE}}}\nsource:"))
        process = await started(project.folder, "backfill", "demo", *RANGE, "--json")
        await delivered(project, 2)
        for number in range(1, 21):
            project.call(number)
        began = datetime.now(UTC)
        ran = await command(project.folder, "run", "demo", "--json")
        ended = datetime.now(UTC)
        process.send_signal(signal.SIGTERM)
        await process.communicate()
        arrived = await reading(address)
    assert (0, 20) == (ran.code, ran.told["delivered"]), ran
    meanwhile = [one for one in moments(arrived) if began <= one <= ended]
    assert (1 - WITHIN) * WINDOW / (2 * RATE) <= min(stretches(meanwhile, WINDOW))


async def test_a_day_of_several_workers_is_one_day(history, capturi, started, command, reading):
    """Three workers under seven a day create seven, wait, say why, and end in order when they are told to."""
    async with capturi() as address:
        project = history(address, days=6, a_day=5)
        project.edit_job(("source:", "limits: {per_hour: 7, per_day: 7}\nsource:"))
        process = await started(project.folder, "backfill", "demo", *RANGE, "--workers", "3", "--json")
        async with asyncio.timeout(60):
            while len((await reading(address)).conversations) < 7:  # noqa: ASYNC110 - it tells no event
                await asyncio.sleep(0.2)
        await asyncio.sleep(2)
        process.send_signal(signal.SIGTERM)
        out, _ = await process.communicate()
        arrived = await reading(address)
        nightly_now = await command(project.folder, "run", "demo", "--json")
    assert 1 == process.returncode
    assert 7 == len(arrived.conversations) == json.loads(out)["delivered"]
    assert (0, {"limit_reached": 23}) == (nightly_now.code, nightly_now.told["reasons"])


def most_at_once(requests):
    """Give how many of these requests the target had in hand at the most at one time."""
    begins = [datetime.fromisoformat(one["at"]) for one in requests]
    ends = [begin + timedelta(milliseconds=one["duration_ms"]) for begin, one in zip(begins, requests, strict=True)]
    changes = sorted([*((moment, 1) for moment in begins), *((moment, -1) for moment in ends)])
    return max(itertools.accumulate(change for _, change in changes))


async def at_once(reading, address):
    """Give how many requests of one second the target had in hand at the most at one time."""
    since = datetime.now(UTC)
    await asyncio.sleep(1)
    arrived = await reading(address)
    return most_at_once([one for one in arrived.requests if datetime.fromisoformat(one["at"]) >= since])


async def soon_at_once(reading, address, wanted):
    """Look until there are so many, or for so long that it will not come to that; give what was seen last."""
    for _ in range(10):
        if wanted == (found := await at_once(reading, address)):
            break
    return found


async def test_fewer_at_once_hold_while_a_part_is_in_hand(history, capturi, started, command, delivered, reading):
    """Asked for two at once instead of ten, and for ten again, the target has so many in hand soon afterwards."""
    async with capturi(faults="latency=200ms") as address:
        project = history(address, days=1, a_day=600)
        project.edit_job(("source:", "limits: {concurrency: 10}\nsource:"))
        process = await started(project.folder, "backfill", "demo", *RANGE, "--json")
        await delivered(project, 1)
        seen = [await soon_at_once(reading, address, 10)]
        for asked in (2, 10):
            told = await command(project.folder, "backfill", "demo", "--set-limits", f"concurrency={asked}")
            assert 0 == told.code, told
            seen.append(await soon_at_once(reading, address, asked))
        process.send_signal(signal.SIGTERM)
        await process.communicate()
        arrived = await reading(address)
    assert [10, 2, 10] == seen
    assert 10 == most_at_once(arrived.requests), "more than the job allows, if only for a moment"


def hours_away():
    """Give an hour of the day that begins six hours from now in Copenhagen's summer, or five in its winter."""
    opens = datetime.now(UTC) + timedelta(hours=6)
    return f"{opens:%H}:00-{opens + timedelta(hours=2):%H}:00"


async def test_outside_its_hours_a_backfill_waits_and_status_says_until_when(
    history, capturi, started, command, reading
):
    """Two workers begin nothing, the target hears nothing, and `status` names hours and the moment they open."""
    async with capturi() as address:
        project = history(address, days=2, a_day=3)
        hours = hours_away()
        project.edit_job(("source:", f'limits: {{hours: "{hours}", timezone: UTC, per_day: 9}}\nsource:'))
        process = await started(project.folder, "backfill", "demo", *RANGE, "--workers", "2", "--json")
        async with asyncio.timeout(60):
            while b"waits for the hours" not in await process.stderr.readline():
                pass
        told = json.loads((await command(project.folder, "status", "--json")).out)
        shown = await command(project.folder, "status")
        process.send_signal(signal.SIGTERM)
        await process.communicate()
        ran = (await command(project.folder, "run", "demo", "--json")).told
        heard = (await reading(address)).requests
    (limits,) = told["limits"]
    assert ("demo", hours, 0, 9) == (limits["job"], limits["hours"], limits["created_this_day"], limits["per_day"])
    assert datetime.now(UTC) < datetime.fromisoformat(limits["opens_at"]) <= datetime.now(UTC) + timedelta(hours=7)
    assert "closed until" in shown.out
    assert "0 of 9" in shown.out
    assert 1 == process.returncode
    assert ({"limit_reached": 6}, 0) == (ran["reasons"], ran["exit_code"])
    assert [] == heard


async def test_a_pause_holds_what_waits_for_the_hours(history, capturi, started, command, delivered, reading):
    """What waits for the hours is not sent when they open while the backfill is paused, but once it goes on."""
    async with capturi() as address:
        project = history(address, days=1, a_day=20)
        project.edit_job(("source:", f'limits: {{hours: "{hours_away()}", timezone: UTC}}\nsource:'))
        process = await started(project.folder, "backfill", "demo", *RANGE, "--json")
        async with asyncio.timeout(60):
            while b"waits for the hours" not in await process.stderr.readline():
                pass
        for words in (("pause", "demo"), ("backfill", "demo", "--set-limits", "hours=00:00-23:59")):
            told = await command(project.folder, *words)
            assert 0 == told.code, told
            await asyncio.sleep(2.5)
        heard = (await reading(address)).requests
        assert 0 == (await command(project.folder, "resume", "demo")).code
        await delivered(project, 20)
        process.send_signal(signal.SIGTERM)
        await process.communicate()
    assert [] == heard
