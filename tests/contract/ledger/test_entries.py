"""What the ledger keeps of entries, and how it is found again."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone
from typing import get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector import ledger
from connector.errors import LedgerError
from connector.ledger import Change, EntryRow, Progress, StepRow, change
from connector.reason import Code, Outcome

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
MOMENTS = st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30))])).filter(
    lambda moment: 1 < moment.year < 9999
)
VALUES = {
    str: TEXT,
    str | None: st.none() | TEXT,
    int: st.integers(0, 2**31 - 1),
    int | None: st.none() | st.integers(0, 2**63 - 1),
    bool: st.booleans(),
    datetime: MOMENTS,
    datetime | None: st.none() | MOMENTS,
}
TYPES = get_type_hints(EntryRow)
ENTRIES = st.fixed_dictionaries({name: VALUES[kind] for name, kind in TYPES.items() if name != "id"})
FACTS = st.dictionaries(TEXT, st.recursive(st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT, st.lists))


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=ENTRIES, told=FACTS, number=st.integers(0, 2**128 - 1))
def test_whatever_an_entry_holds_comes_back(book, facts, told, number):
    """Every value of an entry and of its steps, emoji and all, is read as it was written; times come back in UTC."""
    parts = (facts["tenant"], facts["source_kind"], facts["channel"], facts["session_id"])
    id_ = ledger.entry_id(*parts, leg=facts["leg"], target=facts["target"])
    entry = EntryRow(id=id_, **facts)
    step = StepRow(id_, f"{number}", facts["changed_at"], "noted", told)
    change.apply_changes(book.connection, [Change(entry, (step,))])
    found = ledger.entries(book.connection, [id_])[id_]
    assert entry == found._replace(first_seen_at=entry.first_seen_at)
    assert step == ledger.steps(book.connection, id_)[-1]
    assert {None, UTC} >= {moment and moment.tzinfo for moment in (found.ended_at, found.changed_at, found.retry_at)}


def test_the_first_sight_of_an_entry_is_kept(book):
    """An entry that is written again takes every new value but the time it was first seen at."""
    book.write("1", state="held", code=Code.SETTLING, detail="until later")
    later = book.now + timedelta(days=1)
    entry = book.write("1", state=Outcome.DELIVERED, uid="u1", first_seen_at=later, changed_at=later)
    found = ledger.entries(book.connection, [entry.id, "unknown"])
    assert {entry.id: entry._replace(first_seen_at=book.now)} == found
    assert (str, str, None) == (type(found[entry.id].state), type(found[entry.id].uid), found[entry.id].code)


def test_progress_changes_how_far_an_entry_came_and_nothing_else(book):
    """What identifies an entry and was said of it at first stays; in one group the progress goes on top of the row."""
    entry = book.entry(state="sending", external_id="acme-1", audio_state="sending", audio_tries=1)
    facts = {name: getattr(entry, name) for name in Progress._fields}
    created = Progress(**{**facts, "uid": "u1", "created": True, "created_at": book.now})
    done = created._replace(state="delivered", audio_state="sent", audio_bytes=7, changed_at=book.now)
    change.apply_changes(book.connection, [Change(entry), Change(progress=created)])
    assert {entry.id: entry._replace(uid="u1", created=True, created_at=book.now)} == ledger.entries(
        book.connection, [entry.id]
    )
    change.apply_changes(book.connection, [Change(progress=done)])
    found = ledger.entries(book.connection, [entry.id])[entry.id]
    assert ("acme-1", "delivered", "u1", "sent", 7) == (
        found.external_id,
        found.state,
        found.uid,
        found.audio_state,
        found.audio_bytes,
    )


def test_of_one_group_the_last_state_stands_and_every_step(book):
    """Where one entry comes twice in a group, its last row is kept, and the steps of both in their order."""
    sent, done = book.entry(state="sending"), book.entry(state="delivered")
    steps = [StepRow(sent.id, "run-1", book.now, name) for name in ("read", "create.intended", "create.done")]
    change.apply_changes(book.connection, [Change(sent, tuple(steps[:2])), Change(done, tuple(steps[2:]))])
    assert [done] == list(ledger.entries(book.connection, [sent.id]).values())
    assert steps == ledger.steps(book.connection, sent.id)


def test_entries_are_found_by_every_name_a_person_may_know(book, listed):
    """The external id, the session's id, the uid and the file's path all lead to the entry, over all legs."""
    book.list(listed("2026/call-1.json", "1"))
    book.write("1", leg="a5", external_id="acme-call-1-a5", uid="u5", file_id=1)
    book.write("1", leg="a7", external_id="acme-call-1-a7", uid="u7", file_id=1)
    book.write("2", external_id="acme-call-2", uid="u2")
    for name, legs in {
        "acme-call-1-a5": ["a5"],
        "u7": ["a7"],
        "1": ["a5", "a7"],
        "2026/call-1.json": ["a5", "a7"],
        "acme-call-2": [""],
        "nobody": [],
    }.items():
        assert legs == sorted(row.leg for row in ledger.find(book.connection, name)), name
    assert "file:///export/2026/call-1.json" == ledger.file_address(book.connection, 1)
    assert ledger.file_address(book.connection, 99) is None
    assert ["a5", "a7"] == sorted(row.leg for row in ledger.entries_of_file(book.connection, 1))


def test_what_was_never_mapped_is_found_by_the_external_id_it_would_have(book):
    """Entries that were left out before an external id was made answer to the usual one, legs apart or together."""
    book.write("3", state="skipped", code="voicemail")
    book.write("4", leg="a5", state="refused", code="field_invalid")
    book.write("4", leg="a7", state="refused", code="field_invalid")
    book.write("5", external_id="other-5", state="refused", code="field_missing")
    found = {
        "acme-call-3": [""],
        "acme-call-4-a7": ["a7"],
        "acme-call-4": ["a5", "a7"],
        "acme-call-5": [],
        "x-call-3": [],
    }
    for name, legs in found.items():
        assert legs == sorted(row.leg for row in ledger.find(book.connection, name)), name


def test_sessions_are_looked_up_many_at_once(book):
    """Each key gets its own legs in order; another channel, tenant, source or target is another entry."""
    book.write("1", leg="b")
    book.write("1", leg="a")
    book.write("1", channel="chat")
    others = {"tenant": "other", "source_kind": "files", "target": "elsewhere"}
    for number, (part, value) in enumerate(others.items()):
        change.apply_changes(book.connection, [Change(book.entry("1")._replace(id=f"{number}", **{part: value}))])
    keys = [("call", "1"), ("chat", "1"), ("call", "2")]
    found = ledger.entries_of_sessions(book.connection, "acme", "ccai", book.target, keys=keys)
    assert {("call", "1"): ["a", "b"], ("chat", "1"): [""], ("call", "2"): []} == {
        key: [row.leg for row in rows] for key, rows in found.items()
    }
    of_one = ledger.entries_of_session(book.connection, "acme", "ccai", book.target, key=("call", "1"))
    assert found["call", "1"] == of_one


def test_states_are_counted_by_source_target_and_reason(book):
    """The overview tells how many entries are where, and why; one may ask for one tenant or target only."""
    for number, (state, code) in enumerate([("delivered", None)] * 3 + [("held", "settling")] * 2 + [("held", "x")]):
        book.write(str(number), state=state, code=code)
    change.apply_changes(book.connection, [Change(book.entry("1")._replace(id="other", tenant="other"))])
    counted = ledger.counts_by_state(book.connection, "acme")
    assert [("delivered", None, 3), ("held", "settling", 2), ("held", "x", 1)] == [
        (row.state, row.code, row.count) for row in counted
    ]
    assert 4 == len(ledger.counts_by_state(book.connection))
    assert [] == ledger.counts_by_state(book.connection, target="elsewhere")


def test_a_first_delivery_is_known_per_tenant_and_target(book):
    """Held entries are no delivery, and what went to a rehearsal did not go to the target."""
    book.write("1", state="held")
    assert not ledger.delivered_before(book.connection, "acme", book.target)
    book.write("1")
    assert ledger.delivered_before(book.connection, "acme", book.target)
    assert not ledger.delivered_before(book.connection, "acme", "capturi http://127.0.0.1:8787")
    assert not ledger.delivered_before(book.connection, "other", book.target)


def test_what_stood_for_an_unreadable_file_goes_when_it_is_read(book, listed):
    """The entry of a file nobody could read ends with its steps once the file is done as a session's."""
    book.list(listed("a.json"), listed("b.json"))
    stood = [
        book.write(f"{name}.json", steps=["refused"], channel="file", file_id=id_) for id_, name in ((1, "a"), (2, "b"))
    ]
    again = Change(stood[0], (), files_done=(1,))
    change.apply_changes(book.connection, [again])
    assert [stood[0]] == ledger.find(book.connection, "a.json")
    change.apply_changes(book.connection, [Change(book.entry("1", file_id=1), (), files_done=(1,))])
    assert ["1"] == [row.session_id for row in ledger.find(book.connection, "a.json")]
    assert [] == ledger.steps(book.connection, stood[0].id)
    assert [stood[1]] == ledger.find(book.connection, "b.json")
    ledger.drop_placeholders(book.connection, [2])
    ledger.drop_placeholders(book.connection, [])
    assert [] == ledger.find(book.connection, "b.json")


