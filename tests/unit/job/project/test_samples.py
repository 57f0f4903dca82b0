"""Check that a copy of the samples is the same world, moved to now."""

import json
import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector import document
from connector.job.project import samples
from connector.shipped import shipped

SETTLE = timedelta(minutes=20)
WAIT = timedelta(days=7)
NOWS = [
    datetime(2026, 3, 24, 12, tzinfo=UTC),
    datetime(2026, 11, 21, 0, 20, 5, 123456, tzinfo=UTC),
    datetime(2025, 12, 31, 23, 59, 59, tzinfo=timezone(timedelta(hours=-8))),
]


@pytest.fixture(params=NOWS, ids=["base", "later", "earlier"])
def now(request: pytest.FixtureRequest) -> datetime:
    moment: datetime = request.param
    return moment


@pytest.fixture
def copy(tmp_path: Path, now: datetime) -> Path:
    samples.copy_samples(tmp_path, now)
    return tmp_path


def record(path: Path) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(path.read_bytes())
    return body.get("call", body)


def test_base_is_the_one_of_the_answer_sheet() -> None:
    """The copier and expected.yaml agree on the moment that stands for now."""
    sheet = document.read(shipped("sample_data") / "expected.yaml").value

    assert samples.BASE == datetime.fromisoformat(sheet["base"])


def test_at_the_base_moment_nothing_changes(tmp_path: Path) -> None:
    """A copy made for the base moment holds the very bytes that are kept."""
    samples.copy_samples(tmp_path, samples.BASE)

    folder = shipped("sample_data") / "export"
    kept = {path.relative_to(folder).as_posix(): path.read_bytes() for path in _files(folder)}
    made = {path.relative_to(tmp_path / "export").as_posix(): path.read_bytes() for path in _files(tmp_path / "export")}
    assert {**kept, "ujet-metadata/call-1440.json": made["ujet-metadata/call-1440.json"]} == made


@pytest.mark.parametrize(
    ("text", "moved"),
    [
        ("2026-03-23T13:16:46.000-07:00", "2026-03-24T14:16:47.000-07:00"),
        ("2026-02-28T23:30:00.123+01:00", "2026-03-02T00:30:01.123+01:00"),
        ("2018-06-07T19:49:52Z", "2018-06-08T20:49:53Z"),
        ("[2026-03-24 10:31:12 +0100] Customer: Hi", "[2026-03-25 11:31:13 +0100] Customer: Hi"),
        ('"timestamp": 1757451900,', '"timestamp": 1757541901,'),
        ('"id": 1757451900, "wait": 9', '"id": 1757451900, "wait": 9'),
        ("order 00-4711 on 2026-03-24", "order 00-4711 on 2026-03-24"),
    ],
)
def test_times_move_and_nothing_else(text: str, moved: str) -> None:
    """Every kind of time moves by the same length with its offset kept; ids, durations and words stay."""
    assert moved == samples.shift(text.encode(), timedelta(days=1, hours=1, seconds=1)).decode()


@given(
    moments=st.lists(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)), min_size=2, max_size=5),  # noqa: DTZ001
    offset=st.sampled_from(["-07:00", "+01:00", "Z", "+05:30"]),
    seconds=st.integers(-400_000_000, 400_000_000),
)
def test_distances_and_offsets_survive(moments: list[datetime], offset: str, seconds: int) -> None:
    """Whatever the times and the shift, distances between times and their offsets are the same afterwards."""
    text = " ".join(moment.isoformat(timespec="milliseconds") + offset for moment in moments)
    moved = samples.shift(text.encode(), timedelta(seconds=seconds)).decode()

    before, after = ([datetime.fromisoformat(part) for part in line.split(" ")] for line in (text, moved))
    assert [moment + timedelta(seconds=seconds) for moment in before] == after
    assert [moment.utcoffset() for moment in before] == [moment.utcoffset() for moment in after]


@given(content=st.binary(max_size=200))
def test_bytes_that_are_no_text_are_copied(content: bytes) -> None:
    """A shift by nothing gives back the same bytes, whatever they are."""
    assert content == samples.shift(content, timedelta())


@pytest.mark.parametrize(
    ("path", "moved"),
    [
        ("/metadata/2026/03/24/call-1.json", "/metadata/2026/03/26/call-1.json"),
        ("/metadata/2025/12/31/call-1.json", "/metadata/2026/01/02/call-1.json"),
        ("/ujet-metadata/call-2026.json", "/ujet-metadata/call-2026.json"),
        ("/sessions/1429/metadata.json", "/sessions/1429/metadata.json"),
    ],
)
def test_date_folders_move(path: str, moved: str) -> None:
    """Folders by date move by whole days, other folders and names stay."""
    assert moved == samples.shift_path(path, timedelta(days=1, hours=18))


