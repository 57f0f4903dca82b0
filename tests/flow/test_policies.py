"""What a job and a mapping say of agents, consent, splitting, filters and versions is what happens."""

import json

import pytest

HEADER = "number,id,email,name,team,valid_from,valid_to\n"
NEWCOMER = "2099,77,new.comer@acme.example,New Comer,Orders,,\n"


def with_agent(record, number):
    """Give the record with another human agent, who is in no agents file unless the test puts him there."""
    told = json.loads(json.dumps(record).replace('"user_id": 9', f'"user_id": {number}'))
    told["agent_info"] = {"id": number, "agent_number": None, "email": "agent@elsewhere.example", "name": "Some Body"}
    told["handle_durations"] = [{**leg, "agent_id": number} for leg in told["handle_durations"]]
    return told


@pytest.mark.parametrize(("policy", "outcome"), [("hold", "held"), ("skip", "skipped"), ("send", "delivered")])
async def test_an_unknown_agent_is_held_skipped_or_sent(make_project, capturi, policy, outcome):
    """`agents.unknown` decides, and only `send` lets the metadata speak."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.edit_job(("unknown: hold", f"unknown: {policy}"))
        project.put("metadata/call-1.json", json.dumps(with_agent(project.call(1), 77)).encode())
        told = (await project.run()).as_dict()
    assert (1, 1, 0) == (told["seen"], told[outcome], told["exit_code"])
    assert ({} if policy == "send" else {"agent_unknown": 1}) == told["reasons"]
    assert "elsewhere.example" not in json.dumps(project.entries())


@pytest.mark.parametrize("policy", ["hold", "skip"])
async def test_an_agent_who_is_put_into_the_file_is_known_to_the_next_run(make_project, capturi, reading, policy):
    """The call that waited for him, or was left out for his sake, goes."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.edit_job(("unknown: hold", f"unknown: {policy}"))
        project.put("metadata/call-1.json", json.dumps(with_agent(project.call(1), 77)).encode())
        await project.run()
        with (project.folder / "agents.csv").open("a") as file:
            file.write(NEWCOMER)
        told = (await project.run()).as_dict()
        arrived = await reading(address)
    assert (1, 1) == (told["seen"], told["delivered"])
    assert "new.comer@acme.example" == arrived.conversations["acme-call-1"]["agentEmail"]


async def test_what_the_agents_file_says_wins(make_project, capturi, reading):
    """Name, e-mail and team come from the file, whatever the metadata says."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.call(1)
        await project.run()
        arrived = (await reading(address)).conversations["acme-call-1"]
    assert ("Jonas Lind", "jonas.lind@acme.example", "Order info") == (
        arrived["agentName"],
        arrived["agentEmail"],
        arrived["team"],
    )


@pytest.mark.parametrize(("unknown", "outcome"), [("hold", "held"), ("skip", "skipped")])
@pytest.mark.parametrize("word", [None, "", "perhaps"])
async def test_unknown_consent_is_never_a_yes(make_project, capturi, reading, unknown, outcome, word):
    """Absent, blank and unlisted words are held or skipped by policy; nothing is sent."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.edit("mappings/ccai-call.yaml", ("unknown: hold", f"unknown: {unknown}"))
        project.call(1, recording_permission=word)
        told = (await project.run()).as_dict()
        assert [] == (await reading(address)).writes
    assert (1, {"consent_unknown": 1}, 0) == (told[outcome], told["reasons"], told["exit_code"])


@pytest.mark.parametrize(
    ("refused", "delivered", "audio"), [("skip", 0, 0), ("send", 1, 1), ("send_without_audio", 1, 0)]
)
async def test_refused_consent_follows_the_mapping(make_project, capturi, reading, refused, delivered, audio):
    """`skip` sends nothing, `send` all with hasConsent false, `send_without_audio` no recording, ever."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.edit("mappings/ccai-call.yaml", ("refused: skip", f"refused: {refused}"))
        project.call(1, recording_permission="denied")
        first = (await project.run()).as_dict()
        project.put("copies/call-1.wav", project.sound(1))
        project.call(1, recording_permission="denied", updated_at="2026-03-24T12:20:00.000+01:00")
        second = (await project.run()).as_dict()
        arrived = await reading(address)
    assert (delivered, audio) == (first["delivered"], first["audio_uploaded"])
    assert (1, 0) == (second["seen"], second["delivered"])
    assert (delivered, 1 - delivered) == (second["unchanged"], second["skipped"])
    assert [False] * delivered == [one["hasConsent"] for one in arrived.conversations.values()]
    assert audio == len(arrived.audio)


async def test_a_split_call_becomes_one_conversation_per_agent(make_project, capturi, reading):
    """Each human agent has his own id, name, segments and the whole recording; the virtual agent has none."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        split(project)
        told = (await project.run()).as_dict()
        arrived = await reading(address)
    assert (2, 2, 2) == (told["seen"], told["delivered"], told["audio_uploaded"])
    found = {name: (one["agentName"], spans(one)) for name, one in arrived.conversations.items()}
    assert {
        "acme-call-1418-a5": ("Mette Krogh", [(0, 28)]),
        "acme-call-1418-a9": ("Jonas Lind", [(45, 9), (57, 63)]),
    } == found


