"""What a person asks of one run, and what a job allows: dates, counts, dry runs, first runs, limits and hours."""

import asyncio
import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from connector.errors import ConfigurationError


def days(project, numbers):
    """Write one call per number, each ended at noon UTC of that day of March."""
    for number in numbers:
        end = f"2026-03-{number:02d}T12:00:00.000Z"
        project.call(number, created_at=end.replace("T12", "T11"), ends_at=end, updated_at=end)


def march(day, hour=0):
    return datetime(2026, 3, day, hour, tzinfo=UTC)


async def test_since_is_inclusive_and_until_exclusive(make_project, capturi, reading):
    """Only sessions that ended within the bounds are worked on; the others wait for a run without bounds."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        days(project, range(10, 16))
        first = (await project.run(since=march(11, 12), until=march(13, 12))).as_dict()
        assert {"acme-call-11", "acme-call-12"} == set((await reading(address)).conversations)
        again = (await project.run(since=march(11, 12), until=march(13, 12))).as_dict()
        rest = (await project.run()).as_dict()
    assert (2, 2) == (first["seen"], first["delivered"])
    assert (2, 2) == (again["seen"], again["unchanged"])
    assert (6, 4, 2) == (rest["seen"], rest["delivered"], rest["unchanged"])


async def test_a_limit_leaves_the_rest_untouched_and_uncounted(make_project, capturi, reading):
    """At most so many new entries are worked on; run by run all arrive."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        days(project, range(1, 8))
        told = [(await project.run(limit=3)).as_dict() for _ in range(4)]
        assert 7 == len((await reading(address)).audio)
    assert [(3, 3, 0), (6, 3, 3), (7, 1, 6), (7, 0, 7)] == [
        (one["seen"], one["delivered"], one["unchanged"]) for one in told
    ]


def state(folder):
    """Give every file of a project with its bytes' digest and time."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path): (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns) for path in files}


KEYS = ("seen", "unchanged", "delivered", "held", "skipped", "refused", "audio_uploaded", "bytes_uploaded", "reasons")


async def test_a_dry_run_tells_what_the_run_does_and_writes_nothing(make_project, capturi, reading):
    """Counts and exit code are those of the run that follows, on a new ledger and on a used one."""
    async with capturi() as address:
        project = make_project(address)
        for _ in range(2):
            before, requests = state(project.folder), len((await reading(address)).requests)
            dry = (await project.run(dry_run=True)).as_dict()
            assert (before, requests) == (state(project.folder), len((await reading(address)).requests))
            real = (await project.run()).as_dict()
            assert {key: dry[key] for key in (*KEYS, "exit_code")} == {key: real[key] for key in (*KEYS, "exit_code")}
            assert (None, True) == (dry["run_id"], dry["dry_run"])
            project.call(500)
            project.call(501, recording_permission="denied")
    assert {row["dry_run"] for row in project.ask("SELECT dry_run FROM run")} == {0}


async def test_a_dry_run_of_many_new_entries_asks_nothing(make_project, capturi, reading):
    """A dry run counts more than 1,000 without --yes, and sends nothing."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        thousand(project)
        told = (await project.run(dry_run=True)).as_dict()
        assert [] == (await reading(address)).requests
    assert (1001, 0) == (told["delivered"], told["exit_code"])


def thousand(project):
    project.edit_job(("missing: skip", "missing: send"))
    end = {"ends_at": "2026-01-01T12:00:00.000Z", "created_at": "2026-01-01T11:00:00.000Z"}
    for number in range(1001):
        project.call(number, audio=False, updated_at="2026-01-01T12:00:00.000Z", **end)


async def test_a_first_run_over_a_thousand_needs_a_word(make_project, capturi, reading):
    """Exit 2 with the count, nothing sent, nothing marked; a date, a limit or --yes lets it go."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        thousand(project)
        with pytest.raises(ConfigurationError, match=r"1,001 entries.*--yes"):
            await project.run()
        assert [] == list(project.folder.glob("connector.db*"))
        assert [] == (await reading(address)).requests
        assert 5 == (await project.run(limit=5)).as_dict()["delivered"]
        told = (await project.run(since=march(1))).as_dict()
        assert (0, 0) == (told["seen"], told["exit_code"])
        project.edit_job(("audio:", "not_before: 2026-01-02\naudio:"))
        assert 996 == (await project.run()).as_dict()["skipped"]


async def test_yes_lets_a_large_first_run_go(make_project, capturi, reading):
    """--yes is the word."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        thousand(project)
        assert 1001 == (await project.run(yes=True)).as_dict()["delivered"]
        assert 1001 == len((await reading(address)).conversations)


