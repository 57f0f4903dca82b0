"""A run over the same files, newer ones and older ones: nothing is sent twice, and nothing that came is overlooked."""

import json
from datetime import timedelta

import pytest

NEWER = "2026-03-24T12:30:11.000+01:00"
OLDER = "2026-03-24T12:13:06.000+01:00"


async def test_a_second_run_sends_nothing(make_project, capturi, reading):
    """Over the same files every delivered call counts as unchanged, and the target is not asked anything."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        for number in range(1, 6):
            project.call(number)
        first = await project.run()
        before = (await reading(address)).writes
        second = await project.run()
        assert (5, 0) == (first.as_dict()["delivered"], first.exit_code)
        assert before == (await reading(address)).writes
    told = second.as_dict()
    assert (5, 5, 0, 0) == (told["seen"], told["unchanged"], told["delivered"], told["exit_code"])


async def test_an_unchanged_refusal_is_no_refusal_of_the_next_run(make_project, capturi):
    """What was refused or skipped before, and is the same file still, counts as unchanged and does not raise 3."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.call(1, recording_permission="denied")
        project.put("metadata/call-2.json", b"no json")
        first, second = [(await project.run()).as_dict() for _ in range(2)]
    assert (1, 1, 3) == (first["skipped"], first["refused"], first["exit_code"])
    assert (2, 2, 0, {}) == (second["seen"], second["unchanged"], second["exit_code"], second["reasons"])


async def test_a_newer_export_is_noted_and_not_sent(make_project, capturi, reading):
    """The re-export with the rating counts as unchanged and stands as a step on the entry: Capturi has no update."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.call(1)
        await project.run()
        before = (await reading(address)).writes
        project.call(1, updated_at=NEWER, rating=5)
        second, third = [(await project.run()).as_dict() for _ in range(2)]
        assert before == (await reading(address)).writes
    assert (1, 1) == (second["seen"], second["unchanged"])
    assert (1, 1) == (third["seen"], third["unchanged"])
    assert ["delivered", "export.noted"] == project.steps("acme-call-1")[-2:]
    assert "2026-03-24T11:30:11+00:00" == project.entry("acme-call-1")["version"]


async def test_files_of_a_name_that_a_setting_teaches_later_are_read(make_project, capturi):
    """What was passed over for its name is read once `source.patterns` says what it is, though the file is the same."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.call(1)
        record = project.call(2)
        (project.folder / "export/metadata/call-2.json").unlink()
        project.put("metadata/session_two.json", json.dumps(record).encode())
        first = await project.run()
        project.edit_job(("  settle: 20m", "  settle: 20m\n  patterns: [session_*.json]"))
        second, third = [await project.run() for _ in range(2)]
    assert (1, ["1 file matches no known name, e.g. metadata/session_two.json"]) == (
        first.as_dict()["delivered"],
        first.notes,
    )
    assert (1, 1, []) == (second.as_dict()["delivered"], second.as_dict()["unchanged"], second.notes)
    assert "delivered" == project.entry("acme-call-2")["state"]
    assert (0, 2) == (third.as_dict()["delivered"], third.as_dict()["unchanged"])


async def test_a_newer_export_in_another_date_folder_is_the_same_session(make_project, capturi, reading):
    """One session in two folders is one entry, counted once, whichever of its files came first."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.call(1, folder="metadata/2026/03/24")
        await project.run()
        project.call(1, folder="metadata/2026/03/25", updated_at=NEWER)
        second, third = [(await project.run()).as_dict() for _ in range(2)]
        assert 1 == (await reading(address)).conversations["acme-call-1"]["creates"]
    assert (1, 1) == (second["seen"], second["unchanged"])
    assert (1, 1) == (third["seen"], third["unchanged"])
    assert 1 == len(project.entries())
    assert "export.noted" in project.steps("acme-call-1")


@pytest.mark.parametrize("is_moved", [False, True])
async def test_a_skipped_call_whose_next_export_lies_elsewhere_is_counted_once(make_project, capturi, is_moved):
    """What is judged again from another folder is not unchanged as well, whether its first file is there or not."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.call(1, folder="metadata/2026/03/24", recording_permission="denied")
        await project.run()
        if is_moved:
            (project.folder / "export/metadata/2026/03/24/call-1.json").unlink()
        project.call(1, folder="metadata/2026/03/25", recording_permission="denied", updated_at=NEWER)
        second, third = [(await project.run()).as_dict() for _ in range(2)]
    assert (1, 1, 0) == (second["seen"], second["skipped"], second["unchanged"])
    assert (1, 0, 1) == (third["seen"], third["skipped"], third["unchanged"])


