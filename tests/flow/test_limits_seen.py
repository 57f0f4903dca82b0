"""What the target sees of its own Retry-After over a whole run, and what `status` says of limits."""

import asyncio
import itertools
import json
from contextlib import asynccontextmanager
from datetime import timedelta
from email.utils import format_datetime

import pytest

ASKED = 7
LONGEST = 60


class Busy:
    """A target that is busy for the first two requests, asks for time in a form of its own, and notes when it heard."""

    def __init__(self, form, seconds):
        self.form, self.seconds = form, seconds
        self.clock = None
        self.heard = []

    async def serve(self, reader, writer):
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                await reader.readexactly(int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]))
                self.heard.append(self.clock.moment)
                writer.write(self.answer())
        except asyncio.IncompleteReadError:
            writer.close()

    def answer(self):
        if len(self.heard) > 2:
            return b'HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n{"uid":"u-1"}'
        # Its clock is an hour ahead of ours: a date that it names is meant by its own.
        there = self.clock.moment.replace(microsecond=0) + timedelta(hours=1)
        asked = str(self.seconds)
        if self.form == "date":
            asked = format_datetime(there + timedelta(seconds=self.seconds), usegmt=True)
        date = format_datetime(there, usegmt=True)
        head = f"HTTP/1.1 429 Busy\r\nDate: {date}\r\nRetry-After: {asked}\r\nContent-Length: 0\r\n\r\n"
        return head.encode()


@asynccontextmanager
async def listening(target):
    server = await asyncio.start_server(target.serve, "127.0.0.1", 0, limit=1 << 20)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


@pytest.mark.parametrize("form", ["seconds", "date"])
@pytest.mark.parametrize(("seconds", "waited"), [(ASKED, ASKED), (7200, LONGEST)])
async def test_a_run_comes_back_when_the_target_asked_it_to(make_project, form, seconds, waited):
    """Within one run: not a moment before what Retry-After says, in seconds or as a date, a minute at most."""
    target = Busy(form, seconds)
    async with listening(target) as address:
        project = make_project(address, with_samples=False)
        target.clock = project.clock
        project.call(1)
        told = (await project.run()).as_dict()
    pauses = [(late - early).total_seconds() for early, late in itertools.pairwise(target.heard[:3])]
    assert (1, 1, 0) == (told["delivered"], told["audio_uploaded"], told["exit_code"])
    assert all(waited <= pause <= waited + 1 for pause in pauses), pauses


async def test_status_counts_what_is_used_up(make_project, capturi, command):
    """Two of two an hour were created, at most fifty requests a second go, and nothing rests."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.edit_job(("source:", "limits: {per_hour: 2, requests_per_second: 50}\nsource:"))
        for number in range(1, 4):
            project.call(number)
        ran = await command(project.folder, "run", "demo", "--json")
        told = json.loads((await command(project.folder, "status", "--json")).out)
        shown = await command(project.folder, "status")
    assert {"limit_reached": 1} == ran.told["reasons"]
    assert [(2, 2, 50)] == [
        (one["created_this_hour"], one["per_hour"], one["requests_per_second"]) for one in told["limits"]
    ]
    assert "2 of 2" in shown.out
    assert [] == told["next_tries"]