async def test_a_wrong_token_is_found_before_a_thousand_skipped_ones_are_marked(make_project, capturi, monkeypatch):
    """However many are left out before the first one that goes, nothing is marked under a wrong token."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        thousand(project)
        project.edit_job(("audio:", "not_before: 2026-01-02\naudio:"))
        project.call(2000)
        monkeypatch.setenv("CAPTURI_TOKEN", "a-wrong-one")
        assert 1 == (await project.run()).exit_code
        assert [] == project.entries()
        monkeypatch.setenv("CAPTURI_TOKEN", "rehearsal-token")
        told = (await project.run()).as_dict()
    assert (1001, 1, 0) == (told["skipped"], told["delivered"], told["unchanged"])


@pytest.mark.parametrize("limit", ["per_hour", "per_day"])
async def test_a_used_up_budget_holds_the_rest(make_project, capturi, reading, limit):
    """`limit_reached`, exit code 0, in a dry run as well; the next window goes on where it stopped."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.edit_job(("audio:", f"limits: {{{limit}: 3}}\naudio:"))
        days(project, range(1, 8))
        told = [(await project.run(dry_run=dry)).as_dict() for dry in (True, False, True, False)]
        project.clock.moment += timedelta(hours=25)
        told.append((await project.run()).as_dict())
        assert 6 == len((await reading(address)).audio)
    assert [3, 3, 0, 0, 3] == [one["delivered"] for one in told]
    assert [4, 4, 4, 4, 1] == [one["reasons"]["limit_reached"] for one in told]
    assert {0} == {one["exit_code"] for one in told}


async def test_a_budget_belongs_to_the_token_and_not_to_the_job(make_project, capturi):
    """Two jobs under one token share the hour."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.edit_job(("audio:", "limits: {per_hour: 3}\naudio:"))
        days(project, range(1, 3))
        first = (await project.run()).as_dict()
        job = (project.folder / "jobs" / "demo.yaml").read_text().replace("job: demo", "job: other")
        (project.folder / "jobs" / "other.yaml").write_text(job.replace("tenant: acme", "tenant: beta"))
        project.name = "other"
        second = (await project.run()).as_dict()
    assert [(2, {}), (1, {"limit_reached": 1})] == [(one["delivered"], one["reasons"]) for one in (first, second)]


async def test_outside_its_hours_a_job_sends_nothing(make_project, capturi, reading):
    """Held `limit_reached`, exit code 0, no request, in a dry run as well; within the hours everything goes."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.edit_job(("audio:", 'limits: {hours: "20:00-06:00", timezone: Europe/Copenhagen}\naudio:'))
        days(project, range(1, 4))
        told = [(await project.run(dry_run=dry)).as_dict() for dry in (True, False)]
        assert [] == (await reading(address)).requests
        project.clock.moment = datetime(2026, 3, 24, 19, 30, tzinfo=UTC)
        told.append((await project.run()).as_dict())
    assert [{"limit_reached": 3}, {"limit_reached": 3}, {}] == [one["reasons"] for one in told]
    assert [0, 0, 3] == [one["delivered"] for one in told]
    assert {0} == {one["exit_code"] for one in told}


async def test_requests_come_at_the_agreed_pace(make_project, capturi, reading):
    """The target sees at most so many requests in any second, plus one."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.edit_job(("audio:", "limits: {requests_per_second: 20}\naudio:"))
        days(project, range(1, 16))
        project.clock.sleep = asyncio.sleep
        project.clock.monotonic = asyncio.get_running_loop().time
        await project.run()
        moments = [datetime.fromisoformat(one["at"]) for one in (await reading(address)).requests]
    assert 30 == len(moments)
    within = [sum(1 for other in moments if 0 <= (other - one).total_seconds() < 1) for one in moments]
    assert max(within) <= 22


async def test_two_runs_of_one_job_do_not_meet(make_project, capturi):
    """The second one stops with 1 and says why; the first goes on undisturbed."""
    async with capturi(faults="latency=50ms") as address:
        project = make_project(address, with_samples=False)
        days(project, range(1, 6))
        first = asyncio.create_task(project.run())
        await project.until("sending")
        second = await project.run()
        dry = await project.run(dry_run=True)
        assert (1, True) == (second.exit_code, "another process is running the job demo" in second.error)
        assert 0 == dry.exit_code
        assert 5 == (await first).as_dict()["delivered"]
