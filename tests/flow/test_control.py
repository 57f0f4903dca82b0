"""Holding what runs by itself, by its name."""

import json


async def test_a_job_without_a_schedule_has_nothing_to_hold(make_project, command):
    """A pause that would hold nothing is a mistake to mend, and does not wait for a schedule that comes later."""
    project = make_project("http://127.0.0.1:1", with_samples=False)
    ended = await command(project.folder, "pause", "demo", afresh=True)
    assert (2, True) == (ended.code, "demo has no schedule, and no unfinished backfill" in ended.err), ended
    project.edit_job(("source:", 'schedule: {cron: "0 2 * * *", timezone: UTC}\nsource:'))
    status = json.loads((await command(project.folder, "status", "--json")).out)
    assert ["running"] == [one["state"] for one in status["schedules"]]
    assert 0 == (await command(project.folder, "pause", "demo")).code
    status = json.loads((await command(project.folder, "status", "--json")).out)
    assert ["paused"] == [one["state"] for one in status["schedules"]]


async def test_who_comes_too_late_for_a_backfill_does_not_end_the_schedule(make_project, command, capturi):
    """After a backfill `cancel` and `pause` change nothing and say when it ended; --schedule means the schedule."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.edit_job(("source:", 'schedule: {cron: "0 2 * * *", timezone: UTC}\nsource:'))
        project.call(1)
        done = await command(project.folder, "backfill", "demo", "--from", "2026-01-01", "--to", "2027-01-01", "--json")
        late = {word: await command(project.folder, word, "demo") for word in ("cancel", "pause")}
        named = await command(project.folder, "cancel", "demo", "--backfill")
        status = json.loads((await command(project.folder, "status", "--json")).out)
        meant = await command(project.folder, "cancel", "demo", "--schedule")
        after = json.loads((await command(project.folder, "status", "--json")).out)
    assert (0, 1) == (done.code, done.told["delivered"])
    for word, ended in late.items():
        assert 2 == ended.code
        assert f"nothing of it is left to {word}" in ended.err
        assert f"`connector {word} demo --schedule` means that" in ended.err
    assert (2, True) == (named.code, "the last one ended at" in named.err)
    assert ["running"] == [one["state"] for one in status["schedules"]]
    assert (0, ["cancelled"]) == (meant.code, [one["state"] for one in after["schedules"]])