@pytest.mark.parametrize(
    ("facts", "steps", "left"),
    [
        ({"state": "sending"}, ["create.intended"], None),
        ({"state": "sending"}, ["held", "create.intended"], ("held", ["held"])),
        ({"state": "sending", "created": True}, ["audio.intended"], ("held", [])),
        ({"state": "delivered"}, ["delivered"], ("delivered", ["delivered"])),
    ],
)
def test_what_was_only_intended_is_taken_back(book, facts, steps, left):
    """An entry that never got beyond an intent was never there; one with a past waits to be tried again."""
    entry = book.write("1", steps=steps, **facts)
    ledger.take_back(book.connection, entry.id, "run-1")
    found = ledger.entries(book.connection, [entry.id]).get(entry.id)
    told = [step.name for step in ledger.steps(book.connection, entry.id)]
    assert left == (found and (found.state, told))


def test_entries_that_are_dropped_take_their_steps_along(book):
    """Dropping names the entries; every other one stays with its steps."""
    gone, stays = book.write("1", steps=["held"]), book.write("2", steps=["held"])
    ledger.drop_entries(book.connection, [gone.id])
    assert [] == ledger.steps(book.connection, gone.id)
    assert {stays.id: stays} == ledger.entries(book.connection, [gone.id, stays.id])
    assert 1 == len(ledger.steps(book.connection, stays.id))


