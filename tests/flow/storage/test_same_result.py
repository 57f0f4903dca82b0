"""The sample data gives the same result through every kind of storage."""

import json
from datetime import timedelta

from connector.job.project import samples

COUNTS = ("seen", "unchanged", "delivered", "held", "skipped", "refused", "audio_uploaded", "bytes_uploaded", "reasons")
OF_ITS_OWN = {"uid", "received_at", "created_at", "updated_at", "conversation_uid"}
"""What the rehearsal Capturi gives anew in each rehearsal."""


def told(summary):
    facts = json.loads(json.dumps(summary.as_dict()))
    return {name: facts[name] for name in (*COUNTS, "exit_code")}


def plain(found):
    return {key: {name: value for name, value in one.items() if name not in OF_ITS_OWN} for key, one in found.items()}


async def test_the_samples_give_the_same_result(shelf, rehearsal, make_project, capturi, reading):
    """Four runs in a row count, send and leave out exactly what they do from a folder of this machine."""
    async with capturi() as address:
        project = make_project(address)
        options = json.dumps(shelf.options)
        project.edit_job(("storage: export ", f"storage: {shelf.storage}\n  options: {options}"))
        runs = {}
        shelf.publish(project.folder / "export")
        runs["first"] = told(await project.run())
        runs["second"] = told(await project.run())
        samples.bring_late(project.folder)
        shelf.publish(project.folder / "export")
        runs["after_late"] = told(await project.run())
        samples.finish_growing(project.folder, samples.BASE)
        shelf.publish(project.folder / "export")
        project.clock.moment += timedelta(minutes=2)
        runs["after_growing"] = told(await project.run())
        arrived = await reading(address)
    assert {name: {key: run[key] for key in runs[name]} for name, run in rehearsal.runs.items()} == runs
    assert plain(rehearsal.arrived.conversations) == plain(arrived.conversations)
    assert plain(rehearsal.arrived.audio) == plain(arrived.audio)
    assert plain(rehearsal.arrived.cases) == plain(arrived.cases)
