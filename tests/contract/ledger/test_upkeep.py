"""Slots, killed runs, retries, comparisons, forgetting and expiry, on every ledger alike."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from connector import ledger
from connector.ledger import RunRow, StepRow, change
from connector.ledger.message_tables import INBOX
from connector.ledger.shared import Source
from connector.ledger.tables import ENTRY, STEP
from connector.mapping import profile

HOUR = timedelta(hours=1)


@pytest.fixture
def add_run(book):
    def make(run_id, **facts):
        return RunRow(id=run_id, job="nightly", tenant="acme", started_at=book.now, **facts)

    return make


@pytest.fixture
def add_message(book):
    def add(body, **facts):
        row = {"intake": "i", "kind": "zendesk", "received_at": book.now, "headers": {"a": "b"}, "body": body}
        row = {**row, "body_hash": "h", "repeats": "", "state": "waiting", **facts}
        return book.connection.execute(INBOX.insert().values(**row).returning(INBOX.c.id)).scalar_one()

    return add


def test_a_slot_gets_one_run(book, add_run):
    """The slot and its run are written together; whoever comes second begins nothing, and a noted slot gets no run."""
    slots, due = ledger.slots, book.now - HOUR
    assert slots.start_slot_run(book.connection, add_run("one"), due)
    assert not slots.start_slot_run(book.connection, add_run("two"), due)
    assert ["one"] == [row.id for row in ledger.runs(book.connection)]
    assert "one" == slots.slot(book.connection, "nightly", due).run_id
    assert 1 == slots.note_slots(book.connection, "nightly", [due, book.now], "missed", book.now)
    assert not slots.start_slot_run(book.connection, add_run("three"), book.now)
    assert [book.now, due] == [row.due_at for row in slots.latest_slots(book.connection, "nightly")]
    assert slots.slot(book.connection, "nightly", book.now + HOUR) is None


def test_slots_are_reckoned_from_when_the_schedule_was_seen_or_dealt_with_last(book):
    """A new schedule begins now, a known one goes on behind its last slot, a changed one begins anew."""
    connection, slots, line = book.connection, ledger.slots, ("nightly", "0 2 * * *", "UTC")
    assert slots.reckoned_from(connection, *line) is None
    assert book.now == slots.watch_schedule(connection, *line, book.now)
    assert book.now == slots.watch_schedule(connection, *line, book.now + HOUR)
    slots.note_slots(connection, "nightly", [book.now + HOUR], "missed", book.now)
    assert book.now + HOUR == slots.reckoned_from(connection, *line)
    assert slots.reckoned_from(connection, "nightly", "0 3 * * *", "UTC") is None
    assert book.now + 3 * HOUR == slots.watch_schedule(connection, "nightly", "0 3 * * *", "UTC", book.now + 3 * HOUR)


def test_a_killed_run_is_closed_with_what_it_did(book, add_run):
    """Counts, reasons, recordings and the end come from the steps of its entries; the caller's own run stays open."""
    for run_id in ("run-1", "own"):
        ledger.start_run(book.connection, add_run(run_id))
    book.write("1", steps=("create.intended",))
    delivered, held = book.write("2"), book.write("3", state="held", code="settling")
    told = [
        StepRow(delivered.id, "run-1", book.now + HOUR, "audio.done", {"bytes": 70}),
        StepRow(delivered.id, "run-1", book.now + HOUR, "delivered"),
        StepRow(held.id, "run-1", book.now, "held", {"reason": "settling"}),
    ]
    change.apply_changes(book.connection, [ledger.Change(steps=tuple(told))])
    (closed,) = ledger.killed.close_killed_runs(book.connection, "nightly", now=book.now, but="own")
    assert closed == ledger.run(book.connection, "run-1")
    assert (2, 1, 1, 1, 70) == tuple(
        closed.counts[name] for name in ("seen", "delivered", "held", "audio_uploaded", "bytes_uploaded")
    )
    assert ({"settling": 1}, 1, book.now + HOUR) == (closed.reasons, closed.exit_code, closed.finished_at)
    assert ["own"] == [row.id for row in ledger.killed.unfinished_runs(book.connection, now=book.now)]


def test_a_killed_backfill_is_closed_once_nobody_is_left_of_it(book, add_run):
    """A worker that outlives its backfill still counts for it; after that its run goes on no more than any other."""
    ledger.start_run(book.connection, add_run("run-1"))
    plan = ledger.Planned("nightly", book.now - HOUR, book.now, ledger.WORKING, "run-1", book.now)
    ledger.start_plan(book.connection, plan)
    owner = ledger.make_owner()
    ledger.announce(book.connection, ledger.Present(owner, "target", "nightly", "backfill", {}, book.now))
    assert [] == list(ledger.killed.close_killed_runs(book.connection, "nightly", now=book.now))
    ledger.withdraw(book.connection, owner)
    (closed,) = ledger.killed.close_killed_runs(book.connection, "nightly", now=book.now)
    assert ("run-1", 1, ledger.killed.KILLED) == (closed.id, closed.exit_code, closed.error)
    assert ledger.plan(book.connection, "nightly").is_open