async def test_an_older_export_in_the_place_of_a_newer_one_is_judged(make_project, capturi):
    """A call that waits does not wait for an export that is nowhere any more."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.call(1, updated_at="2026-03-24T12:50:11.000+01:00")
        assert 1 == (await project.run()).as_dict()["held"]
        project.call(1, updated_at=OLDER)
        told = (await project.run()).as_dict()
    assert (1, 1) == (told["seen"], told["delivered"])


async def test_an_older_export_that_arrives_later_changes_nothing(make_project, capturi, reading):
    """The newest `updated_at` counts, not the order of arrival."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.call(1, folder="metadata/2026/03/25", updated_at=NEWER)
        await project.run()
        project.call(1, folder="metadata/2026/03/24", updated_at=OLDER, disconnected_by="disconnected_by_end_user")
        second = (await project.run()).as_dict()
        assert 1 == (await reading(address)).conversations["acme-call-1"]["creates"]
    assert (1, 1) == (second["seen"], second["unchanged"])
    assert "2026-03-24T11:30:11+00:00" == project.entry("acme-call-1")["version"]


async def test_of_two_exports_in_one_run_the_newer_is_sent(make_project, capturi, reading):
    """Two files of one session in one listing are one entry, made from the one with the newest `updated_at`."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.call(1, folder="a/later", updated_at=OLDER, out_ticket_id="old")
        project.call(1, folder="b/earlier", updated_at=NEWER, out_ticket_id="new")
        told = (await project.run()).as_dict()
        arrived = await reading(address)
    assert (1, 1) == (told["seen"], told["delivered"])
    assert "new" == arrived.conversations["acme-call-1"]["customProp1"]


async def test_what_waits_stays_whose_it_was_however_new_another_call_of_its_id_is(make_project, capturi, reading):
    """A newer export of another call is refused alone; the first one goes once its recording is there."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.call(1, folder="one", audio=False)
        first = (await project.run()).as_dict()
        rival = {"call_uuid": "99999999-0000-4000-8000-000000000001", "updated_at": NEWER, "out_ticket_id": "other"}
        project.call(1, folder="two", audio=False, **rival)
        second = (await project.run()).as_dict()
        third = (await project.run()).as_dict()
        project.put("recordings/call-1.wav", project.sound(1))
        fourth = (await project.run()).as_dict()
        arrived = await reading(address)
    held = {"seen": 1, "held": 1, "refused": 0}
    assert held.items() <= first.items()
    assert {"seen": 2, "held": 1, "refused": 1}.items() <= second.items()
    assert {"seen": 2, "held": 1, "refused": 0, "unchanged": 1}.items() <= third.items()
    assert {"delivered": 1, "refused": 0}.items() <= fourth.items()
    assert "customProp1" not in arrived.conversations["acme-call-1"]


async def test_the_same_id_of_another_call_is_refused(make_project, capturi, reading):
    """A file that gives a known id to another call is refused, named, and never merged into the delivered one."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.call(1, folder="one")
        await project.run()
        project.call(1, folder="two", call_uuid="99999999-0000-4000-8000-000000000001", updated_at=NEWER)
        second, third = [(await project.run()).as_dict() for _ in range(2)]
        assert 1 == (await reading(address)).conversations["acme-call-1"]["creates"]
    assert (2, 1, 1, 3) == (second["seen"], second["unchanged"], second["refused"], second["exit_code"])
    assert {"field_invalid": 1} == second["reasons"]
    assert (2, 2, 0) == (third["seen"], third["unchanged"], third["exit_code"])
    assert "2026-03-24T11:13:17+00:00" == project.entry("acme-call-1")["version"]


async def test_two_storages_of_one_tenant_with_one_id_are_kept_apart(make_project, capturi, reading):
    """Two jobs of one tenant whose storages give one id to two calls: the second is refused, and so is a third."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.call(1)
        await project.run()
        codes = []
        for other in ("second", "third"):
            job = (project.folder / "jobs" / "demo.yaml").read_text()
            job = job.replace("job: demo", f"job: {other}").replace("storage: export", f"storage: {other}")
            (project.folder / "jobs" / f"{other}.yaml").write_text(job)
            record = project.call(1, folder=f"../{other}/metadata", audio=False)
            record["call_uuid"] = f"{other}"
            project.put(f"../{other}/metadata/call-1.json", json.dumps(record).encode())
            project.name = other
            codes.append((await project.run()).exit_code)
        assert 1 == len((await reading(address)).conversations)
    assert [3, 3] == codes
    assert [("delivered", None), ("refused", "field_invalid"), ("refused", "field_invalid")] == sorted(
        (row["state"], row["code"]) for row in project.entries()
    )


