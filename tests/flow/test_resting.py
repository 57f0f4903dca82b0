"""What could not be delivered rests between its tries, counts as held meanwhile, and goes in the end."""

import asyncio
import itertools
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest


class Capturi:
    """A target that has trouble with call 3 alone, for as long as it is told to."""

    def __init__(self):
        self.trouble = b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n%s\r\n"
        self.headers = b""
        self.asked = 0

    async def serve(self, reader, writer):
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                body = await reader.readexactly(
                    int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
                )
                writer.write(self.answer(body))
        except asyncio.IncompleteReadError:
            writer.close()

    def answer(self, body):
        if b"acme-call-3" in body:
            self.asked += 1
            if self.trouble:
                return self.trouble % self.headers
        return b'HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n{"uid":"u-1"}'


@asynccontextmanager
async def running(make_project):
    target = Capturi()
    server = await asyncio.start_server(target.serve, "127.0.0.1", 0, limit=1 << 20)
    project = make_project(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", with_samples=False)
    for number in (1, 2, 3):
        project.call(number)
    try:
        yield target, project
    finally:
        server.close()


async def test_an_entry_that_failed_again_is_left_alone_for_a_while(make_project):
    """The next run tries at once; from the second failure on it rests, longer each time, and counts as held."""
    async with running(make_project) as (target, project):
        first = (await project.run()).as_dict()
        assert project.entry("acme-call-3")["retry_at"] is None
        rests = []
        for _ in range(4):
            failed = project.clock.moment
            assert {"try_again": 1} == (await project.run()).as_dict()["reasons"]
            rests.append(next_try(project) - project.clock.moment)
            asked = target.asked
            resting = (await project.run()).as_dict()
            assert asked == target.asked, "a resting entry was sent"
            assert (3, 2, 1, {"try_again": 1}, 0) == tuple(
                resting[name] for name in ("seen", "unchanged", "held", "reasons", "exit_code")
            )
            assert project.clock.moment >= failed
            project.clock.moment += rests[-1]
        target.trouble = b""
        last = (await project.run()).as_dict()
    assert (2, 1) == (first["delivered"], first["held"])
    assert (1, 2) == (last["delivered"], last["unchanged"])
    assert all(timedelta() < one < other for one, other in itertools.pairwise(rests)), rests
    assert ["held"] * 5 == [name for name in project.steps("acme-call-3") if name == "held"]


@pytest.mark.parametrize("form", ["seconds", "date"])
async def test_the_wait_that_the_target_asks_for_counts_from_the_first_failure(make_project, form):
    """Retry-After of an hour, in both its forms, keeps the entry at rest for that hour, whatever our clock says."""
    async with running(make_project) as (target, project):
        there = datetime.now(UTC)
        asked = "3600" if form == "seconds" else format_datetime(there + timedelta(hours=1), usegmt=True)
        date = format_datetime(there, usegmt=True)
        target.headers = f"Retry-After: {asked}\r\nDate: {date}\r\n".encode()
        await project.run()
        rest = next_try(project) - project.clock.moment
        held = (await project.run()).as_dict()
        assert abs(rest - timedelta(hours=1)) <= timedelta(seconds=1)
        assert {"try_again": 1} == held["reasons"]
        target.trouble = b""
        project.clock.moment += rest
        assert 1 == (await project.run()).as_dict()["delivered"]


async def test_a_changed_mapping_ends_the_rest(make_project):
    """Who mends a mapping sees at once what comes of it."""
    async with running(make_project) as (target, project):
        for _ in range(2):
            await project.run()
        target.trouble = b""
        project.edit("mappings/ccai-call.yaml", ("else: anonymous", "else: nobody"))
        told = (await project.run()).as_dict()
    assert 1 == told["delivered"]


async def test_a_clock_that_stood_wrong_holds_nothing_for_ever(make_project):
    """A next try further ahead than any rest lasts was written by a wrong clock, and binds nobody."""
    async with running(make_project) as (target, project):
        project.clock.moment += timedelta(days=3)
        for _ in range(2):
            await project.run()
        assert next_try(project) > project.clock.moment
        project.clock.moment -= timedelta(days=3)
        target.trouble = b""
        told = (await project.run()).as_dict()
    assert 1 == told["delivered"]


async def test_who_asks_for_it_wakes_an_entry(make_project, command):
    """`connector retry` does not wait for the next try of what it is asked for."""
    async with running(make_project) as (target, project):
        for _ in range(2):
            await project.run()
        target.trouble = b""
        rested = (await project.run()).as_dict()
        ended = await command(project.folder, "retry", "--id", "acme-call-3")
    assert 1 == rested["held"]
    assert 0 == ended.code, ended.err
    assert "delivered" == project.entry("acme-call-3")["state"]


def next_try(project):
    return datetime.fromisoformat(project.entry("acme-call-3")["retry_at"])