def test_held_and_refused_entries_are_chosen_by_every_wish(book):
    """Reason, end, hash and ids narrow down; nothing delivered or skipped is ever among them."""
    book.write("1")
    book.write("2", state="skipped", code="filtered")
    refused = book.write("3", state="refused", code="field_missing", mapping_hash="abcdef", ended_at=book.now)
    held = book.write("4", state="held", code="settling", mapping_hash="abc%")

    def chosen(**wish):
        return {row.session_id for row in ledger.replay.replayable(book.connection, ledger.replay.Wish(**wish))}

    assert {"3", "4"} == chosen()
    assert {"3"} == chosen(reason="field_missing") == chosen(mapping_hash="abcd")
    assert {"4"} == chosen(ids=[held.id]) == chosen(mapping_hash="abc%")
    assert {"3", "4"} == chosen(since=book.now)
    assert set() == chosen(since=book.now + HOUR) == chosen(reason="settling", ids=[refused.id])


def test_a_delivery_that_the_target_lost_is_opened_again(book):
    """The entry forgets uid and recording, and tells in a step why; an entry that is not delivered is left alone."""
    lost = book.write("1", uid="u", created=True, audio_state="sent", audio_bytes=5)
    other = book.write("2", state="refused", code="unreadable")
    ledger.replay.reopen(book.connection, [lost.id, other.id], run_id="run-9", now=book.now)
    found = ledger.entries(book.connection, [lost.id, other.id])
    opened = found[lost.id]
    assert ("held", None, False, "none") == (opened.state, opened.uid, opened.created, opened.audio_state)
    assert "refused" == found[other.id].state
    assert ["target.missing"] == [step.name for step in ledger.steps(book.connection, lost.id)]


def test_a_listing_is_compared_without_writing(book, listed):
    """Each path has its number, how many entries came of it, and whether it waits; an unknown one has nothing."""
    book.list(listed("a", "1"), listed("b", "2"), done=(1,))
    book.write("1", file_id=1)
    source = Source("acme", "ccai", book.target)
    assert book.place == ledger.comparing.find_place(book.connection, source, "file:///export")
    assert ledger.comparing.find_place(book.connection, source, "file:///other") is None
    known = sorted(ledger.comparing.known_files(book.connection, book.place, ["b", "none", "a"]))
    assert [(0, 0, True), (1, 0, False), (2, 1, False)] == [(one.position, one.entries, one.pending) for one in known]
    assert known[1].file_id is None
    book.write("2", job="history")
    mine = ledger.comparing.entries_after(book.connection, source, "nightly", "")
    assert ["1"] == [row.session_id for row in mine]


def test_a_customer_is_erased_and_nobody_else(book, add_message):
    """Entries, steps and bodies of this customer are emptied; what is left says `forgotten` and no more."""
    mine = book.write("1", steps=("delivered",), customer_hash="h1", external_id="acme-call-1", uid="u")
    book.write("2", steps=("delivered",), customer_hash="h2", external_id="acme-call-2")
    bodies = [add_message(b'{"from": "ida@example.com"}'), add_message(b"somebody else")]
    texts = {"ida@example.com"}
    found = ledger.forgetting.traces(book.connection, ["h1"], texts)
    assert (["1"], [bodies[0]], ["run-1"]) == ([row.session_id for row in found.entries], found.messages, found.runs)
    ledger.forgetting.forget(book.connection, found, texts, book.now, profile.erased)
    row = ledger.entries(book.connection, [mine.id])[mine.id]
    assert ("skipped", "forgotten") == (row.state, row.code)
    assert {row.external_id, row.uid, row.customer_hash, row.detail} == {None}
    assert [] == ledger.steps(book.connection, mine.id)
    assert ["acme-call-2"] == [one.external_id for one in ledger.find(book.connection, "2")]
    left = {row.id: (bytes(row.body), row.state) for row in book.connection.execute(select(INBOX))}
    assert {bodies[0]: (b"", "done"), bodies[1]: (b"somebody else", "waiting")} == left
    assert [] == list(ledger.forgetting.traces(book.connection, ["h1"], texts).entries)


def test_what_is_too_old_is_let_go_bit_by_bit(book, add_message):
    """Old steps go, a bounded number at once; bodies go once they were dealt with; entries and young steps stay."""
    entry = book.write("1")
    for days in (50, 40, 1):
        step = StepRow(entry.id, "run", book.now - timedelta(days=days), "held")
        change.apply_changes(book.connection, [ledger.Change(steps=(step,))])
    before, expiry = book.now - timedelta(days=30), ledger.expiry
    assert [1, 1, 0] == [expiry.expire_steps(book.connection, before, 1) for _ in range(3)]
    assert 1 == len(book.connection.execute(select(STEP.c.id)).all())
    old = book.now - timedelta(days=31)
    ids = [add_message(b"x", received_at=old, state=state) for state in ("done", "waiting")]
    add_message(b"x", state="done")
    assert 1 == expiry.expire_bodies(book.connection, before, 10)
    assert 0 == expiry.expire_bodies(book.connection, before, 10)
    emptied = book.connection.execute(select(INBOX.c.id).where(INBOX.c.body == b"")).scalars()
    assert ids[:1] == list(emptied)
    assert 1 == len(book.connection.execute(select(ENTRY.c.id)).all())
