"""Chats become cases: transcripts that are late, grow, come in two forms or cannot be split."""

import json
from datetime import datetime, timedelta

LATER = timedelta(days=8)


def chat(project, number=135, **fields):
    """Write the shipped chat's metadata, moved to the day of the clock."""
    example = project.folder / "mappings" / "examples" / "chat-web.json"
    text = example.read_text().replace("2025-09-09T", "2026-03-23T")
    record = {**json.loads(text), "id": number, **fields}
    project.put(f"metadata/chat-{number}.json", json.dumps(record).encode())


def transcript(project, *texts, number=135):
    """Write a JSON transcript in which customer and agent take turns."""
    begun = int(datetime.fromisoformat("2026-03-23T13:50:10-07:00").timestamp())
    entries = [
        {
            "timestamp": begun + at,
            "type": "text",
            "role": "agent" if at % 2 else "end_user",
            "user_data": {"name": "Agent One"} if at % 2 else {},
            "body": {"type": "text", "content": text},
        }
        for at, text in enumerate(texts)
    ]
    body = {"comm_type": "chat", "comm_id": number, "transcript_version": "1.0", "entries": entries}
    project.put(f"transcripts/chat-{number}.transcript.json", json.dumps(body).encode())


async def test_a_late_transcript_is_waited_for(make_project, capturi, reading):
    """Held `transcript_awaited`, then delivered as one case; the next run sends nothing."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        chat(project)
        first = (await project.run()).as_dict()
        transcript(project, "Hello", "Hi", "Bye")
        second, third = [(await project.run()).as_dict() for _ in range(2)]
        arrived = await reading(address)
    assert ({"transcript_awaited": 1}, 0) == (first["reasons"], first["exit_code"])
    assert (1, 1, 0) == (second["seen"], second["delivered"], second["audio_uploaded"])
    assert (1, 1) == (third["seen"], third["unchanged"])
    assert ["PUT /v1/case"] == arrived.writes
    messages = arrived.cases["acme-chat-135"]["messages"]
    assert [f"acme-chat-135-{n}" for n in (1, 2, 3)] == [one["messageUid"] for one in messages]


async def test_a_transcript_that_never_came_may_still_come(make_project, capturi, reading):
    """Skipped `transcript_missing` after the wait; one that comes then is taken."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        chat(project)
        project.clock.moment += LATER
        first, second = [(await project.run()).as_dict() for _ in range(2)]
        transcript(project, "Hello", "Hi")
        third = (await project.run()).as_dict()
        assert ["acme-chat-135"] == list((await reading(address)).cases)
    assert (1, {"transcript_missing": 1}) == (first["skipped"], first["reasons"])
    assert (1, 1) == (second["seen"], second["unchanged"])
    assert (1, 1, 0) == (third["seen"], third["delivered"], third["unchanged"])


async def test_a_grown_transcript_sends_the_whole_case_again(make_project, capturi, reading):
    """The case is overwritten with all its messages under the same ids; an unchanged copy sends nothing."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        chat(project)
        transcript(project, "Hello", "Hi")
        await project.run()
        transcript(project, "Hello", "Hi")
        same = (await project.run()).as_dict()
        transcript(project, "Hello", "Hi", "Are you there?")
        grown, again = [(await project.run()).as_dict() for _ in range(2)]
        arrived = await reading(address)
    assert (1, 1, 0) == (same["seen"], same["unchanged"], same["delivered"])
    assert (1, 1) == (grown["seen"], grown["delivered"])
    assert (1, 1) == (again["seen"], again["unchanged"])
    assert 2 == len(arrived.writes)
    assert ["Hello", "Hi", "Are you there?"] == [one["text"] for one in arrived.cases["acme-chat-135"]["messages"]]


async def test_json_replaces_plain_text(make_project, capturi, reading):
    """Where both forms are there the JSON is used, whichever came first."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        chat(project)
        project.put("transcripts/chat-135.txt", b"[2026-03-23 13:50:11 -0700] Customer: plain\n")
        await project.run()
        transcript(project, "from JSON", "Hi")
        told = (await project.run()).as_dict()
        case = (await reading(address)).cases["acme-chat-135"]
    assert 1 == told["delivered"]
    assert ["from JSON", "Hi"] == [one["text"] for one in case["messages"]]


