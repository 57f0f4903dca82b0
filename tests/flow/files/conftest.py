"""A contact centre whose metadata are foreign files, and what becomes of them in runs."""

import csv
import io
import os
import wave
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from connector import ledger
from connector.clock import SystemClock

JOB = """\
job: calls
tenant: acme
source:
  kind: files
  storage: export
  options:
    id: call_id
    ended_at: ended
    {recording}
    agent: {{id: agent_id}}
  settle: 20m
mappings: {{call: mappings/calls.yaml}}
{more}
target: {{kind: capturi, url: "{address}", token: "${{CAPTURI_TOKEN}}"}}
"""
MAPPING = """\
mapping: calls
reads: files.record
writes: capturi.conversation
fields:
  externalIdentity: {join: [$tenant, call, {path: call_id}], by: "-"}
  agentId: $agent.id
  agentName: {path: [$agent.name, agent_id]}
  agentEmail: {join: [{path: agent_id}, "@example.com"]}
  dateTime: {path: started, as: [utc]}
  subject: {path: queue, else: Call}
  customer: {path: phone, else: anonymous}
  customProp1: note
consent: {path: consent, values: {"yes": true, "no": false}}
"""
COLUMNS = ("call_id", "started", "ended", "agent_id", "queue", "phone", "consent", "note", "file")


def row(number: int | str, **changes: str) -> dict[str, str]:
    """Give a row that can be sent, with changes."""
    usual = {
        "call_id": str(number),
        "started": "2026-03-24T09:00:00Z",
        "ended": "2026-03-24T09:02:00Z",
        "agent_id": "5",
        "queue": "Orders",
        "phone": "+4531313131",
        "consent": "yes",
        "note": "",
        "file": f"D:\\rec\\{number}.WAV",
    }
    return usual | changes


def recording(seconds: float = 0.5) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as target:
        target.setparams((2, 2, 8000, 0, "NONE", ""))
        frames = int(seconds * 8000)
        target.writeframes(b"".join(bytes((n % 251, n % 13, (n * 7) % 241, n % 5)) for n in range(frames)))
    return out.getvalue()


AUDIO = recording()


@dataclass
class Centre:
    """A project whose source is a folder of foreign files."""

    project: Any
    address: str

    def write(
        self, path: str, content: bytes | list[dict[str, str]], *, age: timedelta = timedelta(minutes=30)
    ) -> None:
        """Write a file, or rows as CSV, changed that long before the project's now."""
        place = self.project.folder / "export" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, list):
            out = io.StringIO()
            writer = csv.DictWriter(out, COLUMNS)
            writer.writeheader()
            writer.writerows(content)
            content = out.getvalue().encode()
        place.write_bytes(content)
        moment = (self.project.clock.now() - age).timestamp()
        os.utime(place, (moment, moment))

    def record(self, *numbers: int | str, folder: str = "audio") -> None:
        for number in numbers:
            self.write(f"{folder}/{number}.wav", AUDIO)

    def job(self, more: str = "", recording: str = 'recording: {pattern: "{id}.wav"}') -> None:
        text = JOB.format(address=self.address, more=more, recording=recording)
        (self.project.folder / "jobs" / "calls.yaml").write_text(text)

    def later(self, **length: int) -> None:
        self.project.clock.moment += timedelta(**length)

    async def run(self, **options: Any) -> dict[str, Any]:
        summary = (await self.project.run(**options)).as_dict()
        return {name: summary[name] for name in OUTCOMES} | {
            "reasons": summary["reasons"],
            "exit": summary["exit_code"],
        }

    async def entries(self, name: str) -> list[tuple[str, str | None, str | None]]:
        url = f"sqlite:///{self.project.folder / 'connector.db'}"
        async with ledger.open_ledger(url, clock=SystemClock()) as book:
            return [(row.state, row.code, row.detail) for row in await book.read(ledger.find, name)]


OUTCOMES = ("delivered", "held", "skipped", "refused", "unchanged")


def counted(found: dict[str, Any]) -> tuple[int, ...]:
    return tuple(found[name] for name in OUTCOMES)


@pytest.fixture
def call() -> Callable[..., dict[str, str]]:
    """Give a function that makes a row which can be sent, with changes."""
    return row


@pytest.fixture
def wav() -> Callable[..., bytes]:
    """Give a function that makes a short recording of so many seconds."""
    return recording


@pytest.fixture
def counts() -> Callable[[dict[str, Any]], tuple[int, ...]]:
    """Give the function from a run's result to delivered, held, skipped, refused and unchanged."""
    return counted


@pytest.fixture
def centre(make_project: Callable[..., Any]) -> Callable[[str], Centre]:
    def make(address: str) -> Centre:
        project = make_project(address, with_samples=False)
        project.name = "calls"
        (project.folder / "mappings" / "calls.yaml").write_text(MAPPING)
        made = Centre(project, address)
        made.job()
        return made

    return make
