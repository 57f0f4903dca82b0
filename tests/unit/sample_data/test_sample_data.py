"""Check the committed samples against what is known of the platform's files, and against their answer sheet."""

import csv
import hashlib
import json
import math
import re
import wave
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from connector.reason import Code, Outcome

Sound = Callable[[str], NDArray[np.float64]]
At = Callable[[str, dict[str, Any]], float]
Records = dict[str, dict[str, Any]]
Sheet = dict[str, Any]

RATE = 8000
LOUD = 0.02
CALL_KEYS = set(
    re.findall(
        r"\w+",
        """id parent_id call_uuid lang call_type session_type session_type_v2 status sub_status created_at queued_at
    assigned_at connected_at ends_at scheduled_at updated_at wait_duration queue_duration call_duration hold_duration
    rating has_feedback feedback voip_provider out_ticket_id out_ticket_url is_out_ticket_account verified recording_url
    recording_permission voicemail_reason deflection deflection_details disconnected_by finish_reason fail_reason
    fail_details in_queue_wait_time_va automation_redirection answer_type offer_type offer_events support_number
    outbound_number selected_menu menu_path agent_info end_user photos videos participants recordings queue_durations
    transfers handle_durations virtual_agent_handle_durations virtual_agent_deflected_escalations
    consumer_handle_durations consumer_in_menu_durations consumer_event_durations""",
    )
)
CHAT_KEYS = set(
    re.findall(
        r"\w+",
        """id chat_uuid lang chat_type session_type session_type_v2 status sub_status created_at assigned_at ends_at
    updated_at wait_duration queue_duration chat_duration rating has_feedback feedback verified fail_reason
    disconnected_by out_ticket_id out_ticket_url selected_menu menu_path agent_info end_user photos videos transfers
    participants queue_durations handle_durations consumer_handle_durations virtual_agent_handle_durations
    consumer_event_durations""",
    )
)
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d")


def with_audio(sheet: Sheet, records: Records) -> list[str]:
    return [key for key, session in sheet["sessions"].items() if "audio" in session and key in records]


def spans(
    rows: list[dict[str, Any]], names: tuple[str, str], record: dict[str, Any], at: At
) -> list[tuple[float, float]]:
    return [(at(row[names[0]], record), at(row[names[1]], record)) for row in rows]


def loud(samples: NDArray[np.float64]) -> float:
    return float(np.abs(samples).max()) if len(samples) else 0.0


def test_everything_together_is_small(folder: Path) -> None:
    """All samples together take at most three megabytes."""
    assert 3_000_000 >= sum(
        path.stat().st_size for path in folder.rglob("*") if path.suffix != ".pyc" and path.is_file()
    )


def test_every_session_stands_on_the_answer_sheet(sheet: Sheet, records: Records) -> None:
    """Each session in the export has an entry, and each entry is a session, three of them unreadable."""
    assert {*records, "call-1441", "call-1442", "call-1443"} == set(sheet["sessions"])


def test_outcomes_and_reasons_are_those_of_the_contract(sheet: Sheet) -> None:
    """Every reason is a known code with the outcome the contract gives it; what is delivered has none."""
    for session in sheet["sessions"].values():
        reason = session["reason"]
        assert (Code(reason).usual_outcome if reason else Outcome.DELIVERED) == Outcome(session["outcome"])


def test_counts_add_up(sheet: Sheet) -> None:
    """The first run counts each session once, and in every run the outcomes make up what was seen."""
    sessions, runs = sheet["sessions"].values(), sheet["runs"]
    outcomes = Counter(session["outcome"] for session in sessions)

    assert {name: outcomes[name] for name in Outcome} == {name: runs["first"][name] for name in Outcome}
    assert Counter(one["reason"] for one in sessions if one["reason"]) == Counter(runs["first"]["reasons"])
    for run in runs.values():
        assert (3 if run["refused"] else 0) == run["exit_code"]
        assert len(sessions) == run["seen"] == sum(run[name] for name in Outcome)
        assert run["held"] == sum(count for code, count in run["reasons"].items() if Code(code).usual_outcome == "held")


def test_records_have_the_platforms_keys(records: Records) -> None:
    """A call has the documented keys of a call, a chat those of a chat; only the wrapped one leaves empty ones out."""
    for key, record in records.items():
        wanted = CALL_KEYS if key.startswith("call") else CHAT_KEYS
        missing = wanted - set(record)
        assert not set(record) - wanted
        assert not missing or key == "call-1424"


def test_times_are_written_as_the_platform_writes_them(records: Records) -> None:
    """Every time has milliseconds and a numeric offset, and offsets differ between sessions."""
    offsets = set()
    for record in records.values():
        found = [value for name, value in record.items() if name.endswith("_at") and value]
        assert all(MOMENT.fullmatch(value) for value in found)
        offsets |= {value[-6:] for value in found}

    assert {"-08:00", "-07:00", "+01:00"} == offsets


