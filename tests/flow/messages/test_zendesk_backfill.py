"""History and live messages of a Zendesk meet in one case, each comment once."""

import json

import pytest
from typer.testing import CliRunner

from connector.cli import app
from tests.servers.zendesk import Fault

RANGE = ("--from", "2026-02-01", "--to", "2026-03-01")


@pytest.fixture
def _refund(zendesk_server):
    """Put a ticket with a question, a note and an answer into the account."""
    zendesk_server.add_ticket(48121, status="solved", tags=["refund"], updated_at="2026-02-03T11:02:19Z")
    zendesk_server.add_comment(48121, 902201, "2026-02-03T09:15:40Z", "Where is it?")
    zendesk_server.add_comment(48121, 902203, "2026-02-03T09:30:00Z", "he called", author=7001, public=False)
    zendesk_server.add_comment(48121, 902202, "2026-02-03T09:41:06Z", "On its way.", author=7001)


@pytest.mark.usefixtures("_refund")
async def test_history_becomes_a_case(desk_of, capturi, backfill):
    """Question and answer arrive with the ticket's present fields, the note rests; a second time nothing goes."""
    async with capturi() as address:
        desk = desk_of(address)
        first, ended = await backfill(desk)
        cases = await desk.cases()
        second, _ = await backfill(desk)
        asked = await desk.requests()
    assert (0, 3, 2, 1, {"filtered": 1}) == (
        ended.code,
        *(first[name] for name in ("seen", "delivered", "skipped", "reasons")),
    )
    case = cases["zendesk:acme:48121"]
    assert ("solved", "zendesk-mail", "Billing EU", ["refund"]) == (
        *(case[name] for name in ("status", "source", "inbox", "tags")),
    )
    found = [(one["messageUid"], one["direction"], one["to"][0]["name"]) for one in case["messages"]]
    assert [("902201", "Inbound", "Bo Lind"), ("902202", "Outbound", "Ida Holm")] == found
    assert (0, 2, 1) == tuple(second[name] for name in ("delivered", "unchanged", "skipped"))
    assert ["PUT", "PUT"] == [one.split()[0] for one in asked]


@pytest.mark.usefixtures("_refund")
@pytest.mark.parametrize("live_first", [True, False])
async def test_live_and_history_do_not_double(desk_of, capturi, backfill, zendesk_comment, live_first):
    """Whichever comes first: one case with each comment once, and the newest fields of the case stay."""
    live = [
        zendesk_comment("48121", "902201", 15, text="Where is it?"),
        zendesk_comment("48121", "902202", 41, inbound=False, text="On its way.", status="Pending"),
    ]
    async with capturi() as address:
        desk = desk_of(address)
        if live_first:
            await desk.accept(*live)
            await desk.forward()
        await backfill(desk)
        if not live_first:
            await desk.accept(*live)
            await desk.forward()
        (case,) = (await desk.cases()).values()
    assert ["902201", "902202"] == [one["messageUid"] for one in case["messages"]]
    assert ("solved", "2026-02-03T11:02:19Z") == (case["status"], case["updated"])


def vendor_template(uid, *, inbound, text, updated, status="Open"):
    """Give what the vendor's recipe sends: `to` is the assignee always, no visibility, no time of the comment."""
    bo = {"email": "bo@acme.example", "id": "7001", "name": "Bo Lind"}
    ida = {"email": "ida@example.org", "id": "5510", "name": "Ida Holm"}
    message = {
        "direction": "Inbound" if inbound else "Outbound",
        "created": updated,
        "from": ida if inbound else bo,
        "messageUid": uid,
        "subject": "Refund for order 7711",
        "text": text,
        "to": [bo],
    }
    fields = {"created": "2026-02-01T08:50:11Z", "inbox": "Billing EU", "priority": "-", "source": "Mail"}
    return {"caseUid": "48121", **fields, "message": message, "status": status, "subject": "Refund", "updated": updated}


