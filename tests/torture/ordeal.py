"""Kill one round's run again and again, let it complete, and compare all that arrived with what must have."""

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from connector.clock import SystemClock
from connector.job.project import samples
from connector.ledger import database, schema
from connector.sandbox import SandboxOptions, Switches
from tests.flow.conftest import TOKEN
from tests.torture.victim import choose_blow, later, strike
from tests.torture.world import Target, World, running_target

__all__ = ["FAULTS", "Verdict", "suffer"]

FAULTS = (
    "latency=2ms",
    "latency=2ms,reset=15%",
    "latency=2ms,500-after-commit=20%",
    "latency=2ms,commit-timeout=15%",
    "latency=2ms,429=10%:retry=1,500=10%,500-after-commit=10%,commit-timeout=5%,reset=10%",
)
CALLS = 12
KILLS = 20
LONGEST_SECONDS = 0.4
HANG_SECONDS = 0.05
COMPLETING_RUNS = 12
CONCURRENCY = 4


@dataclass
class Verdict:
    """What one round came to."""

    seed: int
    ledger: str
    faults: str
    kills: int = 0
    blows: dict[str, int] = field(default_factory=dict)
    runs: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    untrue: list[str] = field(default_factory=list)
    """Said to be delivered by the ledger, and not there."""
    audio_uploads: int = 0
    audio_repeats: int = 0
    """Uploads of a recording that the target had already."""
    needless_repeats: int = 0
    """Those that followed a plain yes of the target: only a kill between its yes and our commit excuses them."""

    @property
    def is_clean(self) -> bool:
        """Tell whether every promise was kept."""
        broken = [*self.lost, *self.doubled, *self.damaged, *self.stuck, *self.untrue]
        return not broken and self.needless_repeats <= CONCURRENCY * self.kills


def suffer(folder: Path, seed: int, ledger: str, *, kills: int = KILLS) -> Verdict:
    """Do one round in this folder; `ledger` is an empty database's address, or a file's name."""
    chance = random.Random(seed)  # noqa: S311 - chosen events, no secret
    faults = FAULTS[seed % len(FAULTS)]
    told = "postgresql" if ledger.startswith("postgresql") else "sqlite"
    verdict = Verdict(seed, told, faults)
    switches = Switches(repeated_audio=chance.choice(("refuse", "replace")))
    options = SandboxOptions(
        port=0, token=TOKEN, faults=f"{faults},seed={seed}", hang_seconds=HANG_SECONDS, switches=switches
    )
    with running_target(options, folder / "target.log") as target:
        world = World(folder, target.address, chance)
        world.grow(CALLS)
        if told == "postgresql":
            schema.upgrade(ledger, SystemClock())
        address = ledger if told == "postgresql" else f"sqlite:///{world.project.folder / ledger}"
        moment = _kill(world, address, verdict, kills, folder)
        world.mend_all()
        _complete(world, address, verdict, moment, target, folder)
        _compare(world, address, target, verdict)
    return verdict


def _kill(world: World, address: str, verdict: Verdict, kills: int, folder: Path) -> datetime:
    chance, moment = world.chance, samples.BASE
    for _ in range(5 * kills):
        blow = choose_blow(chance, LONGEST_SECONDS)
        killed, summary = strike(world.project.folder, address, moment, blow, folder / "run.log")
        verdict.runs += 1
        verdict.kills += killed
        verdict.blows[str(blow)] = verdict.blows.get(str(blow), 0) + killed
        if verdict.kills >= kills:
            break
        if summary and summary["delivered"] + summary["unchanged"] == summary["seen"]:
            # A run that has nothing left to do is not killed in the midst of anything.
            world.grow(CALLS)
        world.happen()
        moment = later(moment, chance)
    return moment


def _complete(
    world: World, address: str, verdict: Verdict, moment: datetime, target: Target, folder: Path
) -> dict[str, Any] | None:
    summary = None
    for number in range(COMPLETING_RUNS):
        if number == COMPLETING_RUNS // 2:
            target.heal()
        moment += timedelta(days=1)
        _, summary = strike(world.project.folder, address, moment, None, folder / "run.log")
        verdict.runs += 1
        if summary and summary["unchanged"] == summary["seen"] == len(world.expected) + len(world.chats):
            break
    return summary


def _compare(world: World, address: str, target: Target, verdict: Verdict) -> None:
    conversations = {one["externalIdentity"]: one for one in target.read("conversations")}
    audio = {one["externalIdentity"]: one for one in target.read("audio")}
    cases = {one["caseUid"]: one for one in target.read("cases")}
    with _reading(address) as ask:
        entries = {row.external_id: row for row in ask("SELECT external_id, state, channel FROM entry")}
        waiting = [row.path for row in ask("SELECT path FROM file WHERE pending")]
    for name, digest in world.expected.items():
        if name not in conversations or name not in audio:
            verdict.lost.append(name)
        elif audio[name]["sha256"] != digest:
            verdict.damaged.append(name)
    verdict.lost += sorted(world.chats - set(cases))
    verdict.doubled += sorted((set(conversations) - set(world.expected)) | (set(cases) - world.chats))
    verdict.stuck = [f"{name} {row.state}" for name, row in entries.items() if row.state != "delivered"] + waiting
    verdict.untrue = sorted(set(entries) - set(conversations) - set(cases) - {None})
    verdict.audio_uploads = sum(one["uploads"] + one["refused_uploads"] for one in audio.values())
    verdict.audio_repeats = verdict.audio_uploads - len(audio)
    agreed = Counter(
        one["path"]
        for one in target.read("requests")
        if one["path"].startswith("/v1/audio/") and one["status"] in {200, 409} and one["fault"] is None
    )
    verdict.needless_repeats = sum(agreed.values()) - len(agreed)


@contextmanager
def _reading(address: str) -> Iterator[Any]:
    engine = database.connect(address, busy_seconds=10, writes=False)
    with engine.connect() as connection:
        yield lambda question: connection.execute(text(question)).all()
    engine.dispose()
