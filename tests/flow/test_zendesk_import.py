"""Bring a Zendesk's history into the inbox: each comment once, from where it ended, held and ended by others."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import create_engine

from connector import ledger
from connector.errors import AlreadyRunningError, ConfigurationError, StopError
from connector.job.definition import loader
from connector.job.sender.zendesk_import import ORIGIN, bring_in
from connector.reason import Code
from connector.settings import Settings
from connector.shipped import shipped
from tests.clocks import QuickClock
from tests.servers.zendesk import EMAIL, TOKEN, Fault

WINDOW = (datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC))
NAME = "acme-zendesk"
INTAKE = """\
intake: acme-zendesk
tenant: acme
source:
  kind: zendesk
  unsigned: true
  api: {{url: "{url}", email: {email}, token: "${{ZENDESK_API_TOKEN}}", requests_per_minute: 5000}}
mapping: mappings/zendesk-comment.yaml
target: {{kind: capturi, url: "http://127.0.0.1:8787", token: "${{CAPTURI_TOKEN}}"}}
"""


@pytest.fixture
def clock():
    return QuickClock(datetime(2026, 3, 2, tzinfo=UTC))


@pytest.fixture
def settings(tmp_path, zendesk_server, monkeypatch):
    monkeypatch.setenv("ZENDESK_API_TOKEN", TOKEN)
    monkeypatch.setenv("CAPTURI_TOKEN", "sandbox")
    (tmp_path / "jobs").mkdir()
    (tmp_path / "mappings").symlink_to(shipped("mappings"))
    text = INTAKE.format(url=zendesk_server.address, email=EMAIL)
    (tmp_path / "jobs" / f"{NAME}.yaml").write_text(text)
    return Settings(home=tmp_path)


@pytest.fixture
def bring(settings, clock):
    """Give a function that imports February, telling whoever watches after each ticket."""

    async def run(watch=lambda _done: None, window=WINDOW, **options):
        plan = loader.load_intake(NAME, settings)
        return await bring_in(plan, settings, window, clock, watch=watch, **options)

    return run


@pytest.fixture
def ask(settings, clock):
    """Give a function that asks the ledger something, or has it write."""

    async def run(function, *words, **options):
        async with ledger.open_ledger(settings.ledger_url, clock=clock) as book:
            return await book.transact(function, *words, **options)

    return run


@pytest.fixture
def tickets(zendesk_server):
    """Give a function that fills the account: so many tickets of two comments each."""

    def fill(count):
        for ticket in range(1, count + 1):
            zendesk_server.add_ticket(ticket)
            for number in range(2):
                zendesk_server.add_comment(ticket, ticket * 10 + number, "2026-02-03T00:00:00Z", f"Hi {number}")

    return fill


async def test_what_is_found_waits_in_the_inbox(bring, ask, tickets):
    """Each comment lies there once, marked as history; a second import finds nothing new."""
    tickets(2)
    done = await bring()
    assert (2, 4, 4, False) == (done.tickets, done.comments, done.new, done.resumed)
    rows = await ask(ledger.waiting_messages, NAME)
    assert ["10", "11", "20", "21"] == [row.repeats.split()[-1] for row in rows]
    assert {("zendesk history", "zendesk")} == {(row.headers[ORIGIN], row.kind) for row in rows}
    again = await bring()
    assert (4, 0, False) == (again.comments, again.new, again.resumed)


async def test_a_changed_ticket_is_new(bring, zendesk_server, tickets):
    """The same comment with newer case fields is stored again, for the forwarding to compare."""
    tickets(1)
    await bring()
    zendesk_server.tickets[1]["status"] = "solved"
    assert 2 == (await bring()).new


@pytest.mark.parametrize("stop", [1, 2, 3, 4])
async def test_it_goes_on_where_it_was_interrupted(bring, ask, zendesk_server, tickets, stop):
    """A refusal in the middle loses nothing, and no page that was read whole is asked for again."""
    tickets(4)
    zendesk_server.export_items = 2
    zendesk_server.faults = [Fault(401, 1, f"/tickets/{stop}/")]
    with pytest.raises(StopError):
        await bring()
    done = await bring()
    assert (stop > 2) is done.resumed
    rows = await ask(ledger.waiting_messages, NAME)
    assert sorted(f"{ticket}{number}" for ticket in range(1, 5) for number in range(2)) == sorted(
        row.repeats.split()[-1] for row in rows
    )


async def test_an_import_can_be_ended(bring, settings, tickets):
    """`cancel` ends it behind the ticket under way; the next one begins anew."""
    tickets(12)

    def end(done):
        if done.tickets == 2:
            control(settings, ledger.CANCELLED)

    done = await bring(end)
    assert (True, 2) == (done.cancelled, done.tickets)
    done = await bring()
    assert (False, False, 12) == (done.cancelled, done.resumed, done.tickets)


async def test_an_import_can_be_held(bring, ask, clock, settings, tickets):
    """`pause` makes it wait until it may go on, or is ended."""
    tickets(3)
    asked = []

    async def meanwhile():
        asked.append("waited")
        await ask(ledger.set_control, NAME, ledger.BACKFILL, now=WINDOW[1], state=ledger.CANCELLED)

    clock.meanwhile = meanwhile

    def hold(_done):
        if not asked:
            control(settings, ledger.PAUSED)

    done = await bring(hold)
    assert (["waited"], True) == (asked, done.cancelled)
    assert 1 == done.tickets


def control(settings, state):
    """Do what `connector pause` and `cancel` do from another terminal."""
    engine = create_engine(settings.ledger_url)
    with engine.begin() as connection:
        ledger.set_control(connection, NAME, ledger.BACKFILL, now=WINDOW[1], state=state)
    engine.dispose()


async def test_a_dry_run_writes_nothing_and_says_what_could_not_go(bring, settings, zendesk_server, tickets):
    """It reads Zendesk, judges what is new by reader and mapping, and leaves no ledger behind."""
    tickets(1)
    zendesk_server.add_comment(1, 12, "2026-02-03T00:00:00Z", " ")
    done = await bring(dry_run=True)
    assert (3, 3, {None: 2, Code.FIELD_MISSING: 1}) == (done.comments, done.new, done.would)
    assert not (settings.home / "connector.db").exists()


async def test_two_imports_of_one_intake_do_not_run_at_once(bring, settings):
    """The second one is told that the first is at work."""
    with ledger.job_lock(settings.ledger_url, f"{NAME}.history"), pytest.raises(AlreadyRunningError):
        await bring()


async def test_a_window_in_the_future_is_a_mistake(bring, zendesk_server):
    """Nothing is asked of Zendesk for a range that has not begun."""
    with pytest.raises(ConfigurationError, match="lies in the future"):
        await bring(window=(datetime(2026, 4, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC)))
    assert [] == zendesk_server.requests