def test_two_exports_stay_in_two_folders(copy: Path, now: datetime) -> None:
    """The session that was exported twice still lies under two following dates, the second being the day of now."""
    today = now.astimezone(UTC).date()
    found = sorted(copy.glob("export/metadata/*/*/*/call-1427.json"))

    days = [today - timedelta(days=1), today]
    assert [f"{day:%Y/%m/%d}" for day in days] == ["/".join(path.parts[-4:-1]) for path in found]
    first, second = (record(path) for path in found)
    assert first["updated_at"] != second["updated_at"]
    assert (None, 5) == (first["rating"], second["rating"])


def test_ages_are_kept(copy: Path, now: datetime) -> None:
    """Only the session that shows it is still settling, and only those that show it are past the wait for audio."""
    ended, changed = {}, {}
    for path in copy.glob("export/**/*.json"):
        if "transcript" in str(path) or path.stem in {"call-1440", "call-1441", "call-1442", "call-1443"}:
            continue
        body = record(path)
        key = f"{'chat' if 'chat_type' in body else 'call'}-{body['id']}"
        ended[key] = now - datetime.fromisoformat(body["ends_at"]) if body["ends_at"] else timedelta()
        changed[key] = now - datetime.fromisoformat(body["updated_at"])

    assert {"call-1438"} == {key for key in changed if changed[key] < SETTLE}
    assert {"call-961", "call-1102", "chat-955"} == {key for key in ended if ended[key] > WAIT}
    assert timedelta() <= min(changed.values())


def test_files_are_as_old_as_their_content(copy: Path, now: datetime) -> None:
    """A metadata file was last changed at its updated_at; nothing comes from the future, and only one file is fresh."""
    for path in copy.glob("export/ujet-metadata/*-14[0-3]?.json"):
        if path.stem not in {"call-1440", "call-1441", "call-1442", "call-1443"}:
            moment = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            assert datetime.fromisoformat(record(path)["updated_at"]) == moment

    ages = {path.name: now.timestamp() - path.stat().st_mtime for path in copy.glob("export/**/*") if path.is_file()}
    assert ["call-1440.json"] == [name for name, age in ages.items() if age < 60]
    assert min(ages.values()) >= 0


def test_corrupt_files_stay_corrupt(copy: Path) -> None:
    """Truncated JSON, Latin-1 and the empty file are as unreadable after the move as before it."""
    folder = copy / "export/ujet-metadata"

    assert b"" == (folder / "call-1443.json").read_bytes()
    with pytest.raises(json.JSONDecodeError):
        json.loads((folder / "call-1441.json").read_text(encoding="utf-8"))
    with pytest.raises(UnicodeDecodeError):
        (folder / "call-1442.json").read_text(encoding="utf-8")
    assert 1442 == json.loads((folder / "call-1442.json").read_text(encoding="latin-1"))["id"]


def test_growing_file_is_cut_off_and_can_be_finished(copy: Path, now: datetime) -> None:
    """The growing file is a beginning that does not parse; finishing it adds the rest and changes nothing before."""
    path = copy / "export/ujet-metadata/call-1440.json"
    begun = path.read_bytes()
    with pytest.raises(json.JSONDecodeError):
        json.loads(begun)

    samples.finish_growing(copy, now)

    assert path.read_bytes().startswith(begun)
    assert 1440 == record(path)["id"]
    assert SETTLE < now - datetime.fromisoformat(record(path)["updated_at"])


def test_late_files_come_when_they_are_brought(copy: Path) -> None:
    """What comes late is not in the export at first and lies there afterwards, at its place and with moved times."""
    recording = copy / "export/ujet-voice-recordings/call-1131.mp3"
    transcript = copy / "export/ujet-chat-transcripts/chat-960.txt"
    assert not recording.exists()
    assert not transcript.exists()

    samples.bring_late(copy)

    assert recording.read_bytes() == (shipped("sample_data") / "late/ujet-voice-recordings/call-1131.mp3").read_bytes()
    written = re.search(r"\[(.+?)\]", transcript.read_text(encoding="utf-8"))
    assert written
    began = datetime.fromisoformat(record(copy / "export/ujet-metadata/chat-960.json")["created_at"])
    assert began + timedelta(seconds=8) == datetime.strptime(written[1], "%Y-%m-%d %H:%M:%S %z")


def test_transcripts_move_with_their_chat(copy: Path) -> None:
    """Unix seconds of a JSON transcript lie within the chat they belong to, after the move as well."""
    chat = record(copy / "export/ujet-metadata/chat-958.json")
    transcript = json.loads((copy / "export/ujet-chat-transcripts/chat-958.transcript.json").read_bytes())
    began, ends = (datetime.fromisoformat(chat[name]).timestamp() for name in ("created_at", "ends_at"))

    seconds = [entry["timestamp"] for entry in transcript["entries"]]
    assert sorted(seconds) == seconds
    assert began <= seconds[0]
    assert seconds[-1] <= ends


def test_agents_file_moves_by_days(copy: Path, now: datetime) -> None:
    """The day on which an agent changed her team lies as many days back as it does in the samples."""
    text = (copy / "agents.csv").read_text(encoding="utf-8")
    day = now.astimezone(UTC).date() - timedelta(days=23)

    assert f"Orders,{day - timedelta(days=424)},{day}" in text
    assert f"Billing,{day}," in text


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())