def test_virtual_agent_connects_before_the_queue(records: Records) -> None:
    """Root times are not in order where a virtual agent came first."""
    transferred = records["call-1418"]

    assert transferred["connected_at"] < transferred["queued_at"] < transferred["assigned_at"]
    assert [5, 9] == [row["agent_id"] for row in transferred["handle_durations"] if row["call_duration"]]


def test_recording_ends_with_the_call(sheet: Sheet, records: Records, sound: Sound, at: At) -> None:
    """Each recording is as long as from its start in the metadata to the end of the call, within a second."""
    for key in with_audio(sheet, records):
        seconds = len(sound(key)) / RATE
        assert seconds == pytest.approx(at(records[key]["ends_at"], records[key]), abs=0.5)
        assert seconds == pytest.approx(sheet["sessions"][key]["audio"]["seconds"], abs=0.5)
        assert 8 <= seconds <= 26


def test_agent_is_on_the_second_channel(sheet: Sheet, records: Records, sound: Sound) -> None:
    """The agent greets first, so the first voice is on channel 2; never do both channels speak at once."""
    for key in with_audio(sheet, records):
        session = sheet["sessions"][key]
        told = session.get("conversation") or session["conversation_later"]
        if told["audioChannels"] != "Stereo":
            continue
        voices = np.abs(sound(key)) > LOUD
        first = [int(np.argmax(voices[:, channel])) for channel in (0, 1)]
        assert first[1] < first[0], key
        assert 0 == np.count_nonzero(voices.all(axis=1)), key
        assert voices.any(axis=0).all(), key


def test_nobody_speaks_between_the_legs(records: Records, sound: Sound, at: At) -> None:
    """Where a call was passed on, the recording is silent from the end of one leg to the start of the next."""
    for key in ("call-1418", "call-1434"):
        record = records[key]
        legs = [row for row in record["handle_durations"] if row["call_duration"]]
        (_, left), (taken, _) = spans(legs, ("started_at", "ended_at"), record, at)
        assert taken - left >= 3
        assert loud(sound(key)[int((left + 0.2) * RATE) : int((taken - 0.2) * RATE)]) < LOUD


def test_redacted_seconds_are_silent(records: Records, sound: Sound, at: At) -> None:
    """The pause in the metadata is a pause in the recording: nothing of the card number is there."""
    record = records["call-1418"]
    ((start, end),) = spans(record["recordings"][0]["redaction_times"], ("start", "end"), record, at)

    assert 3 == end - start
    assert 2.94 == pytest.approx(record["recordings"][0]["redaction_times"][0]["duration"])
    assert loud(sound("call-1418")[int((start + 0.2) * RATE) : int((end - 0.2) * RATE)]) < LOUD


def test_hold_time_is_heard(records: Records, sound: Sound) -> None:
    """The call with hold time is silent for as long as the metadata says."""
    record = records["call-1435"]
    quiet = (np.abs(sound("call-1435")).max(axis=1) < LOUD).astype(int)
    longest = max(len(run) for run in "".join(map(str, quiet)).split("0"))

    assert 5 == record["hold_duration"] == record["handle_durations"][0]["hold_duration"]
    assert 5 <= longest / RATE < 7


def test_segments_follow_from_the_metadata(sheet: Sheet, records: Records, sound: Sound, at: At) -> None:
    """What must be kept is each second of a leg, within the recording, that no redaction covers."""
    for key in with_audio(sheet, records):
        record, session = records[key], sheet["sessions"][key]
        kept: set[int] = set()
        legs = [row for row in record["handle_durations"] if row["call_duration"]]
        for start, end in spans(legs, ("started_at", "ended_at"), record, at):
            kept |= set(range(max(0, math.floor(start)), min(math.ceil(end), round(len(sound(key)) / RATE))))
        for start, end in spans(record["recordings"][0]["redaction_times"], ("start", "end"), record, at):
            kept -= set(range(math.floor(start), math.ceil(end)))
        told = (session.get("conversation") or session["conversation_later"])["segments"]
        assert sorted(kept) == [second for start, length in told for second in range(start, start + length)], key


