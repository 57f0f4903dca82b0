"""A part of a backfill belongs to one worker at a time, and who lost it can write no more."""

import asyncio
import subprocess
import sys

import pytest
from sqlalchemy import text

from connector import ledger
from connector.clock import SystemClock
from connector.errors import LeaseLostError
from connector.ledger import Change, Item, Planned
from connector.ledger.partition import LEASE

ELSEWHERE = "another-machine:12345678:1/17/4711/abcdef"


@pytest.fixture
def plan_days(book, listed):
    """Give a function that plans one session for each of the given days, at most two in a part."""

    def make(*days):
        names = [f"{number}.json" for number in range(len(days))]
        book.list(*(listed(name, str(number)) for number, name in enumerate(names)))
        groups, _ = ledger.pending_groups(book.connection, [book.place])
        items = [Item(day, (group.files[0].id,), 100) for day, group in zip(days, groups, strict=True)]
        ledger.add_items(book.connection, "nightly", items, {}, most=2)
        ledger.close_filling(book.connection, "nightly")

    return make


def take(book, owner=None, **options):
    owner = owner or ledger.make_owner()
    return ledger.claim(book.connection, "nightly", owner, run_id="run-1", **{"now": book.now, **options})


def owner_that_ended():
    code = "from connector.ledger import make_owner; print(make_owner())"
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip()


@pytest.mark.parametrize(("newest_first", "days"), [(True, ["03", "02", "01"]), (False, ["01", "02", "03"])])
def test_parts_are_handed_out_day_by_day_from_either_end(book, plan_days, newest_first, days):
    """Each part goes to one owner, those of the newest or of the oldest day first, until nothing is left."""
    plan_days("02", "03", "01")
    taken = [take(book, newest_first=newest_first) for _ in range(4)]
    assert days == [part.day for part in taken[:3]]
    assert taken[3] is None


def test_a_part_holds_a_bounded_number_of_sessions(book, plan_days):
    """A day with more sessions than a part may hold is cut into several, and nothing of it is lost."""
    plan_days(*["01"] * 5)
    assert [2, 2, 1] == [part.items for part in ledger.partitions(book.connection, "nightly")]
    assert (5, 500) == ledger.sums(book.connection, "nightly")["waiting"][2:]


def test_what_a_dead_process_of_this_machine_had_is_free_at_once(book, plan_days):
    """The claim of a process that was killed is given to the next one without waiting for its lease."""
    plan_days("01")
    first = take(book, owner_that_ended())
    second = take(book)
    assert (first.id, first.fence + 1) == (second.id, second.fence)


def test_a_living_owner_keeps_its_part_until_its_lease_ends(book, plan_days):
    """Of a process on another machine nobody knows whether it lives: its claim holds as long as its lease."""
    plan_days("01")
    first = take(book, ELSEWHERE)
    assert take(book, now=book.now + LEASE / 2) is None
    ledger.renew(book.connection, first, book.now + LEASE / 2)
    assert take(book, now=book.now + LEASE) is None
    assert first.id == take(book, now=book.now + 2 * LEASE).id


def test_what_is_finished_is_handed_out_no_more_and_what_is_released_is(book, plan_days):
    """A part that was let go goes to the next one; a finished one keeps what came of it."""
    plan_days("01")
    ledger.release(book.connection, take(book), problem="the target was down")
    part = take(book)
    assert "the target was down" == part.problem
    ledger.finish(book.connection, part, counts={"delivered": 1}, reasons={}, problem=None, now=book.now)
    assert take(book) is None
    assert [{"delivered": 1}] == [found.counts for found in ledger.partitions(book.connection, "nightly")]


@pytest.mark.parametrize("cancelled", [True, False])
def test_what_a_dead_worker_had_is_let_go_with_its_plan(book, plan_days, cancelled):
    """After a cancel, or for another range, no part of the old plan is worked on; a living worker keeps his."""
    asked = Planned("nightly", book.now - LEASE, book.now, ledger.WORKING, "run-1", book.now)
    ledger.start_plan(book.connection, asked)
    plan_days("01", "02", "03")
    dead, living = take(book, owner_that_ended()), take(book, ELSEWHERE)
    ledger.start_plan(book.connection, asked)
    assert {dead.id, living.id} < {part.id for part in ledger.partitions(book.connection, "nightly")}
    if cancelled:
        ledger.end_plan(book.connection, "nightly", ledger.CANCELLED, book.now)
    ledger.start_plan(book.connection, asked._replace(since=asked.since if cancelled else asked.since - LEASE))
    assert [living.id] == [part.id for part in ledger.partitions(book.connection, "nightly")]


def test_who_lost_its_claim_can_neither_renew_nor_finish_it(book, plan_days):
    """Renewing, releasing and finishing raise for the owner whose part another one has."""
    plan_days("01")
    first = take(book, ELSEWHERE)
    take(book, now=book.now + 2 * LEASE)
    with pytest.raises(LeaseLostError):
        ledger.renew(book.connection, first, book.now)
    with pytest.raises(LeaseLostError):
        ledger.release(book.connection, first)
    with pytest.raises(LeaseLostError):
        ledger.finish(book.connection, first, counts={}, reasons={}, problem=None, now=book.now)