@pytest.mark.usefixtures("_refund")
@pytest.mark.parametrize("order", ["live first", "history first", "in turns"])
async def test_whatever_live_told_otherwise_is_one_message(desk_of, capturi, backfill, zendesk_server, order):
    """Triggers that fire twice, the recipe's wrong recipient and times, and a redaction since double nothing."""
    first = [
        vendor_template("902201", inbound=True, text="Where is it?", updated="2026-02-03T09:15:41Z"),
        vendor_template("902201", inbound=True, text="Where is it?", updated="2026-02-03T09:16:30Z", status="Pending"),
    ]
    second = [vendor_template("902202", inbound=False, text="On its way.", updated="2026-02-03T09:41:07Z")] * 2
    note = vendor_template("902203", inbound=False, text="he called", updated="2026-02-03T09:30:01Z")
    parts = {
        "live first": [first, second, None],
        "history first": [None, first, second],
        "in turns": [first, None, second],
    }[order]
    zendesk_server.comments[48121][0]["body"] = "Where is ██?"
    async with capturi() as address:
        desk = desk_of(address)
        for part in parts:
            if part is None:
                await backfill(desk)
            else:
                await desk.accept(*part)
                await desk.forward()
        if order == "history first":
            # The recipe cannot tell a note; history can, and what it left out stays out.
            await desk.accept(note)
            await desk.forward()
        await backfill(desk)
        (case,) = (await desk.cases()).values()

    found = {one["messageUid"]: one for one in case["messages"]}
    assert ["902201", "902202"] == list(found) == [one["messageUid"] for one in case["messages"]]
    assert ("solved", "2026-02-03T11:02:19Z") == (case["status"], case["updated"])
    text = "Where is ██?" if order == "history first" else "Where is it?"
    assert text == found["902201"]["text"]
    assert (order != "live first") is (found["902202"]["to"][0]["name"] == "Ida Holm")


@pytest.mark.usefixtures("_refund")
async def test_a_dry_run_sends_nothing(desk_of, capturi, backfill):
    """It says what would go, and leaves neither ledger nor case behind."""
    async with capturi() as address:
        desk = desk_of(address)
        told, ended = await backfill(desk, "--dry-run")
        assert [] == await desk.requests()
    assert (0, None, True, 3, 2) == (
        ended.code,
        *(told[name] for name in ("run_id", "dry_run", "seen", "delivered")),
    )
    assert not (desk.folder / "connector.db").exists()


async def test_an_interrupted_one_goes_on(desk_of, capturi, backfill, zendesk_server):
    """A refusal in the middle ends with 1 and says why; the next run brings the rest, each comment once."""
    for ticket in range(1, 12):
        zendesk_server.add_ticket(ticket)
        zendesk_server.add_comment(ticket, ticket * 10, "2026-02-03T00:00:00Z", "Hi")
    zendesk_server.faults = [Fault(401, 1, "/tickets/10/")]
    async with capturi() as address:
        desk = desk_of(address)
        told, ended = await backfill(desk)
        assert (1, 1) == (ended.code, told["exit_code"])
        assert "API token" in told["error"]
        told, ended = await backfill(desk)
        assert (0, 11) == (ended.code, len(await desk.cases()))


async def test_what_cannot_go_ends_with_3(desk_of, capturi, backfill, zendesk_server):
    """A comment without a text is refused by name; the others go."""
    zendesk_server.add_ticket(1)
    zendesk_server.add_comment(1, 10, "2026-02-03T00:00:00Z", "")
    zendesk_server.add_comment(1, 11, "2026-02-03T00:00:00Z", "Hi")
    async with capturi() as address:
        told, ended = await backfill(desk_of(address))
    assert (3, {"field_missing": 1}, 1) == (ended.code, told["reasons"], told["delivered"])


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (("--from", "2026-03-01", "--to", "2026-02-01"), "--to: lies before --from"),
        (("--from", "soon", "--to", "2026-02-01"), "is not a date or time"),
        (("--from", "2999-01-01", "--to", "2999-02-01"), "lies in the future"),
    ],
)
def test_mistakes_end_with_2(zendesk_server, desk_of, words, remedy):
    """A range that makes no sense is told before anything is asked."""
    desk = desk_of("http://127.0.0.1:9")
    ended = CliRunner().invoke(app, ["--home", str(desk.folder), "zendesk", "backfill", "desk", *words, "--json"])
    assert 2 == ended.exit_code
    assert remedy in json.loads(ended.stdout)["error"]
    assert [] == zendesk_server.requests


@pytest.mark.usefixtures("_refund")
async def test_people_are_told_what_happened(desk_of, capturi, command):
    """Without --json the counts stand in words."""
    async with capturi() as address:
        desk = desk_of(address)
        ended = await command(desk.folder, "zendesk", "backfill", "desk", *RANGE, afresh=True)
    assert "1 tickets read: 2 comments, 2 of them new" in ended.out
    assert "2 delivered" in ended.out