def split(project, *, seconds=120):
    project.edit("mappings/ccai-call.yaml", ("split: none", "split: agent"))
    example = project.folder / "mappings" / "examples" / "call-transferred.json"
    project.put("metadata/call-1418.json", example.read_bytes())
    project.put("recordings/call-1418.wav", project.sound(1418, seconds))


def spans(conversation):
    return [(one["startSeconds"], one["durationSeconds"]) for one in conversation["cutAudio"]]


@pytest.mark.parametrize(("before", "after", "count"), [("none", "agent", 1), ("agent", "none", 2)])
async def test_a_changed_split_sends_nothing_again(make_project, capturi, reading, before, after, count):
    """What was delivered in one way is not delivered in the other, a newer export notwithstanding."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        split(project)
        project.edit("mappings/ccai-call.yaml", ("split: agent", f"split: {before}"))
        await project.run()
        writes = (await reading(address)).writes
        project.edit("mappings/ccai-call.yaml", (f"split: {before}", f"split: {after}"))
        path = project.folder / "export/metadata/call-1418.json"
        newer = path.read_bytes().replace(b"13:33:58", b"13:35:58")
        project.put("metadata/call-1418.json", newer)
        second, third = [(await project.run()).as_dict() for _ in range(2)]
        assert writes == (await reading(address)).writes
    assert (count, count) == (second["seen"], second["unchanged"])
    assert (count, count) == (third["seen"], third["unchanged"])


async def test_a_held_call_takes_the_new_split(make_project, capturi):
    """A call that waits is judged as today's mapping says; its entry of the other split is gone."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        split(project)
        (project.folder / "export/recordings/call-1418.wav").unlink()
        project.edit("mappings/ccai-call.yaml", ("split: agent", "split: none"))
        assert 1 == (await project.run()).as_dict()["held"]
        split_again = ("split: none", "split: agent")
        project.edit("mappings/ccai-call.yaml", split_again)
        assert 2 == (await project.run()).as_dict()["held"]
        assert 2 == len(project.entries())


@pytest.mark.parametrize(("unknown", "outcome", "code"), [("hold", "refused", 3), ("skip", "skipped", 0)])
async def test_an_agents_part_that_went_no_way_is_unchanged_while_another_waits(
    make_project, capturi, unknown, outcome, code
):
    """The part of a call that waits has the call judged again; what became of the other part is told once."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        split(project)
        project.edit_job(("unknown: hold", f"unknown: {unknown}"))
        if unknown == "hold":
            # Agent 5 is not listed, and agent 9 has no e-mail address anywhere.
            project.put("metadata/call-1418.json", json.dumps(nameless(project, 9)).encode())
            (project.folder / "agents.csv").write_text(f"{HEADER}2042,9,,Jonas Lind,Order info,,\n")
        else:
            # Agent 5 is not listed, and the recording that agent 9 waits for is not there.
            (project.folder / "agents.csv").write_text(f"{HEADER}2042,9,jonas@acme.example,Jonas Lind,,,\n")
            (project.folder / "export/recordings/call-1418.wav").unlink()
        first, second = [(await project.run()).as_dict() for _ in range(2)]
        (settled,) = [row["external_id"] for row in project.entries() if row["state"] == outcome]
        steps = project.steps(settled)
    assert (2, 1, 1, code) == (first["seen"], first["held"], first[outcome], first["exit_code"])
    assert (2, 1, 1, 0, 0) == tuple(second[name] for name in ("seen", "held", "unchanged", outcome, "exit_code"))
    assert [outcome] == steps


async def test_agents_parts_that_wait_bear_what_their_call_waits_for_since(make_project, capturi):
    """A newer export of a split call leaves no part behind under an earlier reason."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        split(project)
        (project.folder / "export/recordings/call-1418.wav").unlink()
        await project.run()
        project.edit_job(("agents:", "filter: [{path: lang, in: [tlh]}]\nagents:"))
        filtered, same = [(await project.run()).as_dict() for _ in range(2)]
        reasons = [row["code"] for row in project.entries()]
    assert (2, 2, 0) == (filtered["seen"], filtered["skipped"], filtered["held"])
    assert (2, 2) == (same["seen"], same["unchanged"])
    assert ["filtered", "filtered"] == reasons


