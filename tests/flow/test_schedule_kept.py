"""Whether anybody waits for the next slot of a schedule, as `status` tells it."""

import asyncio
import json
import signal

from tests.servers.service import running_service

SCHEDULE = ("source:", 'schedule: {cron: "0 2 * * *", timezone: UTC}\nsource:')


async def kept(command, project):
    """Give what `status` says of the one schedule, as data and for people."""
    (schedule,) = json.loads((await command(project.folder, "status", "--json")).out)["schedules"]
    return schedule["kept_by_serve"], " ".join((await command(project.folder, "status")).out.split())


async def test_status_says_whether_a_service_keeps_the_schedule(make_project, command):
    """Without `connector serve` nobody starts what is due next, and with one of the folder somebody does."""
    project = make_project("http://127.0.0.1:1", with_samples=False)
    project.edit_job(SCHEDULE)
    before, told = await kept(command, project)
    assert not before
    assert "No `connector serve` is running" in told
    assert "demo will start only where something else calls `connector run`" in told
    with running_service(project.folder, environment={"CONNECTOR_HASH_KEY": "k"}) as service:
        async with asyncio.timeout(20):
            while not (during := await kept(command, project))[0]:  # noqa: ASYNC110 - another process sets no event
                await asyncio.sleep(0.1)
        seen = json.loads((await command(project.folder, "status", "--json")).out)["working"]
        service.end(signal.SIGTERM)
    assert "connector serve` is running" not in during[1]
    assert [] == seen, "who keeps schedules is at work on no target"
    after, told = await kept(command, project)
    assert (False, True) == (after, "No `connector serve` is running" in told)


async def test_a_service_of_another_folder_keeps_no_schedule_of_this_one(make_project, command):
    """Two folders with one ledger: what runs is told apart from what keeps this job."""
    project = make_project("http://127.0.0.1:1", with_samples=False)
    other = project.folder / "other"
    (other / "jobs").mkdir(parents=True)
    for name in ("mappings", "export", "agents.csv"):
        (other / name).symlink_to(project.folder / name)
    (other / "jobs" / "another.yaml").write_text(
        (project.folder / "jobs" / "demo.yaml").read_text().replace("job: demo", "job: another").replace(*SCHEDULE)
    )
    project.edit_job(SCHEDULE)
    shared = {"CONNECTOR_HASH_KEY": "k", "CONNECTOR_LEDGER": f"sqlite:///{project.folder / 'connector.db'}"}
    with running_service(other, environment=shared):
        async with asyncio.timeout(20):
            while "does not keep demo" not in (told := await kept(command, project))[1]:  # noqa: ASYNC110 - another process sets no event
                await asyncio.sleep(0.1)
    assert not told[0]


async def test_a_killed_service_counts_as_gone_at_once(make_project, command):
    """On its own machine nobody waits for the minute of silence."""
    project = make_project("http://127.0.0.1:1", with_samples=False)
    project.edit_job(SCHEDULE)
    with running_service(project.folder, environment={"CONNECTOR_HASH_KEY": "k"}) as service:
        async with asyncio.timeout(20):
            while not (await kept(command, project))[0]:  # noqa: ASYNC110 - another process sets no event
                await asyncio.sleep(0.1)
        service.end(signal.SIGKILL)
        assert not (await kept(command, project))[0]
