"""Run whole jobs over the sample data against the rehearsal Capturi on a real socket."""

import asyncio
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from connector import sandbox
from connector.job import loader, runner, samples
from connector.job.summary import Options, Summary
from connector.settings import Settings
from connector.shipped import shipped

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

    async def run(self, **options: Any) -> Summary:
        plan = loader.load(self.name, self.settings)
        summary = await runner.execute(plan, self.settings, Options(**options), clock=self.clock)
        self.summaries.append(summary)
        return summary

    def edit_job(self, *changes: tuple[str, str]) -> None:
        path = self.folder / "jobs" / f"{self.name}.yaml"
        text = path.read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text, f"{old!r} is not in the job"
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")


@dataclass
class Arrived:
    """What the rehearsal Capturi has."""

    conversations: dict[str, dict[str, Any]]
    audio: dict[str, dict[str, Any]]
    cases: dict[str, dict[str, Any]]
    requests: list[dict[str, Any]]


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
def rehearsal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    """Run the sample job four times: first, again, with what came late, with the growing file finished."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CAPTURI_TOKEN", TOKEN)
        folder = tmp_path_factory.mktemp("rehearsal") / "project"
        yield asyncio.run(_rehearse(folder))


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
