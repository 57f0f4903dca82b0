"""What a backfill says at its end adds up, within one start and over several of them."""

import re
import signal

RANGE = ("--from", "2026-01-01", "--to", "2026-02-01")
EVER = ("--from", "2020-01-01", "--to", "2040-01-01")
OUTCOMES = ("delivered", "held", "skipped", "refused")


def rows(text):
    """Give the numbers in the lines of the closing table: (outcome, reason) -> now, before, in all, or just one."""
    found = {}
    for line in text.splitlines():
        row = re.match(r"  (delivered|held|skipped|refused|sending|in all) +([a-z_]*) +((?:[\d,]+ *)+)", line)
        if row:
            found[row[1], row[2]] = [int(one.replace(",", "")) for one in row[3].split()]
    return found


async def test_the_samples_add_up_at_the_first_start_and_at_the_second(make_project, capturi, command):
    """Every reason has its line; the second start tells what was there before, and both name the same whole."""
    async with capturi() as address:
        project = make_project(address)
        first = await command(project.folder, "backfill", "demo", *EVER)
        second = await command(project.folder, "backfill", "demo", *EVER)
        told = (await command(project.folder, "backfill", "demo", *EVER, "--json")).told
        ran = (await command(project.folder, "run", "demo", "--json")).told
        listed = await command(project.folder, "runs")
    assert "backfill of demo · 2020-01-01 to 2040-01-01" in first.out
    before, after = rows(first.out), rows(second.out)
    total = before.pop(("in all", ""))[0]
    assert total == sum(one for (one,) in before.values())
    assert {"unreadable", "audio_invalid", "voicemail", "audio_missing"} <= {reason for _, reason in before}
    held = [one for (outcome, _), (one,) in before.items() if outcome == "held"]
    assert [sum(held), total - sum(held), total] == after.pop(("in all", ""))
    assert {key: count for key, (count,) in before.items()} == {key: count for key, (_, _, count) in after.items()}
    assert total == told["seen"] == told["in_all"] == ran["seen"]
    assert "waits to be judged" not in first.out + second.out
    assert "demo (backfill)" in listed.out


async def test_after_a_signal_the_two_starts_add_up(history, capturi, started, command, reading, delivered):
    """SIGTERM to two workers: the first word tells what is left, the second one what was before, and both the whole."""
    async with capturi(faults="latency=60ms") as address:
        project = history(address, days=4, a_day=20, audio=False)
        project.edit_job(("audio: {wait: 7d, missing: skip}", "audio: {wait: 1d, missing: send}"))
        process = await started(project.folder, "backfill", "demo", *RANGE, "--workers", "2")
        await delivered(project, 8)
        process.send_signal(signal.SIGTERM)
        out, err = await process.communicate()
        first = out.decode()
        done = sum(row["state"] == "delivered" for row in project.entries())
        second = await command(project.folder, "backfill", "demo", *RANGE)
        arrived = await reading(address)
    assert (1, 0) == (process.returncode, second.code), err
    assert 8 <= done < 80
    assert [done] == rows(first)["in all", ""]
    assert "the plan: 80 sessions to look at" in first
    assert "the same command again goes on from here" in first
    assert [80 - done, done, 80] == rows(second.out)["in all", ""] == rows(second.out)["delivered", ""]
    run_id = re.search(r"backfill of demo .* · (\S+)\n", first)[1]
    assert f"goes on from the start of {run_id}" in second.out
    assert f"80 seen:  {80 - done} delivered" in second.out
    assert f"{done} unchanged" in second.out
    assert 80 == len(arrived.conversations)


async def test_what_was_moved_away_before_is_told_of(history, capturi, command):
    """A job that moves its files: the second start sees none of them, and says why the range has more than it saw."""
    async with capturi() as address:
        project = history(address, days=1, a_day=3)
        project.edit_job(("settle: 20m", "done: move:sent\n  settle: 20m"))
        first = await command(project.folder, "backfill", "demo", *RANGE)
        project.call(300, ended_at="2026-01-02T10:00:00.000Z")
        second = await command(project.folder, "backfill", "demo", *RANGE)
    assert [3] == rows(first.out)["in all", ""]
    assert [3] == rows(second.out)["in all", ""][1:2]
    assert "3 of these were not seen: the files are moved away" in second.out