async def test_a_text_that_cannot_be_split_waits_for_its_pattern(make_project, capturi, reading):
    """Held `transcript_awaited` whatever its age; the pattern in the job lets it go."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        chat(project)
        lines = b"2026-03-23 13:50:11 -0700 | Customer | Where?\n2026-03-23 13:50:20 -0700 | Agent One | Here.\n"
        project.put("transcripts/chat-135.txt", lines)
        project.clock.moment += LATER
        first = (await project.run()).as_dict()
        pattern = r"""  transcript_pattern: '(?P<time>[^|]+) \| (?P<name>[^|]+) \| (?P<text>.*)'"""
        project.edit_job(("  settle:", f"{pattern}\n  settle:"))
        told = (await project.run()).as_dict()
        cases = (await reading(address)).cases
    assert (1, {"transcript_awaited": 1}, 0) == (first["held"], first["reasons"], first["exit_code"])
    assert (1, 1) == (told["seen"], told["delivered"])
    assert ["Where?", "Here."] == [one["text"] for one in cases["acme-chat-135"]["messages"]]


async def test_a_chat_nobody_answered_is_skipped(make_project, capturi, reading):
    """Without a human agent there is nothing to send, transcript or not."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        chat(project, handle_durations=[], agent_info=None)
        transcript(project, "Hello?", "I am a bot")
        told = (await project.run()).as_dict()
        assert {} == (await reading(address)).cases
    assert ({"not_handled": 1}, 0) == (told["reasons"], told["exit_code"])


async def test_a_broken_transcript_does_not_disturb_its_chat_for_ever(make_project, capturi):
    """A transcript that cannot be read is told, and a mended one is taken."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        chat(project)
        project.put("transcripts/chat-135.transcript.json", b"{broken")
        first = (await project.run()).as_dict()
        transcript(project, "Hello", "Hi")
        second = (await project.run()).as_dict()
    assert (1, 0) == (first["seen"], first["delivered"])
    assert (1, 1, 0) == (second["seen"], second["delivered"], second["exit_code"])


async def test_chats_that_are_written_live_are_left_to_the_intake(make_project, capturi, reading):
    """One case has one writer: where the tenant's chats are live, the job only takes them down."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.edit_job(("tenant: ", "chats: live\ntenant: "))
        chat(project)
        transcript(project, "Hello", "Hi")
        await project.run()
        arrived = await reading(address)

    assert {} == arrived.cases
    assert [("skipped", "filtered")] == [(row["state"], row["code"]) for row in project.entries()]


async def test_a_chat_goes_once_its_agent_is_in_the_list(make_project, capturi, reading):
    """Left out, or refused for a field that his row should fill, it goes once; another chat is not looked at again."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.edit_job(("unknown: hold", "unknown: skip"))
        project.edit(
            "mappings/ccai-chat.yaml", ("inbox:", "customFields.desk: {path: $agent.team, required: true}\n  inbox:")
        )
        agents = project.folder / "agents.csv"
        header, *rows = agents.read_text(encoding="utf-8").splitlines(keepends=True)
        chat(project)
        transcript(project, "Hello", "Hi", "Bye")
        chat(project, 136, handle_durations=[], agent_info=None)
        told = []
        for row in ("", "2041,5,mette.krogh@acme.example,Mette Krogh,,,\n", *rows[:1]):
            agents.write_text(header + row, encoding="utf-8")
            told += [(await project.run()).as_dict() for _ in range(2)]
        writes = (await reading(address)).writes
    reasons = [one["reasons"] for one in told]
    assert [{"agent_unknown": 1, "not_handled": 1}, {}, {"field_missing": 1}, {}, {}, {}] == reasons
    assert [0, 2, 1, 2, 1, 2] == [one["unchanged"] for one in told]
    assert 1 == told[4]["delivered"]
    assert 1 == len(writes)