def test_a_nightly_run_passes_over_what_a_living_worker_has_in_hand(book, plan_days):
    """A session is worked on by the backfill or by the nightly run, never by both at once."""
    plan_days("01", "02")

    def waiting():
        groups, _ = ledger.free_groups(book.connection, [book.place], clock=lambda: book.now)
        return {group.session_id for group in groups}

    assert {"0", "1"} == waiting()
    part = take(book)
    assert {"0"} == waiting()
    ledger.release(book.connection, part)
    take(book, owner_that_ended())
    assert {"0", "1"} == waiting()


def test_a_nightly_run_leaves_the_plan_of_a_backfill_that_goes_on_alone(book, plan_days):
    """What waits in a plan is the backfill's while its process lives, and everybody's afterwards."""
    plan_days("01", "02")
    place = [book.place]
    facts = {"target_key": "key", "job": "nightly", "kind": "plan", "facts": {}, "seen_at": book.now}
    ledger.announce(book.connection, ledger.Present(id=owner_that_ended(), **facts))
    assert 2 == len(ledger.free_groups(book.connection, place, clock=lambda: book.now)[0])
    ledger.announce(book.connection, ledger.Present(id=ledger.make_owner(), **facts))
    assert [] == ledger.free_groups(book.connection, place, clock=lambda: book.now)[0]


def test_a_run_is_told_of_its_files_what_is_planned_and_what_was_judged_since(book, plan_days):
    """A page that was read before a plan is made up to date by one question."""
    plan_days("01", "02")
    files = sorted(book.connection.execute(text("SELECT id FROM file")).scalars())
    facts = {"target_key": "key", "job": "nightly", "kind": "plan", "facts": {}, "seen_at": book.now}
    ledger.announce(book.connection, ledger.Present(id=ledger.make_owner(), **facts))
    assert (set(files), set()) == ledger.held_by_others(book.connection, "nightly", files, book.now)
    part = take(book)
    ledger.finish(book.connection, part, counts={}, reasons={}, problem=None, now=book.now)
    book.list(done=files)
    found = ledger.held_by_others(book.connection, "nightly", files, book.now)
    assert (1, set(files)) == (len(found.planned), found.judged)


def test_what_is_planned_is_not_planned_again(book, plan_days, listed):
    """Planning goes on with the files that are in no part yet."""
    plan_days("01", "02")
    book.list(listed("new.json", "7"))
    groups, _ = ledger.unplanned_groups(book.connection, [book.place])
    assert ["7"] == [group.session_id for group in groups]


def test_a_part_hands_out_its_own_files_only(book, plan_days):
    """A worker sees the sessions of its part, page by page, and the end after them."""
    plan_days("01", "02", "02", "02")
    part = next(one for one in ledger.partitions(book.connection, "nightly") if one.items == 2)
    first, after = ledger.groups_of_partition(book.connection, [book.place], ledger.START, 1, partition=part.id)
    second, after = ledger.groups_of_partition(book.connection, [book.place], after, 1, partition=part.id)
    nothing, _ = ledger.groups_of_partition(book.connection, [book.place], after, 1, partition=part.id)
    assert ([["1"], ["2"]], []) == ([[group.session_id for group in page] for page in (first, second)], nothing)
    assert 2 == ledger.files_left(book.connection, part.id)[0]


@pytest.fixture
async def books(url):
    """Give the ledgers of two processes."""
    async with ledger.open_ledger(url) as one, ledger.open_ledger(url) as two:
        yield one, two


async def plan(one, listed, now):
    place = await one.transact(ledger.place_id, "acme", "ccai", "t", "file:///export")
    files = [listed(f"{number}.json", str(number)) for number in range(20)]
    await one.transact(ledger.record_listing, place, ledger.ListedBatch(files), now=now)
    groups, _ = await one.transact(ledger.pending_groups, [place])
    items = [Item("01", (group.files[0].id,), 1) for group in groups]
    await one.transact(ledger.add_items, "nightly", items, {}, most=2)
    await one.transact(ledger.close_filling, "nightly")


async def test_two_processes_never_get_one_part(books, listed):
    """Asked at the same time, the ledger gives each part to one of them, and all parts in the end."""
    now = ledger_now()
    await plan(books[0], listed, now)

    async def take_all(book):
        owner, found = ledger.make_owner(), []
        while (part := await book.transact(ledger.claim, "nightly", owner, run_id="r", now=now)) is not None:
            found.append(part.id)
        return found

    first, second = await asyncio.gather(*map(take_all, books))
    assert 10 == len({*first, *second}) == len(first) + len(second)


async def test_a_worker_that_lost_its_lease_writes_no_outcome_any_more(books, listed, make_entry):
    """What the fenced-off worker writes is refused whole; what the new owner writes stands."""
    now = ledger_now()
    one, two = books
    await plan(one, listed, now)
    mine = await one.transact(ledger.claim, "nightly", ELSEWHERE, run_id="r", now=now)
    one.guard(lambda connection: ledger.check_claim(connection, mine))
    entry = make_entry("0", state="sending")
    await one.write(Change(entry))
    later = now + 2 * LEASE
    theirs = await two.transact(ledger.claim, "nightly", ledger.make_owner(), run_id="r", now=later)
    assert mine.id == theirs.id
    two.guard(lambda connection: ledger.check_claim(connection, theirs))
    await two.write(Change(entry._replace(state="delivered")))
    with pytest.raises(LeaseLostError):
        await one.write(Change(entry._replace(state="refused", code="unreadable")))
    assert "delivered" == (await two.read(ledger.entries, [entry.id]))[entry.id].state
    one.guard(None)


def ledger_now():

    return SystemClock().now()
