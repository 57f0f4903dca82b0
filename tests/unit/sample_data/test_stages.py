"""Check that reading, agents file and shipped mapping make of each sample what the answer sheet says."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from connector import conversation, document, mapping, session
from connector.enrichment import Agent, Directory, read_directory
from connector.mapping import Draft, Mapping
from connector.session import Session
from connector.shipped import shipped
from connector.storage import FileInfo

LATER = ("audioChannels", "salesPersonAudioChannel", "hasConsent", "segments")
"""What only the recording, consent and segments decide, not a rule of the mapping."""


@pytest.fixture(scope="module")
def agents(folder: Path) -> Directory:
    return read_directory(folder / "agents.csv")


@pytest.fixture(scope="module")
def rules() -> dict[str, Mapping]:
    return {name: mapping.load(shipped("mappings") / f"ccai-{name}.yaml") for name in ("call", "chat")}


def stand_in() -> tuple[str, str]:
    told = document.read(shipped("jobs") / "demo.yaml").value["source"]["stand_in"]
    return told["name"], told["email"]


def read(record: dict[str, Any]) -> Session:
    channel = "chat" if "chat_type" in record else "call"
    found = session.parse(json.dumps(record).encode(), FileInfo(f"{channel}-{record['id']}.json", 0, 0))
    assert isinstance(found, Session)
    return found


def last_agent(found: Session, agents: Directory) -> Agent:
    """Give the last agent who talked, as the agents file has him."""
    leg = [leg for leg in found.legs if leg.talk_seconds][-1]
    told = Agent(leg.agent_id or "", leg.agent_number or "", leg.agent_email or "", leg.agent_name or "")
    assert found.started_at
    agent = agents.find(told, found.started_at.date())
    assert agent
    return agent


def draft_of(record: dict[str, Any], agents: Directory, rules: Mapping) -> Draft:
    found = read(record)
    agent = last_agent(found, agents).as_context()
    context = {"tenant": "acme", "agent": agent, "file": {}, "crm": {}, "events": []}
    return mapping.apply(rules, found.record, context)


def test_mapped_fields_are_those_of_the_answer_sheet(
    sheet: dict[str, Any], records: dict[str, dict[str, Any]], agents: Directory, rules: dict[str, Mapping]
) -> None:
    """Of every call that goes, each field that the shipped mapping fills is stated, and nothing more."""
    for key, expected in sheet["sessions"].items():
        told = expected.get("conversation") or expected.get("conversation_later")
        if told:
            draft = draft_of(records[key], agents, rules["call"])
            assert {name: value for name, value in told.items() if name not in LATER} == draft.values, key
            assert {} == draft.refusals


def test_segments_are_those_of_the_answer_sheet(
    sheet: dict[str, Any], records: dict[str, dict[str, Any]], agents: Directory, rules: dict[str, Mapping]
) -> None:
    """The parts of the recording to keep come out of the mapping's spans as stated, mp3 padding included."""
    for key, expected in sheet["sessions"].items():
        told = expected.get("conversation") or expected.get("conversation_later")
        if told:
            spans = draft_of(records[key], agents, rules["call"]).spans
            assert spans
            made = conversation.compute(spans, expected["audio"]["seconds"] + 0.2)
            assert told["segments"] == [[one.start_seconds, one.duration_seconds] for one in made], key


def test_cases_are_those_of_the_answer_sheet(
    folder: Path,
    sheet: dict[str, Any],
    records: dict[str, dict[str, Any]],
    agents: Directory,
    rules: dict[str, Mapping],
) -> None:
    """Of every chat that goes, the case and who wrote what to whom are as stated, whatever form the transcript has."""
    for key, expected in sheet["sessions"].items():
        told = expected.get("case") or expected.get("case_later")
        if told:
            found = read(records[key])
            (path,) = folder.rglob(f"ujet-chat-transcripts/{key}.*")
            transcript = session.parse_transcript(path.read_bytes(), FileInfo(path.name, 0, 0), None)
            known = [last_agent(found, agents)]
            draft = draft_of(records[key], agents, rules["chat"])
            case = conversation.build_case(draft, found, transcript, stand_in=stand_in(), agents=known)
            assert told == stated(case.to_wire()), key


def stated(body: dict[str, Any]) -> dict[str, Any]:
    """Leave out of a case what the answer sheet does not state: texts, receivers, the customer's own id."""
    for message in body["messages"]:
        for name in ("to", "text", "type", "subject"):
            message.pop(name)
        if message["direction"] == "Inbound":
            message["from"].pop("id", None)
    return {**body, "customFields": {one["name"]: one["value"] for one in body["customFields"]}}


def test_joined_parts_are_the_stated_file(folder: Path, sheet: dict[str, Any]) -> None:
    """The recording in two parts is sent as the one WAV file whose hash is stated."""
    audio = sheet["sessions"]["call-1433"]["audio"]
    contents = [(folder / name).read_bytes() for name in audio["files"]]
    facts = [
        conversation.inspect(lambda offset, length, raw=raw: raw[offset : offset + length], len(raw))  # type: ignore[misc]
        for raw in contents
    ]
    joined = conversation.join(list(zip(audio["files"], facts, strict=True)))
    pieces = [contents[one.part][one.offset : one.offset + one.length] for one in joined.stretches]

    assert audio["sha256"] == hashlib.sha256(joined.header + b"".join(pieces)).hexdigest()