async def test_tasks_write_through_the_ledger(url, make_entry):
    """Changes of many tasks arrive whole, durable ones among them, and a reader cannot write."""
    async with ledger.open_ledger(url) as opened:
        changes = [Change(make_entry(f"{number}", file_id=number), files_done=(number,)) for number in range(50)]
        await asyncio.gather(*(opened.write(one, durable=number % 5 == 0) for number, one in enumerate(changes)))
        assert [50] == [row.count for row in await opened.read(ledger.counts_by_state)]
        with pytest.raises(LedgerError):
            await opened.read(ledger.place_id, "acme", "ccai", "target", "address")


async def test_a_rehearsal_knows_what_the_ledger_knows(url, make_entry):
    """The copy that a dry run works on holds every row, whatever database the ledger lies in."""
    async with ledger.open_ledger(url) as opened:
        await opened.write(
            Change(make_entry("1"), (StepRow(make_entry("1").id, "run-1", make_entry().changed_at, "delivered"),))
        )
    with ledger.rehearsal_copy(url) as copy:
        async with ledger.open_ledger(copy) as other:
            assert {make_entry("1")} == set(await other.read(ledger.find, "1"))
            await other.write(Change(make_entry("2")))
    async with ledger.open_ledger(url) as opened:
        assert [] == await opened.read(ledger.find, "2")
