"""Make the sessions of one round, do to their files what storages do, and say what must have arrived in the end."""

import asyncio
import hashlib
import os
import random
import signal
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from connector import sandbox
from connector.sandbox import SandboxOptions
from tests.flow.conftest import Project, build_project, sound
from tests.flow.test_chats import chat, transcript

__all__ = ["Target", "World", "running_target"]

TONES = 24
LONG_SECONDS = 20.0
"""Longer than what is kept in memory between inspection and upload: it is streamed."""


@cache
def tone(number: int, seconds: float) -> bytes:
    """Give a recording; the same ones serve every round."""
    return sound(number, seconds)


class World:
    """The exported files of one round."""

    def __init__(self, folder: Path, address: str, chance: random.Random) -> None:
        self.project: Project = build_project(folder / "project", address, with_samples=False)
        self.project.edit_job(("audio:", "limits: {concurrency: 4}\naudio:"))
        self.chance = chance
        self.calls: list[int] = []
        self.chats: set[str] = set()
        self.damaged: dict[str, bytes] = {}

    def grow(self, calls: int) -> None:
        """Export so many calls more, and a chat."""
        for _ in range(calls):
            number = len(self.calls) + 1
            self.calls.append(number)
            self.project.call(number, audio=False)
            self.project.put(self._recording(number), self._content(number))
        number = 100_000 + len(self.chats)
        self.chats.add(f"acme-chat-{number}")
        chat(self.project, number)
        transcript(self.project, "Hello", "Hi", "Bye", number=number)

    @property
    def expected(self) -> dict[str, str]:
        """Give the external id of every call with the digest of its recording."""
        return {f"acme-call-{number}": hashlib.sha256(self._content(number)).hexdigest() for number in self.calls}

    def happen(self) -> None:
        """Let a storage be one: a file is cut off, grows, is gone for a while, or comes back."""
        if self.damaged and self.chance.random() < 0.5:
            self._mend(self.chance.choice(sorted(self.damaged)))
        elif self.chance.random() < 0.4:
            number = self.chance.choice(self.calls)
            name = self.chance.choice((self._recording(number), f"metadata/call-{number}.json"))
            if name not in self.damaged:
                self._damage(name)

    def mend_all(self) -> None:
        """Put every file back as it should be."""
        for name in sorted(self.damaged):
            self._mend(name)

    def _damage(self, name: str) -> None:
        path = self.project.folder / "export" / name
        content = path.read_bytes()
        self.damaged[name] = content
        if self.chance.random() < 0.4:
            path.unlink()
        else:
            self.project.put(name, content[: self.chance.randrange(len(content))])

    def _mend(self, name: str) -> None:
        self.project.put(name, self.damaged.pop(name))

    def _recording(self, number: int) -> str:
        return f"recordings/call-{number}.wav"

    @staticmethod
    def _content(number: int) -> bytes:
        return tone(number % TONES, LONG_SECONDS if number % TONES == 1 else 0.2)


class Target:
    """A rehearsal Capturi in a process of its own."""

    def __init__(self, address: str) -> None:
        self.address = address
        # Loopback: what the environment says of proxies must not matter.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def read(self, name: str) -> list[dict[str, Any]]:
        """Give what it has: conversations, audio or cases."""
        with self._opener.open(f"{self.address}/_sandbox/{name}", timeout=60) as answer:
            found: list[dict[str, Any]] = orjson.loads(answer.read())
            return found

    def heal(self) -> None:
        """End all faults."""
        self._opener.open(f"{self.address}/_sandbox/faults", data=b"", timeout=60).close()


@contextmanager
def running_target(options: SandboxOptions, log: Path) -> Iterator[Target]:
    """Run the target in a child of this process until the end of the block."""
    hears, tells = os.pipe()
    child = os.fork()
    if not child:
        _serve(options, tells, log)
    os.close(tells)
    with os.fdopen(hears) as told:
        address = told.readline().strip()
    try:
        yield Target(address)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _serve(options: SandboxOptions, tells: int, log: Path) -> None:
    """Be the child: never comes back."""

    async def serve() -> None:
        async with sandbox.running(options) as address:
            os.write(tells, f"{address}\n".encode())
            os.close(tells)
            await asyncio.Event().wait()

    with log.open("ab") as output:
        os.dup2(output.fileno(), 2)
    try:
        asyncio.run(serve())
    finally:
        os._exit(1)
