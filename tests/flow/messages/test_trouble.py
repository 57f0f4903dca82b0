"""Trouble of the target costs time and no message."""

from datetime import timedelta

import pytest

from connector import sandbox
from connector.job.forward import inbox

TOKEN = "rehearsal-token"


async def test_a_message_to_be_tried_again_holds_up_its_case_alone(make_desk, capturi, zendesk_comment):
    """While one case waits for its next try, the others go on; then it follows, in order."""
    async with capturi(faults="500=40%") as address:
        desk = make_desk("zendesk", address, concurrency=4)
        wanted = {ticket: [f"{ticket}{number}" for number in range(5)] for ticket in "12345"}
        for number in range(5):
            await desk.accept(*(zendesk_comment(ticket, uids[number], number) for ticket, uids in wanted.items()))
        for _ in range(40):
            summary = await desk.forward()
            desk.clock.ahead += timedelta(hours=2)
            if not desk.ask("SELECT 1 FROM case_event WHERE open"):
                break
        cases = await desk.cases()

    assert summary.error is None
    assert {f"zendesk:acme:{ticket}": uids for ticket, uids in wanted.items()} == {
        uid: [one["messageUid"] for one in case["messages"]] for uid, case in cases.items()
    }


async def test_a_target_that_is_down_loses_nothing(make_desk, capturi, zendesk_comment):
    """What could not be delivered waits in the ledger, over restarts, until somebody answers again."""
    async with capturi() as address:
        port = int(address.rpartition(":")[2])
    desk = make_desk("zendesk", address)
    await desk.accept(*(zendesk_comment("7", str(number), number) for number in range(3)))
    stopped = await desk.forward()
    assert 3 == len(desk.ask("SELECT 1 FROM case_event WHERE open"))
    assert stopped.error
    desk.clock.ahead += timedelta(days=3)
    async with sandbox.running(sandbox.SandboxOptions(port=port, token=TOKEN)):
        await desk.forward()
        (case,) = (await desk.cases()).values()

    assert ["0", "1", "2"] == [one["messageUid"] for one in case["messages"]]


async def test_a_wrong_token_stops_before_anything_is_marked(make_desk, capturi, zendesk_comment, monkeypatch):
    """A rejected token refuses no message: they wait until a person has mended it."""
    async with capturi() as address:
        desk = make_desk("zendesk", address)
        await desk.accept(*(zendesk_comment(str(number), "1", number) for number in range(3)))
        monkeypatch.setenv("CAPTURI_TOKEN", "wrong")
        stopped = await desk.forward()
        states = desk.states()
        monkeypatch.setenv("CAPTURI_TOKEN", TOKEN)
        await desk.forward()
        cases = await desk.cases()

    assert "token" in (stopped.error or "")
    assert {} == states
    assert 3 == len(cases)


@pytest.mark.parametrize("faults", ["commit-timeout=50%", "reset=50%"])
async def test_an_answer_that_is_lost_doubles_nothing(make_desk, capturi, zendesk_comment, faults):
    """A message that may have arrived is sent again under its id: it is there once."""
    async with capturi(faults=faults, hang_seconds=0.05) as address:
        desk = make_desk("zendesk", address)
        await desk.accept(*(zendesk_comment("7", str(number), number) for number in range(6)))
        for _ in range(30):
            await desk.forward()
            desk.clock.ahead += timedelta(hours=2)
        (case,) = (await desk.cases()).values()

    assert [str(number) for number in range(6)] == [one["messageUid"] for one in case["messages"]]


async def test_a_used_up_budget_holds_the_rest(make_desk, capturi, zendesk_comment):
    """Messages count as creations: beyond the hour's number they wait for the next one."""
    async with capturi() as address:
        desk = make_desk("zendesk", address)
        path = desk.folder / "jobs" / "desk.yaml"
        path.write_text(path.read_text().replace("concurrency: 8", "concurrency: 8, per_hour: 2"))
        await desk.accept(*(zendesk_comment("7", str(number), number) for number in range(4)))
        await desk.forward()
        first = len((await desk.cases())["zendesk:acme:7"]["messages"])
        desk.clock.ahead += timedelta(hours=1, minutes=5)
        await desk.forward()
        (case,) = (await desk.cases()).values()

    assert (2, 4) == (first, len(case["messages"]))


async def test_more_than_one_look_takes_in_is_forwarded_at_one_go(make_desk, capturi, zendesk_comment):
    """Who forwards until nothing waits goes on where there is more in the inbox than is read at a time."""
    many = inbox.PAGE * inbox.MOST_PAGES + 1
    async with capturi() as address:
        desk = make_desk("zendesk", address)
        await desk.accept(*(b"{%d" % number for number in range(many)), zendesk_comment("7", "1", 1))
        summary = await desk.forward()
        cases = await desk.cases()
    assert (many, 1) == (summary.as_dict()["refused"], len(cases))
    assert [(0,)] == desk.ask("SELECT count(*) FROM inbox WHERE state = 'waiting'")
