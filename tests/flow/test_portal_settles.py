"""Where a job names who looks into the portal, an upload without an answer is looked up, not repeated."""

import pytest

from connector.sandbox import Switches

CALLS = 8
FAULTS = "commit-timeout=30%,seed=11"


async def run_till_done(make_project, capturi, reading, portal):
    """Run a few times against a target that commits and then gives no answer; give the project and what arrived."""
    switches = Switches(repeated_audio="replace")
    async with capturi(faults=FAULTS, hang_seconds=0.05, switches=switches) as address:
        project = make_project(address, with_samples=False)
        if portal:
            project.edit_job(("  url:", "  portal: {name: Operations, email: ops@acme.example}\n  url:"))
        for number in range(1, CALLS + 1):
            project.call(number)
        for _ in range(6):
            await project.run()
            project.clock.moment += project.clock.moment - project.clock.moment.replace(hour=0)
        return project, await reading(address)


@pytest.mark.parametrize("portal", [True, False])
async def test_an_upload_without_an_answer_is_settled(make_project, capturi, reading, portal):
    """With the portal no recording goes twice; without it, a bounded number of times; the steps tell either."""
    project, arrived = await run_till_done(make_project, capturi, reading, portal)
    uploads = [one["uploads"] for one in arrived.audio.values()]
    steps = [name for number in range(1, CALLS + 1) for name in project.steps(f"acme-call-{number}")]
    assert {"delivered"} == {row["state"] for row in project.entries()}
    assert CALLS == len(uploads)
    assert "audio.unknown" in steps
    if portal:
        assert {1} == set(uploads)
        assert "audio.looked_up" in steps
    else:
        assert CALLS < sum(uploads) <= CALLS + steps.count("audio.unknown")
        assert "audio.looked_up" not in steps