async def test_a_call_and_a_chat_may_share_an_id(make_project, capturi):
    """Ids are unique per channel only: call 1 and chat 1 are two sessions."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.call(135)
        example = project.folder / "mappings" / "examples" / "chat-web.json"
        project.put("metadata/chat-135.json", example.read_bytes())
        told = (await project.run()).as_dict()
    assert (2, 1, {"transcript_missing": 1}) == (told["seen"], told["delivered"], told["reasons"])


async def test_a_held_call_whose_new_export_lies_elsewhere_is_one_call(make_project, capturi, reading):
    """A held session whose file was moved is judged by the file that is there, counted once, and not refused."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.call(1, folder="metadata/2026/03/24", audio=False)
        first = (await project.run()).as_dict()
        (project.folder / "export/metadata/2026/03/24/call-1.json").unlink()
        project.call(1, folder="metadata/2026/03/25", updated_at=NEWER)
        second, third = [(await project.run()).as_dict() for _ in range(2)]
        assert {"acme-call-1"} == set((await reading(address)).conversations)
    assert {"audio_awaited": 1} == first["reasons"]
    assert (1, 1, 0) == (second["seen"], second["delivered"], second["exit_code"])
    assert (1, 1, 0) == (third["seen"], third["unchanged"], third["exit_code"])


async def test_a_held_call_whose_file_is_gone_is_refused(make_project, capturi):
    """What still waited for a file that nobody has any more is refused `unreadable`, and says what helps."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.call(1, audio=False)
        await project.run()
        (project.folder / "export/metadata/call-1.json").unlink()
        second = (await project.run()).as_dict()
        assert ({"unreadable": 1}, 3) == (second["reasons"], second["exit_code"])
        assert "put it back" in project.entry("acme-call-1")["detail"]
        project.call(1)
        third = (await project.run()).as_dict()
    assert (1, 1) == (third["seen"], third["delivered"])


async def test_a_held_call_whose_file_was_spoilt_is_refused_once_and_goes_once_it_is_mended(make_project, capturi):
    """What waited is told once, does not raise 3 again, and goes with the mended file."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.call(1, recording_permission="example_unlisted")
        held = (await project.run()).as_dict()
        project.put("metadata/call-1.json", b'{"id": 1, "call_type": "Voi')
        spoilt, same = [(await project.run()).as_dict() for _ in range(2)]
        project.call(1)
        mended, after = [(await project.run()).as_dict() for _ in range(2)]
    assert (1, 1) == (held["seen"], held["held"])
    assert (1, {"unreadable": 1}, 3) == (spoilt["seen"], spoilt["reasons"], spoilt["exit_code"])
    assert (1, 1, 0) == (same["seen"], same["unchanged"], same["exit_code"])
    assert (1, 1) == (mended["seen"], mended["delivered"])
    assert (1, 1) == (after["seen"], after["unchanged"])


async def test_what_was_held_is_judged_at_every_run(make_project, capturi):
    """A settling call counts as held each time until its time has come, then it goes."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.call(1, updated_at="2026-03-24T12:59:00.000+01:00")
        first, second = [(await project.run()).as_dict() for _ in range(2)]
        project.clock.moment += timedelta(minutes=20)
        third = (await project.run()).as_dict()
    assert [{"settling": 1}, {"settling": 1}, {}] == [one["reasons"] for one in (first, second, third)]
    assert [(1, 0), (1, 0), (0, 1)] == [(one["held"], one["delivered"]) for one in (first, second, third)]
    assert 0 == first["exit_code"]