def test_hashes_are_those_of_the_files(folder: Path, sheet: Sheet) -> None:
    """The answer sheet's size and SHA-256 are the file's; of a recording in parts those of all samples in one WAV."""
    for session in sheet["sessions"].values():
        audio = session.get("audio")
        if audio and len(audio["files"]) == 1:
            content = (folder / audio["files"][0]).read_bytes()
            assert (audio["bytes"], audio["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())


@pytest.mark.parametrize(
    ("name", "beginning", "tag", "channels"),
    [
        ("ujet-voice-recordings/call-961.wav", b"\xff\xe3", None, None),
        ("ujet-voice-recordings/call-1430.wav", b"RIFF", 1, 2),
        ("ujet-voice-recordings/call-1432.wav", b"RIFF", 7, 2),
        ("ujet-voice-recordings/call-1433-1.wav", b"RIFF", 1, 2),
        ("ujet-voice-recordings/call-1433-2.wav", b"RIFF", 1, 2),
        ("sessions/1429/call-1429.wav", b"RIFF", 1, 2),
        ("ujet-voice-recordings/call-1437.mp3", b"<!DOCTYPE", None, None),
    ],
)
def test_codings_are_what_they_show(folder: Path, name: str, beginning: bytes, tag: int, channels: int) -> None:
    """Each recording holds the coding it is there for, whatever its name says."""
    content = (folder / "export" / name).read_bytes()

    assert content.startswith(beginning)
    if tag:
        assert (tag, channels, RATE) == (
            int.from_bytes(content[20:22], "little"),
            int.from_bytes(content[22:24], "little"),
            int.from_bytes(content[24:28], "little"),
        )


def test_mono_and_identical_channels(sound: Sound) -> None:
    """One recording has one channel, another twice the same one."""
    twice = sound("call-1430")

    assert (1, 2) == (sound("call-1431").shape[1], twice.shape[1])
    assert np.array_equal(twice[:, 0], twice[:, 1])


def test_parts_make_one_recording(folder: Path) -> None:
    """The two parts have one form and together the length of the call."""
    forms, frames = set(), 0
    for part in (1, 2):
        with wave.open(str(folder / f"export/ujet-voice-recordings/call-1433-{part}.wav")) as file:
            forms.add((file.getnchannels(), file.getsampwidth(), file.getframerate()))
            frames += file.getnframes()

    assert {(2, 2, RATE)} == forms
    assert frames >= 8 * RATE


def test_session_is_exported_twice(folder: Path) -> None:
    """One call lies under two date folders; the later export has the rating and the last wrap-up."""
    first, second = (
        json.loads((folder / f"export/metadata/2026/03/{day}/call-1427.json").read_bytes()) for day in (23, 24)
    )

    changed = {"updated_at", "rating", "has_feedback", "feedback", "handle_durations"}
    assert changed == {name for name in first if first[name] != second[name]}
    assert first["handle_durations"] == second["handle_durations"][:-1]
    assert (None, 5) == (first["rating"], second["rating"])
    pause = datetime.fromisoformat(second["updated_at"]) - datetime.fromisoformat(first["updated_at"])
    assert timedelta(minutes=15) < pause < timedelta(minutes=20)


def test_customers_numbers_vary(records: Records) -> None:
    """Numbers come plain, formatted, hidden and not at all."""
    numbers = {key: row["phone_number"] for key in records for row in records[key]["participants"][:1]}

    assert ("+1 212-555-0115", None, "example_anonymous") == tuple(
        numbers[key] for key in ("call-1424", "call-1431", "call-1432")
    )
    assert all(
        re.fullmatch(r"\+(1 ?212-?555-?01\d\d|4531313131)", number)
        for number in numbers.values()
        if number and not number.startswith("example_")
    )


def test_agents_file_knows_all_but_one(folder: Path, records: Records) -> None:
    """Every agent is in agents.csv by id, number or e-mail, but for the one who shows what happens then."""
    with (folder / "agents.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    known = {row[name] for row in rows for name in ("id", "number", "email")}
    people = [record["agent_info"] for record in records.values() if (record["agent_info"] or {}).get("email")]

    strangers = {one["id"] for one in people if not known & {str(one["id"]), str(one["agent_number"]), one["email"]}}
    assert {33} == strangers
    assert ["number", "id", "email", "name", "team", "valid_from", "valid_to"] == list(rows[0])


def test_transcript_forms(folder: Path, records: Records) -> None:
    """A JSON transcript tells its chat by comm_id, also where it is named like metadata; one entry type is unknown."""
    folder = folder / "export/ujet-chat-transcripts"
    named, twin = (json.loads((folder / name).read_bytes()) for name in ("chat-958.transcript.json", "chat-961.json"))

    assert (958, 961) == (named["comm_id"], twin["comm_id"])
    assert {"system", "virtual_agent", "end_user", "agent"} == {entry["role"] for entry in named["entries"]}
    assert {"photo", "example_future_type"} <= {entry["type"] for entry in named["entries"]}
    assert (folder.parent / "ujet-media/chat-958-photo-9001.jpg").read_bytes().startswith(b"\xff\xd8")
    assert {"call-961", "chat-961"} <= set(records)


def test_readme_lists_every_session(folder: Path, sheet: Sheet) -> None:
    """The table says of each session the outcome that the answer sheet has."""
    text = (folder / "README.md").read_text(encoding="utf-8")

    for key, session in sheet["sessions"].items():
        wanted = session["outcome"] + (f" `{session['reason']}`" if session["reason"] else "")
        assert f"| {key} | {session['shows']} | {wanted} | {session['why']} |" in text
