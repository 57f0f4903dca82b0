"""Do what the tutorial says, command by command and edit by edit, and see the conversations arrive."""

import csv
import io
import os
import re
import shlex
import subprocess
import sys
import time
import wave
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[2]
TUTORIAL = (ROOT / "docs" / "tutorial-mapping.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```([^\n]*)\n(.*?)^```$", TUTORIAL, re.DOTALL | re.MULTILINE)
PEOPLE = (("201", "Kim Holm", "kim@acme.example"), ("202", "Bo Lind", "bo@acme.example"))
AN_HOUR = 3600
PROGRAM = [sys.executable, "-m", "connector"]


def rows() -> list[dict[str, str]]:
    """Give the twelve calls whose first two the tutorial prints."""
    (header, *printed) = dict(BLOCKS)["csv"].splitlines()
    names = header.split(";")
    found = [dict(zip(names, line.split(";"), strict=True)) for line in printed]
    for number in range(3, 13):
        agent, name, mail = PEOPLE[number % 2]
        consent = "N" if number in {6, 9} else "J"
        times = [
            f"{number + 1:02d}.03.2026 10:{minute:02d}:{second}"
            for minute, second in ((number, "00"), (number + 3, "10"))
        ]
        queue = ("Orders", "Support")[number % 2]
        cells = (
            f"C-{1000 + number}",
            *times,
            agent,
            name,
            mail,
            f"31 31 00 {number:02d}",
            queue,
            "in",
            consent,
            f"00:{number:02d}",
        )
        found.append(dict(zip(names, cells, strict=True)))
    return found


def recording(number: int) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as target:
        target.setparams((2, 2, 8000, 0, "NONE", ""))
        target.writeframes(b"".join(bytes((n % 251, n % 13, (n * number) % 241, n % 5)) for n in range(4000)))
    return out.getvalue()


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with the samples of the tutorial, an hour old."""
    folder = tmp_path_factory.mktemp("tutorial")
    centre = folder / "centre"
    (centre / "audio").mkdir(parents=True)
    calls = rows()
    with (centre / "calls.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, calls[0], delimiter=";")
        writer.writeheader()
        writer.writerows(calls)
    for number, call in enumerate(calls, 1):
        (centre / "audio" / f"2026_{call['Call ID']}.wav").write_bytes(recording(number))
    for path in centre.rglob("*"):
        os.utime(path, (time.time() - AN_HOUR,) * 2)
    return folder


@pytest.fixture(scope="module")
def capturi() -> Iterator[str]:
    """Run the rehearsal Capturi as a program of its own and give its address."""
    process = subprocess.Popen([*PROGRAM, "sandbox", "--port", "0"], stdout=subprocess.PIPE, text=True)
    try:
        yield process.stdout.readline().split()[-1]
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()


def deeds() -> list[tuple[str, str]]:
    """Give the commands and edits of the tutorial in their order: (language and file of the block, its text)."""
    return [(kind, text) for kind, text in BLOCKS if kind.startswith(("console", "diff"))]


class Reader:
    """Somebody who does what the tutorial says."""

    def __init__(self, folder: Path, address: str) -> None:
        self.folder = folder
        self.address = address
        self.printed: dict[str, str] = {}
        self.edits = 0

    def do(self, kind: str, text: str) -> None:
        if kind == "console":
            for line in text.splitlines():
                self.run(line.removeprefix("$ "))
        else:
            self.edit(kind.removeprefix("diff "), text)

    def run(self, line: str) -> None:
        words = shlex.split(line)
        if line == "connector sandbox &":
            # It runs already, on a free port: the job is pointed there.
            job = self.folder / "jobs" / "calls.yaml"
            job.write_text(job.read_text().replace("http://127.0.0.1:8787", self.address))
        elif words[0] == "cd":
            self.folder /= words[1]
        else:
            command = [*PROGRAM, *words[1:]] if words[0] == "connector" else [*words[:1], "-p", *words[1:]]
            done = subprocess.run(command, check=False, cwd=self.folder, capture_output=True, text=True, timeout=120)
            assert 0 == done.returncode, f"{line}\n{done.stdout}\n{done.stderr}"
            self.printed.setdefault(line, "")
            self.printed[line] += done.stdout

    def edit(self, name: str, text: str) -> None:
        old, new = ("\n".join(line[1:] for line in text.splitlines() if line.startswith(sign)) for sign in ("-", "+"))
        path = self.folder / name
        written = path.read_text()
        assert 1 == written.count(old), f"{old!r} must stand in {name} once"
        path.write_text(written.replace(old, new))
        self.edits += 1


@pytest.fixture(scope="module")
def reader(workshop: Path, capturi: str) -> Reader:
    """Give somebody who has done all that the tutorial says."""
    found = Reader(workshop, capturi)
    for kind, text in deeds():
        found.do(kind, text)
    return found


def test_the_tutorial_leads_from_files_to_conversations(reader, capturi):
    """Two edits and the printed commands bring every call with consent to Capturi, with its recording, once."""
    assert 2 == reader.edits
    with httpx.Client(base_url=capturi, trust_env=False) as client:
        arrived = {one["externalIdentity"]: one for one in client.get("/_sandbox/conversations").json()}
        audio = {one["externalIdentity"]: one for one in client.get("/_sandbox/audio").json()}
    expected = {f"acme-call-{row['Call ID']}": row for row in rows() if row["Consent"] == "J"}
    assert expected.keys() == arrived.keys() == audio.keys()
    assert {1} == {one["creates"] for one in arrived.values()} == {one["uploads"] for one in audio.values()}
    for name, row in expected.items():
        one = arrived[name]
        assert (row["Agent e-mail"], row["Queue"], True) == (one["agentEmail"], one["subject"], one["hasConsent"])
        assert f"+45{row['Caller'].replace(' ', '')}" == one["customer"]
    assert "2026-03-02T09:01:00Z" == arrived["acme-call-C-1001"]["dateTime"]


def test_what_the_tutorial_prints_is_what_comes_out(reader):
    """The lines shown under a command are lines of its output, whatever their widths."""
    said = " ".join(" ".join(reader.printed.values()).split())
    shown = [text for kind, text in BLOCKS if not kind and not text.startswith("centre/")]
    for line in "".join(shown).splitlines():
        words = re.sub(r"\d+\.\d+ s$", "", " ".join(line.split()))
        assert words in said, words
