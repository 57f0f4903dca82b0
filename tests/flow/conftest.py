"""Run whole jobs over the sample data against the rehearsal Capturi on a real socket."""

import asyncio
import copy
import io
import json
import os
import shutil
import sqlite3
import sys
import wave
from array import array
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from connector import sandbox
from connector.job.definition import loader
from connector.job.execution.summary import Options, Summary
from connector.job.project import samples
from connector.job.run import runner
from connector.settings import Settings
from connector.shipped import shipped
from tests.servers.warm import Starter, running_starter

TOKEN = "rehearsal-token"


class StandingClock:
    """A clock that stands still until it is moved or slept on."""

    def __init__(self, now: datetime) -> None:
        self.moment = now

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return self.moment.timestamp()

    async def sleep(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)
        await asyncio.sleep(0)


@dataclass
class Project:
    """A project folder with the sample data, its job pointed at one target."""

    folder: Path
    settings: Settings
    clock: StandingClock
    name: str = "demo"
    summaries: list[Summary] = field(default_factory=list)
    written: int = 0

    async def run(self, **options: Any) -> Summary:
        plan = loader.load(self.name, self.settings)
        options = {"report": False, **options}
        summary = await runner.execute(plan, self.settings, Options(**options), clock=self.clock)
        self.summaries.append(summary)
        return summary

    def edit_job(self, *changes: tuple[str, str]) -> None:
        self.edit(f"jobs/{self.name}.yaml", *changes)

    def edit(self, name: str, *changes: tuple[str, str]) -> None:
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text, f"{old!r} is not in {name}"
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")

    def read_from(self, address: str, options: dict[str, Any], setenv: Callable[[str, str], None]) -> None:
        """Name another storage in the job, each of its options as a variable of the environment."""
        lines = [f"  storage: {json.dumps(address)}", *(["  options:"] if options else [])]
        for name, value in options.items():
            setenv(f"STORAGE_{name.upper()}", str(value))
            lines.append(f'    {name}: "${{STORAGE_{name.upper()}}}"')
        job = (self.folder / "jobs" / f"{self.name}.yaml").read_text(encoding="utf-8")
        stated = next(line for line in job.splitlines() if line.startswith("  storage:"))
        self.edit_job((stated, "\n".join(lines)))

    def put(self, name: str, content: bytes, *, age: timedelta = timedelta(hours=1)) -> Path:
        """Write a file below export/ that was last changed so long before the clock's now."""
        path = self.folder / "export" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        self.written += 1
        # A millisecond apart: what is written anew has another time, though the clock stands still.
        changed = (self.clock.now() - age).timestamp() + self.written / 1000
        os.utime(path, (changed, changed))
        return path

    def call(self, number: int, *, folder: str = "metadata", audio: bool = True, **fields: Any) -> dict[str, Any]:
        """Write a call of agent 9 that ended 47 minutes before the clock begins, with its recording."""
        record = call_record(number, **fields)
        self.put(f"{folder}/call-{number}.json", json.dumps(record).encode())
        if audio:
            self.put(f"recordings/call-{number}.wav", sound(number))
        return record

    def sound(self, number: int, seconds: float = 0.5) -> bytes:
        return sound(number, seconds)

    def entries(self) -> list[dict[str, Any]]:
        """Give every entry of the ledger, by channel, session id and leg."""
        return self.ask("SELECT * FROM entry ORDER BY channel, CAST(session_id AS INTEGER), leg")

    def entry(self, external_id: str) -> dict[str, Any]:
        (found,) = [row for row in self.entries() if row["external_id"] == external_id]
        return found

    async def until(self, state: str) -> None:
        """Wait until the ledger has an entry in this state."""
        async with asyncio.timeout(10):
            while not any(row["state"] == state for row in self.entries()):  # noqa: ASYNC110 - it tells no event
                await asyncio.sleep(0.005)

    def steps(self, external_id: str) -> list[str]:
        rows = self.ask("SELECT name FROM step WHERE entry_id = ? ORDER BY id", self.entry(external_id)["id"])
        return [row["name"] for row in rows]

    def ask(self, question: str, *values: Any) -> list[dict[str, Any]]:
        if not (self.folder / "connector.db").exists():
            return []
        with closing(sqlite3.connect(self.folder / "connector.db")) as connection:
            connection.row_factory = sqlite3.Row
            if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'entry'").fetchone():
                return []
            return [dict(row) for row in connection.execute(question, values)]


EXAMPLE = json.loads((shipped("mappings") / "examples" / "call-inbound.json").read_text(encoding="utf-8"))
RATE = 8000


def call_record(number: int, **fields: Any) -> dict[str, Any]:
    """Give a call's metadata: the shipped example under another id, with these fields in place of its own."""
    return {**copy.deepcopy(EXAMPLE), "id": number, "call_uuid": f"00000000-0000-4000-8000-{number:012d}", **fields}


def sound(number: int, seconds: float = 0.5) -> bytes:
    """Give a wav file in which both speakers hum, each number in its own tones."""
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        left, right = 20 + number % 50, 80 + number % 70
        frames = ((at % left * 300, at % right * 100) for at in range(int(seconds * RATE)))
        samples = array("h", [level for frame in frames for level in frame])
        file.writeframes(samples.tobytes())
    return content.getvalue()


