"""Deliver to the rehearsal Capturi while everything goes wrong that can."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace

import httpx
import pytest

from connector import sandbox
from connector.delivery import Capturi, Limits, Parcel, Policy, Portal, Recording, Route, Visitor, deliver
from connector.errors import ConnectorError, OutcomeUnknownError, TargetRejectedTokenError, TryAgainError

TOKEN = "rehearsal-token"
PARCELS = 60
RUNS = 12
FAULTS = "429=8%:retry=0,500=6%,500-after-commit=6%,commit-timeout=6%,reset=10%,seed=7"


class Remembered:
    """What a ledger would know of one entry, and no more."""

    def __init__(self) -> None:
        self.uid: str | None = None
        self.created = False
        self.pending = ""

    async def intend(self, step: str, *, then: str | None = None) -> None:  # noqa: ARG002 - the law of a journal
        self.pending = step

    async def note(self, step: str, **facts: object) -> None:
        self.pending = ""
        if step == "create" and facts["outcome"] in {"done", "existed"}:
            self.created = True
            self.uid = facts["uid"] or self.uid


def audio_of(number: int) -> bytes:
    return b"RIFF" + bytes(4) + b"WAVEfmt " + number.to_bytes(4, "little") * (5_000 + number * 500)


def parcel_of(number: int) -> Parcel:
    content = audio_of(number)

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(content), 16_384):
            yield content[start : start + 16_384]

    external_id = f"acme/call {number}+x"
    body = {
        "externalIdentity": external_id,
        "agentId": "9",
        "agentName": "Agent Two",
        "agentEmail": "agent.two@example.com",
        "dateTime": "2026-03-23T20:12:51Z",
        "subject": "Orders",
        "customer": "+15550100100",
        "hasConsent": True,
    }
    recording = Recording(f"call-{number}.wav", len(content), "audio/wav", pieces)
    return Parcel(external_id, body, recording=recording, audio_fields={"stereoConfig": "AgentChannelTwo"})


@pytest.fixture
async def address() -> AsyncIterator[str]:
    options = sandbox.SandboxOptions(port=0, token=TOKEN, faults=FAULTS, hang_seconds=1)
    async with sandbox.running(options) as found:
        yield found


def client(address: str, **policy: object) -> Capturi:
    return Capturi(
        Route(address, idle_seconds=0.3),
        TOKEN,
        policy=Policy(first_wait_seconds=0.001, **policy),
        limits=Limits(concurrency=8),
    )


async def run(capturi: Capturi, open_parcels: dict[int, Remembered]) -> Counter[str]:
    """Deliver what is still open, as a run would, and count the outcomes."""

    async def one(number: int, known: Remembered) -> str:
        parcel = replace(parcel_of(number), known_uid=known.uid, created=known.created)
        try:
            done = await deliver(parcel, capturi, known)
        except OutcomeUnknownError:
            return "unknown"
        except TryAgainError:
            return "try_again"
        if done.audio_uploaded:
            assert hashlib.sha256(audio_of(number)).hexdigest() == done.sha256
        del open_parcels[number]
        return "delivered"

    return Counter(await asyncio.gather(*(one(*item) for item in list(open_parcels.items()))))


async def read_back(address: str) -> tuple[list[dict], list[dict]]:
    async with httpx.AsyncClient(base_url=address, trust_env=False) as reader:
        conversations = (await reader.get("/_sandbox/conversations")).json()
        return conversations, (await reader.get("/_sandbox/audio")).json()


@pytest.mark.parametrize("audio_repeats", [0, 1])
async def test_everything_arrives_once(address, audio_repeats):
    """Through every fault, run after run, each conversation is there once with the audio that was sent, once."""
    open_parcels = {number: Remembered() for number in range(PARCELS)}
    async with client(address, tries=3, audio_repeats=audio_repeats) as capturi:
        for _ in range(RUNS):
            await run(capturi, open_parcels)
            if not open_parcels:
                break
    conversations, audio = await read_back(address)
    assert {} == open_parcels
    assert {parcel_of(number).external_id for number in range(PARCELS)} == {
        one["externalIdentity"] for one in conversations
    }
    assert PARCELS == len(conversations) == len(audio)
    assert {1} == {one["uploads"] for one in audio}
    assert {parcel_of(n).external_id: hashlib.sha256(audio_of(n)).hexdigest() for n in range(PARCELS)} == {
        one["externalIdentity"]: one["sha256"] for one in audio
    }


async def test_killed_at_any_moment(address):
    """A run that is killed in the middle, over and over, loses nothing and doubles nothing."""
    open_parcels = {number: Remembered() for number in range(PARCELS)}
    for milliseconds in (20, 40, 60, 80, 100, 120):
        async with client(address, tries=2) as capturi:
            with suppress(TimeoutError):
                async with asyncio.timeout(milliseconds / 1000):
                    await run(capturi, open_parcels)
    async with client(address, tries=3) as capturi:
        for _ in range(RUNS):
            await run(capturi, open_parcels)
    conversations, audio = await read_back(address)
    assert {} == open_parcels
    assert PARCELS == len(conversations) == len(audio)
    assert {1} == {one["uploads"] for one in audio}


async def test_look_up(address):
    """What was delivered is found in the portal by its external id, with or without its audio."""
    async with client(address, tries=20) as capturi:
        portal = Portal(capturi, Visitor("Ops", "ops@acme.example"))
        await deliver(replace(parcel_of(1), recording=None), capturi, Remembered())
        found = await portal.look_up(parcel_of(1).external_id)
        assert found is not None
        assert (parcel_of(1).external_id, False) == (found.external_id, found.has_audio)
        assert await portal.look_up("acme/call 2+x") is None
        assert [found] == [one async for one in portal.conversations()]


async def test_wrong_token(address):
    """A wrong token is told apart from everything else, and nothing arrives."""
    async with Capturi(Route(address), "another", policy=Policy(tries=20, first_wait_seconds=0.001)) as capturi:
        with pytest.raises(TargetRejectedTokenError) as caught:
            await deliver(parcel_of(1), capturi, Remembered())
    assert "another" not in str(caught.value)
    assert ([], []) == await read_back(address)


async def test_verify():
    """A sound target is verified without anything being created there."""
    async with sandbox.running(sandbox.SandboxOptions(port=0, token=TOKEN)) as address:
        async with client(address) as capturi:
            await capturi.verify()
        assert ([], []) == await read_back(address)


async def test_refusal_is_told_without_personal_data():
    """What a strict target objects to can be read, and the person in the request cannot."""
    async with sandbox.running(sandbox.SandboxOptions(port=0, token=TOKEN)) as address, client(address) as capturi:
        body = {**parcel_of(1).body, "subject": " ", "agentEmail": "Bo Lind"}
        with pytest.raises(ConnectorError, match="subject") as caught:
            await deliver(replace(parcel_of(1), body=body), capturi, Remembered())
    assert "Lind" not in str(caught.value)
