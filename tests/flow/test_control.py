"""Holding what runs by itself, by its name."""

import json


async def test_a_job_without_a_schedule_has_nothing_to_hold(make_project, command):
    """A pause that would hold nothing is a mistake to mend, and does not wait for a schedule that comes later."""
    project = make_project("http://127.0.0.1:1", with_samples=False)
    ended = await command(project.folder, "pause", "demo")
    assert (2, True) == (ended.code, "demo has no schedule, and no unfinished backfill" in ended.err), ended
    project.edit_job(("source:", 'schedule: {cron: "0 2 * * *", timezone: UTC}\nsource:'))
    status = json.loads((await command(project.folder, "status", "--json")).out)
    assert ["running"] == [one["state"] for one in status["schedules"]]
    assert 0 == (await command(project.folder, "pause", "demo")).code
    status = json.loads((await command(project.folder, "status", "--json")).out)
    assert ["paused"] == [one["state"] for one in status["schedules"]]
