"""Nights on which anything happens in any order: in the end every call is there once, as its files say."""

import asyncio
import hashlib
import os
import random

import httpx
import pytest

FAULTS = ("", "", "429=10%:retry=0", "500=15%", "500-after-commit=15%", "reset=20%", "latency=20ms")
SEEDS = [int(seed) for seed in os.environ.get("NIGHT_SEEDS", "1 2 3").split()]
NIGHTS = 8


class Centre:
    """A contact centre that exports calls, late recordings and repetitions as it likes."""

    def __init__(self, project, seed):
        self.project, self.chance = project, random.Random(seed)  # noqa: S311 - chosen events, no secret
        self.calls = {}
        self.recorded = set()

    def happen(self):
        """Let a few things happen between two runs."""
        for _ in range(self.chance.randint(1, 6)):
            self.chance.choice((self.new, self.new, self.record, self.again, self.move, self.copy))()

    def new(self):
        number = len(self.calls) + 1
        consent = self.chance.choice(("not_asked", "not_asked", "not_asked", "denied", "perhaps"))
        folder = f"metadata/2026/03/{self.chance.randint(10, 28)}"
        self.calls[number] = {"folder": folder, "recording_permission": consent, "minute": 14}
        self.write(number)
        if self.chance.random() < 0.7:
            self.recorded.add(number)
            self.project.put(f"recordings/call-{number}.wav", self.project.sound(number))

    def write(self, number):
        call = self.calls[number]
        self.project.call(
            number,
            folder=call["folder"],
            audio=False,
            recording_permission=call["recording_permission"],
            updated_at=f"2026-03-24T12:{call['minute']}:00.000+01:00",
        )

    def record(self):
        missing = sorted(set(self.calls) - self.recorded)
        if missing:
            number = self.chance.choice(missing)
            self.recorded.add(number)
            self.project.put(f"recordings/call-{number}.wav", self.project.sound(number))

    def again(self):
        """Export a call once more, sometimes with the consent that was missing."""
        if self.calls:
            call = self.calls[number := self.chance.choice(sorted(self.calls))]
            call["minute"] = min(call["minute"] + 1, 39)
            if call["recording_permission"] == "perhaps" and self.chance.random() < 0.5:
                call["recording_permission"] = "not_asked"
            self.write(number)

    def move(self):
        """Export a call once more into another folder; the older file stays, or does not."""
        if self.calls:
            call = self.calls[number := self.chance.choice(sorted(self.calls))]
            old = self.project.folder / "export" / call["folder"] / f"call-{number}.json"
            call["folder"] = f"metadata/elsewhere/{self.chance.randint(1, 99)}"
            call["minute"] = min(call["minute"] + 1, 39)
            if self.chance.random() < 0.5:
                old.unlink()
            self.write(number)

    def copy(self):
        if self.recorded:
            number = self.chance.choice(sorted(self.recorded))
            self.project.put(f"copies/call-{number}.wav", self.project.sound(number))

    def expected(self):
        wanted = {number for number, call in self.calls.items() if call["recording_permission"] == "not_asked"}
        return {f"acme-call-{number}": number for number in wanted & self.recorded}


@pytest.mark.parametrize("seed", SEEDS)
async def test_whatever_happens_each_call_arrives_once(make_project, capturi, reading, seed):
    """Faults, interruptions, late files, moved files, copies and repeated exports lead to the same end."""
    async with capturi(hang_seconds=0.05) as address:
        project = make_project(address, with_samples=False)
        project.clock.moment = project.clock.moment.replace(hour=13)
        centre = Centre(project, seed)
        for _ in range(NIGHTS):
            centre.happen()
            await set_faults(address, centre.chance.choice(FAULTS) + f",seed={centre.chance.randint(1, 99)}")
            task = asyncio.create_task(project.run())
            if centre.chance.random() < 0.4:
                await asyncio.sleep(centre.chance.uniform(0.01, 0.15))
                task.cancel()
            await task
        await set_faults(address, "")
        await project.run()
        before = (await reading(address)).writes
        last = (await project.run()).as_dict()
        arrived = await reading(address)
    assert before == arrived.writes
    expected = centre.expected()
    assert set(expected) == set(arrived.conversations) == set(arrived.audio)
    for name, number in expected.items():
        assert hashlib.sha256(project.sound(number)).hexdigest() == arrived.audio[name]["sha256"]
        assert 1 == arrived.audio[name]["uploads"]
    assert len(centre.calls) == last["seen"], last
    assert (0, 0, 0) == (last["delivered"], last["refused"], last["exit_code"])
    assert len(centre.calls) == len(project.entries())


async def set_faults(address, text):
    async with httpx.AsyncClient(base_url=address, trust_env=False) as client:
        (await client.post("/_sandbox/faults", content=text.removeprefix(","))).raise_for_status()