def nameless(project, number):
    record = json.loads((project.folder / "mappings/examples/call-transferred.json").read_bytes())
    told = [record["agent_info"], *record["participants"], *(one["to_agent"] for one in record["transfers"])]
    for one in told:
        if number in {one["id"], one.get("user_id")}:
            one["email"] = None
    return record


async def test_filters_leave_out_and_let_in_again(make_project, capturi):
    """What the filter leaves out is skipped `filtered`; a changed filter judges it anew; an unchanged one does not."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.edit_job(("audio:", 'filter: [{path: lang, in: [en]}, {path: "$tenant", equals: acme}]\naudio:'))
        project.call(1)
        project.call(2, lang="en")
        first, second = [(await project.run()).as_dict() for _ in range(2)]
        project.edit_job(("in: [en]", "in: [en, da]"))
        third = (await project.run()).as_dict()
        project.edit_job(("in: [en, da]", "in: [sv]"))
        fourth = (await project.run()).as_dict()
    assert (1, 1, {"filtered": 1}, 0) == (first["delivered"], first["skipped"], first["reasons"], first["exit_code"])
    assert (2, 2, {}) == (second["seen"], second["unchanged"], second["reasons"])
    assert (2, 1, 1) == (third["seen"], third["unchanged"], third["delivered"])
    assert (2, 2) == (fourth["seen"], fourth["unchanged"])


@pytest.mark.parametrize(
    ("not_before", "zone", "delivered"),
    [
        ("2026-03-24", "Europe/Copenhagen", 1),
        ("2026-03-25", "Europe/Copenhagen", 0),
        ("2026-03-24T12:13", "Europe/Copenhagen", 1),
        ("2026-03-24T12:14", "Europe/Copenhagen", 0),
        ("2026-03-24T11:14", "UTC", 0),
        ("2026-03-24T11:13:05Z", "Europe/Copenhagen", 1),
    ],
)
async def test_nothing_that_ended_before_not_before_is_sent(make_project, capturi, not_before, zone, delivered):
    """`not_before` is meant in the schedule's time zone, and the moment itself is let in."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        schedule = f'schedule: {{cron: "30 2 * * *", timezone: {zone}}}'
        project.edit_job(("audio:", f"{schedule}\nnot_before: {not_before}\naudio:"))
        project.call(1)
        told = (await project.run()).as_dict()
    assert delivered == told["delivered"], told
    assert 1 - delivered == told["reasons"].get("filtered", 0)


async def test_a_channel_without_a_mapping_is_left_out(make_project, capturi):
    """A job that maps calls only skips chats as `filtered`, and takes them once it maps them."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.edit_job((", chat: mappings/ccai-chat.yaml", ""))
        project.call(1)
        example = project.folder / "mappings" / "examples" / "chat-web.json"
        project.put("metadata/chat-135.json", example.read_bytes())
        first = (await project.run()).as_dict()
        project.edit_job(
            ("call: mappings/ccai-call.yaml", "call: mappings/ccai-call.yaml, chat: mappings/ccai-chat.yaml")
        )
        second = (await project.run()).as_dict()
    assert (1, {"filtered": 1}) == (first["delivered"], first["reasons"])
    assert {"transcript_missing": 1} == second["reasons"]


@pytest.mark.parametrize("api", ["v3", "v2", "v1"])
async def test_each_version_of_the_api_takes_the_samples(make_project, capturi, reading, api):
    """The strict rehearsal accepts every sample call in each version's own words, with audio and segments."""
    async with capturi() as address:
        project = make_project(address)
        project.edit_job(("api: v3", f"api: {api}"))
        told = (await project.run()).as_dict()
        arrived = await reading(address)
    assert (18, 14) == (told["delivered"], told["audio_uploaded"])
    assert {api} == {one["api"] for one in arrived.conversations.values()}
    assert {"POST /" + f"{api}/conversation"} == {one for one in arrived.writes if "conversation" in one}
    one = arrived.conversations["acme-call-1418"]
    if api == "v1":
        assert {"externalId", "datetime", "title", "phoneNumber", "numberOfSpeakers"} <= set(one["body"])
    else:
        assert ("conversationSegments" if api == "v2" else "cutAudio") in one["body"]
    assert None is told.get("error")
