"""Test what is proposed for folders of samples: kinds and forms of files, options of the job, an agents file."""

import json
from pathlib import Path

import pytest

from connector import document, mapping
from connector.errors import ConfigurationError
from connector.job.definition import loader
from connector.job.project.proposal import default_name, propose
from connector.job.project.sampling import take_samples
from connector.mapping.guess import Said
from connector.settings import Settings

CALLS = [
    {"call_id": f"C-{n}", "started": f"2026-03-24T10:0{n}:00Z", "ended": "2026-03-24T11:00:00Z", "agent_id": str(n % 2),
     "agent_name": ("Kim, Holm", "Bo")[n % 2], "phone": f"+453131310{n}", "consent": "yes"}
    for n in range(6)
]  # fmt: skip


def text(rows: list[dict[str, str]], delimiter: str = ",") -> str:
    lines = [delimiter.join(rows[0]), *(delimiter.join(f'"{cell}"' for cell in row.values()) for row in rows)]
    return "\n".join(lines) + "\n"


def options(folder: Path, **said: str) -> dict[str, object]:
    """Give the options of the job that is proposed, as YAML reads them."""
    proposal = propose(take_samples(folder), "calls", Said(**said))
    return document.parse("\n".join(proposal.options), Path("options")).value


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "centre"
    made.mkdir()
    return made


def test_any_form_of_files_gives_the_same_records(folder):
    """CSV, JSON and JSON Lines are sampled alike, in folders as well; leftovers and locks are not looked at."""
    (folder / "deep").mkdir()
    (folder / "deep" / "a.csv").write_text(text(CALLS[:2]))
    (folder / "b.json").write_text(json.dumps({"calls": CALLS[2:4]}))
    (folder / "c.jsonl").write_text("\n".join(map(json.dumps, CALLS[4:])))
    (folder / ".d.csv").write_text("no,header\n")
    samples = take_samples(folder)
    assert sorted(one["call_id"] for one in CALLS) == sorted(one["call_id"] for one in samples.records)
    assert "6 records of 3 files (1 json, 1 jsonl, 1 csv) in the folder centre" == samples.told()
    assert 2 == len(take_samples(folder, "csv").records)


def test_what_is_proposed_makes_a_job_that_loads(folder, tmp_path, monkeypatch):
    """Mapping, job and agents file are right as they are written."""
    monkeypatch.setenv("CAPTURI_TOKEN", "x")
    (folder / "calls.csv").write_text(text(CALLS))
    proposal = propose(take_samples(folder), "calls")
    (tmp_path / "jobs").mkdir()
    (tmp_path / "mappings").mkdir()
    (tmp_path / "mappings" / "calls.yaml").write_text(proposal.mapping)
    job = proposal.job("calls", storage="centre", mapping="mappings/calls.yaml", tenant="acme")
    (tmp_path / "jobs" / "calls.yaml").write_text(job)
    (tmp_path / "agents-calls.csv").write_text(proposal.agents)
    plan = loader.load("calls", Settings(home=tmp_path))
    assert ("call_id", "ended") == (plan.job.source.reading.options.id, plan.job.source.reading.options.ended_at)
    assert plan.job.agents.file == "agents-calls.csv"
    assert proposal.mapping.count("# TODO") == proposal.todos > 0


def test_the_agents_file_lists_everybody_who_was_seen(folder):
    """Where records do not tell everything of an agent, a file to complete is proposed; cells are quoted as needed."""
    (folder / "calls.csv").write_text(text(CALLS))
    proposal = propose(take_samples(folder), "calls")
    assert 'number,id,email,name,team\n,0,,"Kim, Holm",\n,1,,Bo,\n' == proposal.agents
    complete = [row | {"agent_email": "kim@example.com"} for row in CALLS]
    (folder / "calls.csv").write_text(text(complete))
    assert propose(take_samples(folder), "calls").agents is None


@pytest.mark.parametrize(
    ("names", "pattern"),
    [
        (["C-0.wav", "C-1.wav"], "{id}.wav"),
        (["call_C-0.mp3", "call_C-1.mp3"], "call_{id}.mp3"),
        (["2026-03-24_C-0.wav", "2026-03-25_C-1.wav"], "*_{id}.wav"),
        (["C-0_20260324.wav", "C-1_20260325.wav"], "{id}_*.wav"),
        (["a/rec C-0 x.wav", "b/rec C-1 x.wav"], "rec {id} x.wav"),
    ],
)
def test_the_form_of_recordings_names_is_found(folder, names, pattern):
    """The id stands where it is in the names; words stay, what has digits in it becomes a star."""
    (folder / "calls.csv").write_text(text(CALLS))
    for name in names:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(b"")
    assert {"pattern": pattern} == options(folder)["recording"]


def test_recordings_that_bear_no_id_are_a_question(folder):
    """Where no name has an id in it, the proposal says so."""
    (folder / "calls.csv").write_text(text(CALLS))
    (folder / "x.wav").write_bytes(b"")
    proposal = propose(take_samples(folder), "calls")
    assert any("TODO no recording bears the id" in line for line in proposal.options)


def test_a_field_that_names_the_recording_is_used(folder):
    """A column of file names wins over what the files are called."""
    (folder / "calls.csv").write_text(text([row | {"file": f"D:\\{row['call_id']}.wav"} for row in CALLS]))
    assert {"path": "file"} == options(folder)["recording"]


def test_zone_form_and_encoding_go_into_the_job(folder):
    """Local times, their form and a foreign encoding are told where the job needs them."""
    rows = [row | {"ended": f"2{n}.03.2026 10:00", "agent_name": "Søren"} for n, row in enumerate(CALLS)]
    (folder / "calls.csv").write_bytes(text(rows, ";").encode("cp1252"))
    found = options(folder)
    assert ("cp1252", "%d.%m.%Y %H:%M", "UTC") == tuple(found[name] for name in ("encoding", "time_format", "timezone"))
    assert "Europe/Oslo" == options(folder, timezone="Europe/Oslo")["timezone"]


def test_a_folder_of_the_platform_is_recognised(folder):
    """Files of the CCAI Platform get the shipped mapping; foreign files with like names do not."""
    platform = {"id": 1, "call_type": "Voice Inbound", "handle_durations": [], "status": "finished"}
    (folder / "call-1.json").write_text(json.dumps(platform))
    proposal = propose(take_samples(folder), "mine")
    assert ("ccai", "ccai.call") == (proposal.kind, mapping.parse(proposal.mapping, Path("mine.yaml")).reads)
    assert "TODO externalIdentity" not in proposal.mapping, "the tenant is known, and so is the id"
    (folder / "call-1.json").write_text(json.dumps({"id": 1, "queue": "Orders"}))
    assert "files" == propose(take_samples(folder), "mine").kind


def test_a_folder_without_records_is_told(folder):
    """What could not be read is named, so that a person can mend it."""
    with pytest.raises(ConfigurationError, match="holds no record that can be read"):
        take_samples(folder)
    (folder / "a.json").write_text("{")
    with pytest.raises(ConfigurationError, match=r"not readable: a\.json stops in the middle"):
        take_samples(folder)


def test_a_mapping_is_named_after_its_folder(tmp_path):
    """A name that a file can bear is made of any folder's name."""
    assert ("2026-calls", "calls") == (default_name(tmp_path / "2026 calls!"), default_name(tmp_path / "…"))
