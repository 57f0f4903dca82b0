"""Files that nobody can read: one does not disturb the others, and a mended one is taken by the next run."""

import json
import os
from datetime import timedelta

import pytest

UNREADABLE = {
    "empty": b"",
    "no json": b"hello",
    "latin-1": json.dumps({"id": 5, "call_type": "x", "name": "Sørensen"}, ensure_ascii=False).encode("latin-1"),
    "no session": b'{"customer": 5}',
    "a list": b"[1, 2]",
    "deep": b"[" * 100_000,
    "audio": b"RIFF" + bytes(range(256)),
}


@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE.keys())
async def test_one_unreadable_file_does_not_disturb_the_others(make_project, capturi, reading, content):
    """It is refused `unreadable` under its path, exit code 3, and the others arrive; mended, it arrives as well."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.call(1)
        project.put("metadata/call-5.json", content)
        first, second = [(await project.run()).as_dict() for _ in range(2)]
        assert {"acme-call-1"} == set((await reading(address)).conversations)
        assert ["metadata/call-5.json"] == [row["session_id"] for row in project.entries() if row["state"] == "refused"]
        project.call(5, updated_at="2026-03-24T12:14:00.000+01:00")
        third, fourth = [(await project.run()).as_dict() for _ in range(2)]
    assert (2, 1, {"unreadable": 1}, 3) == (first["seen"], first["delivered"], first["reasons"], first["exit_code"])
    assert (2, 2, 0) == (second["seen"], second["unchanged"], second["exit_code"])
    assert (2, 1, 1, 0) == (third["seen"], third["unchanged"], third["delivered"], third["exit_code"])
    assert (2, 2) == (fourth["seen"], fourth["unchanged"])
    assert ["delivered", "delivered"] == [row["state"] for row in project.entries()]


async def test_a_truncated_file_is_held_while_it_is_young(make_project, capturi):
    """A file cut off in the middle may still be written: held `settling` while young, refused `unreadable` when old."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        whole = json.dumps(project.call(1)).encode()
        project.put("metadata/call-1.json", whole[:1000], age=timedelta(seconds=20))
        young = (await project.run()).as_dict()
        project.clock.moment += timedelta(minutes=2)
        old = (await project.run()).as_dict()
        project.put("metadata/call-1.json", whole)
        mended = (await project.run()).as_dict()
    assert (1, {"settling": 1}, 0) == (young["held"], young["reasons"], young["exit_code"])
    assert (1, 1, {"unreadable": 1}, 3) == (old["seen"], old["refused"], old["reasons"], old["exit_code"])
    assert (1, 1, 0) == (mended["seen"], mended["delivered"], mended["exit_code"])
    assert ["delivered"] == [row["state"] for row in project.entries()]


async def test_a_link_that_leads_out_of_the_storage_is_not_followed(make_project, capturi, reading):
    """A session that lies elsewhere does not arrive through a link, and does not disturb the others."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.call(1)
        project.call(3, folder="../away")
        (project.folder / "export/metadata/call-3.json").symlink_to(project.folder / "away/call-3.json")
        assert 1 == (await project.run()).as_dict()["delivered"]
        assert {"acme-call-1"} == set((await reading(address)).conversations)


async def test_odd_names_are_no_trouble(make_project, capturi):
    """Names with blanks, line breaks, other letters or broken bytes do not stop a run."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.call(1, folder="Optagelser æøå/with blanks")
        project.put("odd\nname/call-7.json", b"no json")
        project.put(f"{os.fsdecode(b'b' + bytes([0xFF, 0xFE]))}/call-8.json", b"no json")
        first, second = [(await project.run()).as_dict() for _ in range(2)]
    assert (3, 1, {"unreadable": 2}) == (first["seen"], first["delivered"], first["reasons"])
    assert (3, 3) == (second["seen"], second["unchanged"])


async def test_a_session_without_what_the_target_requires_is_refused(make_project, capturi, reading):
    """Without an agents file the metadata must be complete: what lacks is named, no value with it; others arrive."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.edit_job(("agents: {file: agents.csv, unknown: hold}\n", ""))
        project.call(1)
        record = project.call(2)
        agent = {**record["agent_info"], "email": None}
        people = [{**one, "email": None} if one["type"] == "agent" else one for one in record["participants"]]
        project.call(2, agent_info=agent, participants=people)
        first, second = [(await project.run()).as_dict() for _ in range(2)]
        detail = project.entry("acme-call-2")["detail"]
        arrived = await reading(address)
    assert (1, {"field_missing": 1}, 3) == (first["delivered"], first["reasons"], first["exit_code"])
    assert (2, 0) == (second["unchanged"], second["exit_code"])
    assert "agentEmail" in detail
    assert "Agent Two" == arrived.conversations["acme-call-1"]["agentName"]


async def test_a_changed_mapping_judges_held_and_refused_again_but_nothing_delivered(make_project, capturi, reading):
    """The new rule is tried on what did not go; what is there stays as it is."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.call(1)
        project.call(2, recording_permission="perhaps")
        company = "  customerCompany: {path: crm_company, required: true}\n"
        project.edit("mappings/ccai-call.yaml", ("  subject:", f"{company}  subject:"))
        first = (await project.run()).as_dict()
        project.edit("mappings/ccai-call.yaml", (company, ""))
        second = (await project.run()).as_dict()
        project.edit("mappings/ccai-call.yaml", ("    denied: false", "    denied: false\n    perhaps: true"))
        third = (await project.run()).as_dict()
        writes = (await reading(address)).writes
    assert (0, 1, 1) == (first["delivered"], first["held"], first["refused"]), first
    assert (1, 1, {"consent_unknown": 1}) == (second["delivered"], second["held"], second["reasons"])
    assert (2, 1, 1) == (third["seen"], third["delivered"], third["unchanged"])
    assert 2 == writes.count("POST /v3/conversation")
