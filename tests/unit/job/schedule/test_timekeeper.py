"""Starting jobs at their slots: on time, late, never twice."""

import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from connector import ledger
from connector.job.schedule.child import Ended
from tests.clocks import CHANGES

HOUR = timedelta(hours=1)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


async def film(night, way, begin, slot):
    """Show the scheduler up all the time, down over the slot, or restarted again and again around it."""
    if way == "up":
        await night.up(begin, slot + HOUR)
    elif way == "down":
        await night.up(begin, slot - HOUR / 2)
        await night.up(slot + HOUR / 2, slot + HOUR)
    else:
        for step in range(8):
            await night.up(begin + step * HOUR / 2, begin + (step + 1) * HOUR / 2 - HOUR / 60)
    # The hour after, in which a slot that comes twice on the wall must not run again.
    await night.up(slot + HOUR, slot + 3 * HOUR)


@pytest.mark.parametrize("way", ["up", "down", "restarted"])
@pytest.mark.parametrize("which", [0, 1], ids=["spring", "autumn"])
@pytest.mark.parametrize("zone", CHANGES)
async def test_on_the_night_of_a_change_there_is_one_run(night, zone, which, way):
    """In ten zones, at both changes, up, down over the slot or restarted: exactly one run."""
    wall = datetime.fromisoformat(CHANGES[zone][which])
    night.schedule(f"{wall.minute} {wall.hour} * * *", zone)
    slot = wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    await film(night, way, slot - 2 * HOUR, slot)
    assert [slot] == night.started
    assert (["run.missed"] if way == "down" else []) == [event for event in night.told() if way != "restarted"]


@pytest.mark.parametrize(
    ("policy", "expected"), [("none", []), ("last", ["03-04"]), ("all", ["03-02", "03-03", "03-04"])]
)
async def test_what_was_missed_is_made_up_for_as_the_job_says(night, policy, expected):
    """After three nights down: none, the last or all of them get a run, and the missed ones are told of once."""
    night.schedule("0 2 * * *", "UTC", catch_up=policy)
    await night.up(at("2026-03-01T12:00"), at("2026-03-01T12:01"))
    await night.up(at("2026-03-04T12:00"), at("2026-03-04T13:00"))
    await night.up(at("2026-03-04T13:30"), at("2026-03-04T13:31"))
    assert expected == [f"{slot:%m-%d}" for slot in night.started]
    missed = [day for alert in night.alerts if alert.event == "run.missed" for day in alert.facts["slots"]]
    assert ["2026-03-02T02:00:00Z", "2026-03-03T02:00:00Z", "2026-03-04T02:00:00Z"][-len(set(missed)) :] == sorted(
        missed
    )


async def test_what_was_due_before_a_schedule_was_known_is_not_missed(night):
    """A new project, and a schedule that is changed, begin with their next slot."""
    night.schedule("0 2 * * *", "UTC")
    await night.up(at("2026-03-01T12:00"), at("2026-03-01T12:05"))
    night.schedule("0 11 * * *", "UTC")
    await night.up(at("2026-03-01T12:10"), at("2026-03-02T03:00"))
    assert [] == night.started
    assert [] == night.alerts


async def test_a_held_schedule_starts_nothing_and_a_resumed_one_makes_up_for_nothing(night):
    """Slots that pass while a person holds the schedule are noted and not told of; the next one after it runs."""
    night.schedule("0 * * * *", "UTC")
    await night.up(at("2026-03-01T12:10"), at("2026-03-01T12:11"))
    for state, until in (("paused", "2026-03-01T14:30"), ("running", "2026-03-01T15:30")):
        async with ledger.open_ledger(night.url) as book:
            await book.transact(ledger.set_control, "nightly", ledger.SCHEDULE, now=night.clock.now(), state=state)
        await night.up(night.clock.now(), at(until))
    assert [at("2026-03-01T15:00")] == night.started
    assert [] == night.alerts


