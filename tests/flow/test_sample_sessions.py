"""What becomes of every sample session: each field, segment, channel, consent and the audio, or the reason why not."""

from pathlib import Path
from typing import Any

import pytest

from connector import document, ledger
from connector.clock import SystemClock

ROOT = Path(__file__).parents[2]
EXPECTED = document.read(ROOT / "sample_data" / "expected.yaml").value
SESSIONS: dict[str, dict[str, Any]] = EXPECTED["sessions"]
LATER = "_later"


def sent(kind: str) -> dict[str, dict[str, Any]]:
    """Give name -> expectation of every session that arrives as this kind, at once or later."""
    found = {name: one.get(kind) or one.get(f"{kind}{LATER}") for name, one in SESSIONS.items()}
    return {name: one for name, one in found.items() if one}


@pytest.mark.parametrize("name", ["first", "second", "after_late", "after_growing"])
def test_each_run_counts_what_the_answer_sheet_says(rehearsal, name):
    """Counts per outcome and per reason of four runs in a row are those of the answer sheet."""
    run, expected = rehearsal.runs[name], EXPECTED["runs"][name]
    assert expected == {key: run[key] for key in expected}
    assert (3 if expected["refused"] else 0) == run["exit_code"]


def test_exactly_the_expected_conversations_arrive(rehearsal):
    """Nothing arrives that should not, nothing is missing, and nothing was created twice."""
    expected = {one["externalIdentity"] for one in sent("conversation").values()}
    assert expected == set(rehearsal.arrived.conversations)
    assert {1} == {one["creates"] for one in rehearsal.arrived.conversations.values()}
    assert {1} == {one["uploads"] for one in rehearsal.arrived.audio.values()}


@pytest.mark.parametrize("name", sorted(sent("conversation")))
def test_every_field_of_a_call_arrives(rehearsal, name):
    """Agent, customer, time, subject, labels, consent, channels and segments are what the answer sheet states."""
    expected = dict(sent("conversation")[name])
    arrived = rehearsal.arrived.conversations[expected["externalIdentity"]]
    segments = expected.pop("segments")
    cut = [[one["startSeconds"], one["durationSeconds"]] for one in arrived["cutAudio"]]
    assert segments == cut
    assert expected == {field: arrived.get(field) for field in expected}


@pytest.mark.parametrize("name", sorted(sent("audio")))
def test_the_audio_arrives_byte_for_byte(rehearsal, name):
    """The SHA-256 of what was received is that of the file, or of the parts joined."""
    expected = sent("audio")[name]
    external_id = sent("conversation")[name]["externalIdentity"]
    arrived = rehearsal.arrived.audio[external_id]
    assert expected["sha256"] == arrived["sha256"]
    assert expected["bytes"] == arrived["size_bytes"]


def test_every_delivered_call_has_its_audio(rehearsal):
    """A call never stands in the target without its recording, nor a recording without its call."""
    assert set(rehearsal.arrived.conversations) == set(rehearsal.arrived.audio)


@pytest.mark.parametrize("name", sorted(sent("case")))
def test_every_message_of_a_chat_arrives(rehearsal, name):
    """A chat becomes one case with all its fields, whose messages bear their position, direction, time and author."""
    expected = dict(sent("case")[name])
    arrived = rehearsal.arrived.cases[expected["caseUid"]]
    custom = {one["name"]: one["value"] for one in arrived.get("customFields", [])}
    assert expected.pop("customFields", {}) == custom
    fields = {field: value for field, value in expected.items() if field != "messages"}
    assert fields == {field: arrived.get(field) for field in fields}
    assert len(expected["messages"]) == len(arrived["messages"])
    for message, found in zip(expected["messages"], arrived["messages"], strict=True):
        assert message["messageUid"] == found["messageUid"]
        assert message["created"] == found["created"]
        assert message["direction"] == found["direction"]
        assert message["from"] == {field: found["from"].get(field) for field in message["from"]}
        if message["direction"] == "Outbound":
            assert message["from"]["id"] == found["from"]["id"]


def test_exactly_the_expected_cases_arrive(rehearsal):
    """No chat is missing, none arrives that should wait."""
    assert {one["caseUid"] for one in sent("case").values()} == set(rehearsal.arrived.cases)


NOT_SENT = {
    name: one
    for name, one in SESSIONS.items()
    if one["outcome"] != "delivered" and not any(LATER in key for key in one)
}


@pytest.mark.parametrize("name", sorted(NOT_SENT))
async def test_what_does_not_arrive_says_why(rehearsal, name):
    """Every session that was not sent stands in the ledger with its outcome and reason."""
    url = f"sqlite:///{rehearsal.folder / 'connector.db'}"
    channel, _, number = name.partition("-")
    async with ledger.open_ledger(url, clock=SystemClock()) as book:
        rows = await book.read(ledger.find, number)
        rows = rows or await book.read(ledger.find, f"ujet-metadata/{name}.json")
    found = {(row.state, row.code) for row in rows if row.channel in {channel, "file"}}
    assert (NOT_SENT[name]["outcome"], NOT_SENT[name]["reason"]) in found
