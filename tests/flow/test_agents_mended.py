"""A mended list of agents brings back what stopped for an agent's sake, once, and nothing else."""

import json
import sqlite3
from contextlib import closing

import pytest

HEADER = "number,id,email,name,team,valid_from,valid_to\n"
JONAS = "2042,9,jonas.lind@acme.example,Jonas Lind,Order info,,\n"
NAMELESS = "2099,77,,New Comer,Orders,,\n"
NEWCOMER = "2099,77,new.comer@acme.example,New Comer,Orders,,\n"
OTHERS = "".join(f"31{number},3{number},p{number}@acme.example,P {number},Hr,,\n" for number in range(10))
COUNTED = ("delivered", "held", "skipped", "refused", "unchanged")


def counts(summary):
    return tuple(summary.as_dict()[name] for name in COUNTED)


def of_newcomer(project, number, **fields):
    """Write a call of agent 77, of whom the metadata tell no e-mail address."""
    record = json.loads(json.dumps(project.call(number)).replace('"user_id": 9', '"user_id": 77'))
    people = [{**one, "email": None} if one["type"] == "agent" else one for one in record["participants"]]
    legs = [{**leg, "agent_id": 77} for leg in record["handle_durations"]]
    agent = {"id": 77, "agent_number": None, "email": None, "name": "Some Body"}
    project.call(number, agent_info=agent, participants=people, handle_durations=legs, **fields)


def know(project, *rows):
    (project.folder / "agents.csv").write_text("".join((HEADER, *rows)), encoding="utf-8")


def night(project):
    """Write a call for each way to stop or go: 1 goes, 2 and 3 stop for their agent's sake, the others for theirs."""
    project.call(1)
    of_newcomer(project, 2)
    of_newcomer(project, 3)
    of_newcomer(project, 4, recording_permission="denied")
    project.call(5, recording_permission="denied")
    project.call(6, lang="tlh")
    project.call(7)
    project.put("recordings/call-7.wav", b"<html>no audio</html>" * 20)
    project.put("metadata/call-8.json", b"no json")


@pytest.fixture
def nightly(make_project):
    """Give a function from the target's address to a project with such a night, and a policy for the unknown."""

    def make(address, unknown):
        project = make_project(address, with_samples=False)
        project.edit_job(("unknown: hold}", f"unknown: {unknown}}}\nfilter: [{{path: lang, not_in: [tlh]}}]"))
        know(project, JONAS)
        night(project)
        return project

    return make


async def test_a_missing_agent_who_is_added_has_his_calls_sent_once(nightly, capturi, reading):
    """Where unknown agents are left out: his calls go, all else is unchanged, and the next run sends nothing again."""
    async with capturi() as address:
        project = nightly(address, "skip")
        first, same = await project.run(), await project.run()
        know(project, NEWCOMER, JONAS)
        mended, after = await project.run(), await project.run()
        arrived = await reading(address)
    stopped = {"agent_unknown": 2, "consent_refused": 2, "filtered": 1, "audio_invalid": 1, "unreadable": 1}
    assert stopped == first.as_dict()["reasons"]
    assert (0, 0, 0, 0, 8) == counts(same)
    assert (2, 0, 0, 0, 6) == counts(mended)
    assert (0, 0, 0, 0, 8) == counts(after)
    assert {"acme-call-1", "acme-call-2", "acme-call-3"} == set(arrived.conversations) == set(arrived.audio)
    assert 3 == arrived.writes.count("POST /v3/conversation")
    assert "new.comer@acme.example" == arrived.conversations["acme-call-2"]["agentEmail"]


@pytest.mark.parametrize("unknown", ["hold", "skip", "send"])
async def test_a_list_that_changes_daily_touches_only_what_hangs_on_it(nightly, capturi, reading, unknown):
    """Others come, rows move: what stopped for another reason, or is delivered, is unchanged, every night."""
    async with capturi() as address:
        project = nightly(address, unknown)
        await project.run()
        before = (await reading(address)).writes
        know(project, OTHERS, JONAS)
        daily = (await project.run()).as_dict()
        entries = project.entries()
        assert before == (await reading(address)).writes
    # With `send` the two calls are refused for want of an e-mail address.
    of_agent = {"field_missing": 2} if unknown == "send" else {"agent_unknown": 2}
    assert (6, of_agent) == (daily["unchanged"], daily["reasons"])
    assert {"2", "3"} == {one["session_id"] for one in entries if one["run_id"] == daily["run_id"]}


