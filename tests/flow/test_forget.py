"""Erasing a customer: what is printed, what is left, and that nothing of it is sent again."""

import re
import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from connector import ledger
from connector.job.entry.customer import chat_customer, customer_hash
from connector.job.repair.retention import expire
from connector.settings import Settings

NUMBER = "+12125550134"
KEY = {"CONNECTOR_HASH_KEY": "a-key-for-tests"}


def of(number):
    """Give a call's participants with this customer."""
    return [{"type": "end_user", "phone_number": number}]


@pytest.fixture
async def called(make_project, capturi):
    """Give a project in which one customer called twice and another one once, everything delivered but one."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.call(1, participants=of("(212) 555-0134"))
        project.call(2, participants=of(NUMBER), audio=False)
        project.call(3, participants=of("+12125550199"))
        await project.run()
        yield project


async def test_what_was_sent_is_printed_and_nothing_changed_without_yes(called, command):
    """However the number is written, both calls are found; the one that was sent is told with its uid and target."""
    before = called.entries()
    told = await command(called.folder, "forget", "--customer", "212 555 0134", **KEY)
    assert 0 == told.code, told
    assert "Conversations and messages: 2. Sent: 1, not sent: 1." in told.out
    assert called.entry("acme-call-1")["uid"] in told.out
    assert "acme-call-3" not in told.out
    assert before == called.entries()


async def test_what_is_left_tells_nothing_and_keeps_it_from_being_sent_again(called, command):
    """Steps, hashes, ids and times are gone; a newer export and a late recording of it are left alone."""
    (called.folder / "reports").mkdir(exist_ok=True)
    (run,) = called.ask("SELECT id FROM run")
    report = called.folder / "reports" / f"{run['id']}.html"
    report.write_text("x")
    of_others = called.folder / "reports" / "20260101-0000-abcdef.html"
    of_others.write_text("x")
    told = await command(called.folder, "forget", "--customer", NUMBER, "--yes", **KEY, afresh=True)
    assert 0 == told.code, told
    assert not report.exists()
    assert of_others.exists()
    left = [row for row in called.entries() if row["session_id"] in {"1", "2"}]
    assert {("skipped", "forgotten")} == {(row["state"], row["code"]) for row in left}
    for row in left:
        kept = {name for name, value in row.items() if value not in (None, "", 0, "none")}
        assert kept <= {*ledger.forgetting.KEPT, "state", "code", "changed_at"}
        assert [] == called.ask("SELECT * FROM step WHERE entry_id = ?", row["id"])
    for name in ("connector.db",):
        assert customer_hash(b"a-key-for-tests", NUMBER).encode() not in (called.folder / name).read_bytes()
    called.call(1, participants=of(NUMBER))
    called.put("recordings/call-2.wav", called.sound(2))
    called.call(4, participants=of(NUMBER))
    summary = await called.run()
    assert 1 == summary.as_dict()["delivered"], summary
    again = await command(called.folder, "forget", "--customer", NUMBER, **KEY)
    assert "Conversations and messages: 1. Sent: 1" in again.out


async def test_without_its_key_nobody_is_found(called, command):
    """The hashes are keyed: without CONNECTOR_HASH_KEY the command says what it needs."""
    told = await command(called.folder, "forget", "--customer", NUMBER)
    assert 2 == told.code
    assert "CONNECTOR_HASH_KEY" in told.err


def test_a_chat_s_customer_has_a_name_to_be_found_by():
    """The e-mail address comes first, then the number in one spelling, then the id in the CRM."""
    person = {"type": "end_user", "email": "ida@example.com", "phone_number": "+1 212-555-0134"}
    assert "ida@example.com" == chat_customer({"participants": [{"type": "agent", "email": "a@b.c"}, person]})
    assert NUMBER == chat_customer({"participants": [{**person, "email": ""}]})
    assert "crm-7" == chat_customer({"end_user": {"identifier": " crm-7 "}, "participants": None})
    assert chat_customer({}) is None


async def test_what_is_too_old_is_let_go(called):
    """Steps and statistics live as long as the setting says, entries for ever; 0 keeps everything."""
    settings = called.settings.model_copy(update={"retention": 30})
    later = called.clock.now() + timedelta(days=31)
    async with ledger.open_ledger(settings.ledger_url) as book:
        await expire(book, Settings(home=called.folder, retention=0, retention_bodies=0), later)
        assert [] != called.ask("SELECT id FROM step")
        await expire(book, settings, called.clock.now())
        assert [] != called.ask("SELECT id FROM step")
        await expire(book, settings, later)
    assert [] == called.ask("SELECT id FROM step")
    assert [] == called.ask("SELECT * FROM mapping_stat")
    assert 3 == len(called.entries())


async def test_nothing_is_left_in_the_files_while_another_process_has_the_ledger_open(called, command):
    """Old pages do not stay in SQLite's log until a service ends that holds it open."""
    hashed = customer_hash(b"a-key-for-tests", NUMBER).encode()
    with closing(sqlite3.connect(called.folder / "connector.db")) as other:
        assert other.execute("SELECT count(*) FROM entry").fetchone()
        told = await command(called.folder, "forget", "--customer", NUMBER, "--yes", **KEY)
        assert 0 == told.code, told
        assert [] == [path.name for path in called.folder.glob("connector.db*") if hashed in path.read_bytes()]


async def test_who_asks_for_it_afterwards_is_told_that_it_was_forgotten_and_when(called, command):
    """`show` by any of its names, the erased external id too, and `mapping explain` say so; no word of a person."""
    unknown = await command(called.folder, "forget", "--customer", "+4599999999", **KEY)
    await command(called.folder, "forget", "--customer", NUMBER, "--yes", **KEY)
    (row,) = [one for one in called.entries() if one["session_id"] == "1"]
    names = ("acme-call-1", "call-1", "1")
    shown = [await command(called.folder, "show", name) for name in names]
    explained = await command(called.folder, "mapping", "explain", "demo", "call-1", "sent")
    day = row["changed_at"][:10]
    assert "There is nothing to erase" in unknown.out
    assert "--yes" not in unknown.out
    for one in shown:
        assert (0, True) == (one.code, one.out.startswith("call-1  skipped")), one
        assert re.search(rf"forgotten +{day} [\d:]+Z: what was known of it is erased", one.out)
    assert f"was forgotten on {day}" in explained.out
    assert "would be sent" not in explained.out
    assert 2 == (await command(called.folder, "show", "beta-call-1")).code