async def test_two_schedulers_on_one_ledger_give_a_slot_one_run(night):
    """Whoever is first has the slot; the other one learns that there is nothing to do."""
    night.schedule("0 2 * * *", "UTC")
    await night.up(at("2026-03-01T01:00"), at("2026-03-01T01:01"))

    async def other(book, slot):
        night.started.append(slot)
        row = ledger.RunRow(id=f"run-{len(night.started)}", job="nightly", tenant="acme", started_at=slot)
        began = await book.transact(ledger.slots.start_slot_run, row, slot)
        return Ended(0, {"run_id": row.id if began else None})

    night._start = other
    both = asyncio.Barrier(2)
    await asyncio.gather(*(night.up(at("2026-03-01T01:50"), at("2026-03-01T02:30"), both) for _ in range(2)))
    async with ledger.open_ledger(night.url) as book:
        assert 1 == len(await book.read(ledger.runs))
        assert 1 == len(await book.read(ledger.slots.latest_slots, "nightly"))
    # Both live by one quick clock: the slower one may take the other's leap for an absence of its own, and says so.
    assert {one.event for one in night.alerts} <= {"run.missed"}


@pytest.mark.parametrize(
    ("ended", "expected"),
    [
        (Ended(0), []),
        (Ended(1, {"error": "no target"}), ["run.stopped"]),
        (Ended(3, {"refused": 2, "reasons": {"unreadable": 2}}), ["run.refused"]),
        (Ended(2, {"error": "a mistake"}), ["run.not_started"]),
    ],
)
async def test_a_run_that_ends_badly_is_told_of_once(night, ended, expected):
    """Exit codes 1, 2 and 3 are told to the job's addresses, once, with the run's facts; 0 tells nobody."""
    night.schedule("0 2 * * *", "UTC")
    night.ends_with = lambda _slot: ended
    await night.up(at("2026-03-01T01:00"), at("2026-03-01T05:00"))
    assert 1 == len(night.started)
    assert expected == night.told()
    for alert in night.alerts:
        assert ended.exit_code == alert.facts["exit_code"]
        assert "nightly" in alert.text


async def test_a_run_that_takes_too_long_is_told_of_once(night):
    """`longest` names the time; without it a run is too long that still goes on at its next slot, which then waits."""
    night.takes = timedelta(minutes=100)
    night.schedule("0 2 * * *", "UTC", longest="30m")
    await night.up(at("2026-03-01T01:00"), at("2026-03-01T05:00"))
    assert ["run.overlong"] == night.told()
    night.schedule("0 * * * *", "UTC")
    await night.up(at("2026-03-01T05:30"), at("2026-03-01T07:50"))
    assert [2, 6, 7] == [slot.hour for slot in night.started]
    assert ["run.overlong"] * 2 == night.told()


@pytest.mark.parametrize("policy", ["none", "last", "all"])
async def test_a_run_that_cannot_begin_is_tried_again(night, policy):
    """While somebody else runs the job, the slot waits; when that run is over it gets its own, once."""
    night.schedule("0 2 * * *", "UTC", catch_up=policy)
    night.takes = timedelta(0)
    night.ends_with = lambda slot: Ended(1, {"error": "busy"}) if night.clock.now() < slot + HOUR / 6 else Ended(0)
    await night.up(at("2026-03-01T01:00"), at("2026-03-01T04:00"))
    assert 2 < len(night.started) < 9
    assert {at("2026-03-01T02:00")} == set(night.started)
    assert [] == night.alerts


async def test_a_job_file_that_breaks_keeps_its_last_right_schedule(night):
    """A mistake in a file must not end the nights; a file that is taken away does."""
    night.schedule("0 * * * *", "UTC")
    await night.up(at("2026-03-01T01:30"), at("2026-03-01T01:31"))
    path = night.folder / "jobs" / "nightly.yaml"
    right = path.read_text()
    seen = []

    def ends(slot):
        seen.append(slot.hour)
        if slot.hour == 2:
            path.write_text(right.replace("0 * * * *", "nonsense"))
        if slot.hour == 4:
            path.unlink()
        return Ended(0)

    night.ends_with = ends
    await night.up(at("2026-03-01T01:40"), at("2026-03-01T06:30"))
    assert [2, 3, 4] == seen
