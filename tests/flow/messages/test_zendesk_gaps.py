"""What of a Zendesk's history cannot be had, or was taken back, is told and stops nothing."""

import pytest

from tests.servers.zendesk import Fault

AT = "2026-02-03T09:15:40Z"


def fill(server, *tickets):
    for ticket in tickets:
        server.add_ticket(ticket)
        server.add_comment(ticket, ticket * 10, AT, "Hi")


@pytest.mark.parametrize(("status", "word"), [(403, "does not let"), (404, "no longer")])
async def test_a_refused_ticket_is_told_and_the_others_go(
    desk_of, capturi, backfill, command, zendesk_server, status, word
):
    """The import goes on behind it, ends with 3, names ticket and reason; once it can be read it goes too."""
    fill(zendesk_server, *range(1, 12))
    zendesk_server.faults = [Fault(status, 1, "/tickets/10/")]
    async with capturi() as address:
        desk = desk_of(address)
        told, ended = await backfill(desk)
        cases = await desk.cases()
        shown = await command(desk.folder, "show", "10/comments")
        state = desk.states()["10/comments"]
        second, again = await backfill(desk)
        now = await desk.cases()

    assert (3, 3, 10, 1, {"unreadable": 1}) == (
        ended.code,
        *(told[name] for name in ("exit_code", "delivered", "refused", "reasons")),
    )
    assert "zendesk:acme:10" not in cases
    assert (word in told["notes"][0], "(10)" in told["notes"][0]) == (True, True)
    assert ("unreadable", True) == (state, word in shown.out)
    assert (0, 1, 11) == (again.code, second["delivered"], len(now))
    assert "10/comments" not in desk.states()


async def test_a_deleted_ticket_is_left_out(desk_of, capturi, backfill, zendesk_server):
    """What was sent of it stays, nothing is asked about it any more, and the end says so with exit code 0."""
    fill(zendesk_server, 1, 2)
    async with capturi() as address:
        desk = desk_of(address)
        await backfill(desk)
        zendesk_server.tickets[1]["status"] = "deleted"
        zendesk_server.requests.clear()
        told, ended = await backfill(desk)
        cases = await desk.cases()

    assert (0, 1, {"filtered": 1}) == (ended.code, told["skipped"], told["reasons"])
    assert ["tickets deleted in Zendesk: 1; what was sent of them stays in Capturi"] == told["notes"]
    assert (2, []) == (len(cases), zendesk_server.asked("/tickets/1/"))


async def test_a_comment_that_was_made_private_since_is_told(
    desk_of, capturi, backfill, zendesk_comment, zendesk_server
):
    """What a trigger told while it was public stays in Capturi, is noted on the message once and never sent again."""
    fill(zendesk_server, 48121)
    zendesk_server.comments[48121][0]["public"] = False
    async with capturi() as address:
        desk = desk_of(address)
        await desk.accept(zendesk_comment("48121", "481210", 15, text="Hi"))
        await desk.forward()
        first, ended = await backfill(desk)
        second, _ = await backfill(desk)
        requests = await desk.requests()

    assert (0, 0, 1) == (ended.code, first["delivered"], first["skipped"])
    assert "comments that were sent and are internal notes now: 1;" in first["notes"][0]
    assert first["notes"] == second["notes"]
    assert 1 == desk.steps("48121/481210").count("message.withdrawn")
    assert 1 == len(requests)


async def test_a_note_that_was_made_public_since_goes(desk_of, capturi, backfill, zendesk_comment, zendesk_server):
    """What was left out as an internal note goes once history says that it is public."""
    fill(zendesk_server, 48121)
    note = zendesk_comment("48121", "481210", 15, text="Hi")
    note["message"]["isPublic"] = "false"
    async with capturi() as address:
        desk = desk_of(address)
        await desk.accept(note)
        await desk.forward()
        assert {"48121/481210": "filtered"} == desk.states()
        told, _ = await backfill(desk)
        (case,) = (await desk.cases()).values()

    assert (1, ["481210"]) == (told["delivered"], [one["messageUid"] for one in case["messages"]])