@dataclass
class Ended:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def told(self) -> dict[str, Any]:
        """Give the one JSON object on standard output."""
        return json.loads(self.out)


@pytest.fixture(scope="session")
def starter() -> Iterator[Starter]:
    """Give the process that has the libraries loaded, from which commands start."""
    with running_starter() as one:
        yield one


@pytest.fixture
def started(starter: Starter) -> Callable[..., Any]:
    """Give the function that starts `connector` and gives its process, for signals.

    The package itself is loaded by every process anew; `afresh` begins with Python itself.
    """

    async def start(folder: Path, *words: str, afresh: bool = False, **environment: str) -> Any:
        given = {**os.environ, "COLUMNS": "200", **environment}
        if afresh or not starter.is_alike(given):
            return await start_program(folder, *words, environment=given)
        return await starter.start("connector", *words, cwd=folder, environment=given)

    return start


@pytest.fixture
def command(started: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Give the function that runs `connector` as a user does, in a project folder, and waits for its end."""
    monkeypatch.delenv("CONNECTOR_HOME", raising=False)

    async def run(folder: Path, *words: str, **options: Any) -> Ended:
        process = await started(folder, *words, **options)
        out, err = await process.communicate()
        return Ended(process.returncode or 0, out.decode(), err.decode())

    return run


async def start_program(folder: Path, *words: str, environment: dict[str, str]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "connector", *words),
        cwd=folder,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


@dataclass
class Arrived:
    """What the rehearsal Capturi has."""

    conversations: dict[str, dict[str, Any]]
    audio: dict[str, dict[str, Any]]
    cases: dict[str, dict[str, Any]]
    requests: list[dict[str, Any]]

    @property
    def writes(self) -> list[str]:
        """Give what was asked of the API, in its order: `POST /v3/conversation` and so on."""
        return [f"{one['method']} {one['path']}" for one in self.requests]


async def read_back(address: str) -> Arrived:
    async with httpx.AsyncClient(base_url=address, trust_env=False) as client:
        found = {}
        for name in ("conversations", "audio", "cases", "requests"):
            found[name] = (await client.get(f"/_sandbox/{name}")).json()
    return Arrived(
        {one["externalIdentity"]: one for one in found["conversations"]},
        {one["externalIdentity"]: one for one in found["audio"]},
        {one["caseUid"]: one for one in found["cases"]},
        found["requests"],
    )


@pytest.fixture
def make_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Project]:
    """Give a function from the target's address to a project folder whose samples stand at their own times."""
    monkeypatch.setenv("CAPTURI_TOKEN", TOKEN)

    def make(address: str, *, with_samples: bool = True) -> Project:
        return build_project(tmp_path / "project", address, with_samples=with_samples)

    return make


@pytest.fixture
def build() -> Callable[..., Project]:
    """Give the function from a new folder and the target's address to a project in it."""
    return build_project


def build_project(folder: Path, address: str, *, with_samples: bool = True) -> Project:
    folder.mkdir(parents=True)
    if with_samples:
        samples.copy_samples(folder, samples.BASE)
    else:
        shutil.copyfile(shipped("sample_data") / "agents.csv", folder / "agents.csv")
        (folder / "export").mkdir()
    (folder / "jobs").mkdir()
    job = (shipped("jobs") / "demo.yaml").read_text(encoding="utf-8")
    (folder / "jobs" / "demo.yaml").write_text(job.replace("http://127.0.0.1:8787", address), encoding="utf-8")
    shutil.copytree(shipped("mappings"), folder / "mappings")
    settings = Settings(home=folder, ledger="connector.db", hash_key="a-key-for-tests")
    return Project(folder, settings, StandingClock(samples.BASE))


@pytest.fixture
def capturi() -> Callable[..., Any]:
    """Give the context manager that runs a rehearsal Capturi and yields its address."""

    def start(**options: Any) -> Any:
        return sandbox.running(sandbox.SandboxOptions(port=0, token=TOKEN, **options))

    return start


@pytest.fixture
def reading() -> Callable[..., Any]:
    """Give the function that reads back what arrived at an address."""
    return read_back


@dataclass
class Rehearsal:
    """Four runs over the sample data, as expected.yaml names them, and what had arrived in the end."""

    runs: dict[str, dict[str, Any]]
    arrived: Arrived
    folder: Path


@pytest.fixture(scope="session")
def rehearsal(tmp_path_factory: pytest.TempPathFactory) -> Rehearsal:
    """Run the sample job four times: first, again, with what came late, with the growing file finished."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CAPTURI_TOKEN", TOKEN)
        folder = tmp_path_factory.mktemp("rehearsal") / "project"
        return asyncio.run(_rehearse(folder))


async def _rehearse(folder: Path) -> Rehearsal:
    async with sandbox.running(sandbox.SandboxOptions(port=0, token=TOKEN)) as address:
        project = build_project(folder, address)
        runs = {"first": (await project.run()).as_dict(), "second": (await project.run()).as_dict()}
        samples.bring_late(folder)
        runs["after_late"] = (await project.run()).as_dict()
        samples.finish_growing(folder, samples.BASE)
        project.clock.moment += timedelta(minutes=2)
        runs["after_growing"] = (await project.run()).as_dict()
        return Rehearsal(json.loads(json.dumps(runs)), await read_back(address), folder)