@pytest.mark.parametrize("unknown", ["hold", "skip", "send"])
async def test_a_list_whose_rows_move_is_the_same_list(nightly, capturi, unknown):
    """What stopped for good is not even judged again: neither the order of rows nor blank lines decide."""
    async with capturi() as address:
        project = nightly(address, unknown)
        know(project, JONAS, OTHERS)
        await project.run()
        know(project, "\n", OTHERS, JONAS)
        moved = await project.run()
    assert ((0, 2, 0, 0, 6) if unknown == "hold" else (0, 0, 0, 0, 8)) == counts(moved)


@pytest.mark.parametrize("unknown", ["hold", "skip", "send"])
async def test_an_address_that_the_list_lacked_is_filled_in(nightly, capturi, reading, unknown):
    """A call refused for a field that its agent's row should have filled goes once the row does."""
    async with capturi() as address:
        project = nightly(address, unknown)
        know(project, JONAS, NAMELESS)
        first, same = await project.run(), await project.run()
        know(project, JONAS, NEWCOMER)
        mended, after = await project.run(), await project.run()
        arrived = await reading(address)
    assert 2 == first.as_dict()["reasons"]["field_missing"]
    assert (0, 0, 0, 0, 8) == counts(same) == counts(after)
    assert (2, 0, 0, 0, 6) == counts(mended)
    assert 3 == arrived.writes.count("POST /v3/conversation")


async def test_a_list_that_the_job_names_at_last_judges_who_lacked_an_address(nightly, capturi):
    """Without a list the metadata speak; once the job names one, what they left open is filled from it."""
    async with capturi() as address:
        project = nightly(address, "hold")
        project.edit_job(("agents: {file: agents.csv, unknown: hold}\n", ""))
        first = (await project.run()).as_dict()
        know(project, JONAS, NEWCOMER)
        project.edit_job(("tenant: ", "agents: {file: agents.csv, unknown: hold}\ntenant: "))
        second = (await project.run()).as_dict()
    assert (1, 2) == (first["delivered"], first["reasons"]["field_missing"])
    assert (2, 0) == (second["delivered"], second["refused"])


@pytest.mark.parametrize("older", ["an-old-hash", None])
async def test_a_ledger_from_before_is_judged_once_more_at_most(nightly, capturi, reading, older):
    """What was skipped under a digest of another making is looked at once; nothing that was delivered goes again."""
    async with capturi() as address:
        project = nightly(address, "skip")
        await project.run()
        with closing(sqlite3.connect(project.folder / "connector.db")) as connection, connection:
            connection.execute("UPDATE entry SET policy_hash = ?", (older,))
        once, twice = await project.run(), await project.run()
        writes = (await reading(address)).writes
    skipped = 5 if older else 0
    assert (0, 0, skipped, 0, 8 - skipped) == counts(once)
    assert (0, 0, 0, 0, 8) == counts(twice)
    assert 1 == writes.count("POST /v3/conversation")


async def test_of_a_split_call_only_the_part_of_the_mended_agent_goes(make_project, capturi, reading):
    """The part that is delivered stays as it is; the other one follows it, once."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.edit_job(("unknown: hold", "unknown: skip"))
        project.edit("mappings/ccai-call.yaml", ("split: none", "split: agent"))
        example = project.folder / "mappings" / "examples" / "call-transferred.json"
        project.put("metadata/call-1418.json", example.read_bytes())
        project.put("recordings/call-1418.wav", project.sound(1418, 120))
        whole = (project.folder / "agents.csv").read_text(encoding="utf-8")
        know(project, JONAS)
        first, same = await project.run(), await project.run()
        (project.folder / "agents.csv").write_text(whole, encoding="utf-8")
        mended, after = await project.run(), await project.run()
        arrived = await reading(address)
    assert (1, 0, 1, 0, 0) == counts(first)
    assert (1, 0, 0, 0, 1) == counts(mended)
    assert (0, 0, 0, 0, 2) == counts(same) == counts(after)
    assert {"acme-call-1418-a5", "acme-call-1418-a9"} == set(arrived.conversations)
    assert 2 == arrived.writes.count("POST /v3/conversation")
