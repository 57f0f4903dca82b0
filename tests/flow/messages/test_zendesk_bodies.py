"""Every recorded body of a Zendesk trigger arrives as the right case, or rests with the right reason."""

import json
from pathlib import Path

import pytest

FIXTURES = Path(__file__).parents[2] / "fixtures" / "zendesk"
BODIES = sorted(path.name.removeprefix("trigger-") for path in FIXTURES.glob("trigger-*"))
IDA = {"name": "Ida Holm", "email": "ida@example.org", "id": "5510"}
BO = {"name": "Bo Lind", "email": "bo@acme.example", "id": "7001"}
QUOTED = 'Hello,\nmy parcel said "delivered" but it is not here.'
ARRIVES = {
    "danish-labels.json": ("48122", "902204", "Inbound", BO, "zendesk-web", "open"),
    "empty-assignee.json": ("48124", "902206", "Inbound", {"name": "Billing EU"}, "zendesk-mail", "open"),
    "empty-requester-email.json": ("48125", "902207", "Inbound", {"name": "Billing EU"}, "zendesk-api", "open"),
    "extended-inbound.json": ("48121", "902201", "Inbound", BO, "zendesk-mail", "open"),
    "extended-outbound.json": ("48121", "902202", "Outbound", IDA, "zendesk-mail", "pending"),
    "html-entities.json": ("48123", "902205", "Inbound", BO, "zendesk-mail", "open"),
    "inbound.json": ("48121", "902201", "Inbound", BO, "zendesk-mail", "open"),
    "lowercase-direction.json": ("48121", "902201", "Inbound", BO, "zendesk-mail", "open"),
    "minute-precision.json": ("48121", "902201", "Inbound", BO, "zendesk-mail", "open"),
    "newline-and-quotes.broken.txt": ("48121", "902201", "Inbound", BO, "zendesk-mail", "open"),
    "outbound.json": ("48121", "902202", "Outbound", {"name": "Unknown"}, "zendesk-mail", "pending"),
    # The recipe's template tells nobody that it is a note: what its answer looks like, this looks like.
    "private-note.vendor-template.json": (
        "48121",
        "902203",
        "Outbound",
        {"name": "Unknown"},
        "zendesk-mail",
        "pending",
    ),
    "raw-newline.broken.txt": ("48121", "902201", "Inbound", BO, "zendesk-mail", "open"),
    "resent-no-new-comment.json": ("48121", "902201", "Inbound", BO, "zendesk-mail", "pending"),
    "unescaped-quotes.broken.txt": ("48121", "902201", "Inbound", BO, "zendesk-mail", "open"),
    "unquoted-empty.broken.txt": ("48121", "902201", "Inbound", {"name": "Bo Lind"}, "zendesk-mail", "open"),
}
RESTS = {"private-note.json": "filtered", "empty-placeholders.json": "field_missing"}


def body(name):
    return (FIXTURES / f"trigger-{name}").read_bytes()


def test_no_recorded_body_is_left_out():
    """Each file of the folder is expected to arrive or to rest."""
    assert BODIES == sorted((*ARRIVES, *RESTS))


@pytest.mark.parametrize("name", ARRIVES)
async def test_a_body_becomes_a_case(make_desk, capturi, name):
    """Ticket, comment, direction, recipient, source and status are what the ticket's people would say they are."""
    ticket, uid, direction, recipient, source, status = ARRIVES[name]
    async with capturi() as address:
        desk = make_desk("zendesk", address)
        await desk.accept(body(name))
        await desk.forward()
        cases = await desk.cases()
    (case,) = cases.values()
    (message,) = case["messages"]
    assert f"zendesk:acme:{ticket}" == case["caseUid"]
    assert (uid, direction, source, status) == (
        message["messageUid"],
        message["direction"],
        case["source"],
        case["status"],
    )
    (found,) = message["to"]
    assert recipient == {part: found[part] for part in recipient}
    assert found["email"]
    assert message["from"]["name"]
    assert message["from"]["email"]
    assert message["text"].strip()
    assert case.get("priority", "high") == "high"


@pytest.mark.parametrize("name", RESTS)
async def test_a_body_rests(make_desk, capturi, name):
    """What is not to go, or cannot go, rests with its reason and makes no case."""
    async with capturi() as address:
        desk = make_desk("zendesk", address)
        await desk.accept(body(name))
        await desk.forward()
        assert {} == await desk.cases()
    assert [RESTS[name]] == list(desk.states().values())


async def test_what_nobody_can_read_rests_as_unreadable(make_desk, capturi):
    """The body is kept as it came, and those behind it go on."""
    async with capturi() as address:
        desk = make_desk("zendesk", address)
        await desk.accept(b'{"caseUid": "1", ', body("inbound.json"))
        await desk.forward()
        assert ["zendesk:acme:48121"] == list(await desk.cases())
    assert {"unreadable", "delivered"} == set(desk.states().values())
    assert [(b'{"caseUid": "1", ',)] == desk.ask("SELECT body FROM inbox WHERE state = 'refused'")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("inbound.json", QUOTED),
        ("unquoted-empty.broken.txt", QUOTED),
        (
            "newline-and-quotes.broken.txt",
            'my parcel said "delivered".\n"subject": "not a key", it only looks like one',
        ),
        ("raw-newline.broken.txt", "Hello,\nmy parcel said delivered but it is not here.\n\n\tIda"),
        ("danish-labels.json", "Hej,\nhvor er min pakke? Ordre nr. 7711 \N{EN DASH} tak på forhånd."),
    ],
)
async def test_a_text_arrives_as_it_was_written(make_desk, capturi, name, text):
    """Whatever became of quotes, breaks and letters on the way, Capturi gets the customer's words."""
    async with capturi() as address:
        desk = make_desk("zendesk", address)
        await desk.accept(body(name))
        await desk.forward()
        (case,) = (await desk.cases()).values()
    assert text in case["messages"][0]["text"]


async def test_an_update_without_a_comment_changes_the_case_alone(make_desk, capturi):
    """The last comment sent again is no new message; its newer case fields are told by a change."""
    async with capturi() as address:
        desk = make_desk("zendesk", address)
        await desk.accept(body("inbound.json"))
        await desk.forward()
        await desk.accept(body("resent-no-new-comment.json"))
        await desk.forward()
        (case,) = (await desk.cases()).values()
        asked = await desk.requests()
    assert ("pending", "Billing EU Tier 2", "2026-02-03T11:02:19Z") == (case["status"], case["inbox"], case["updated"])
    (message,) = case["messages"]
    assert "2026-02-03T09:15:41Z" == message["created"]
    assert ["PUT", "PATCH"] == [one.split()[0] for one in asked]


async def test_internal_notes_go_where_that_is_wanted(make_desk, capturi):
    """With notes: send it is brought to the case, as one of the colleagues' own."""
    async with capturi() as address:
        desk = make_desk("zendesk", address, more="notes: send")
        await desk.accept(body("private-note.json"))
        await desk.forward()
        (case,) = (await desk.cases()).values()
    (message,) = case["messages"]
    assert ("note", "Billing EU", "support@acme.example") == (
        message["type"],
        message["to"][0]["name"],
        message["to"][0]["email"],
    )


@pytest.mark.parametrize(("notes", "there"), [("drop", 0), ("send", 1)])
async def test_a_known_internal_note_stays_out(make_desk, capturi, notes, there):
    """A note that was left out does not go when a template comes with it that tells nothing of notes."""
    async with capturi() as address:
        desk = make_desk("zendesk", address, more="notes: drop")
        await desk.accept(body("private-note.json"))
        await desk.forward()
        intake = desk.folder / "jobs" / "desk.yaml"
        intake.write_text(intake.read_text().replace("notes: drop", f"notes: {notes}"))
        await desk.accept(body("private-note.vendor-template.json"))
        await desk.forward()
        assert there == len(await desk.cases())
    assert {"48121/902203": "delivered" if there else "filtered"} == desk.states()


async def test_a_public_comment_may_follow_what_was_left_out(make_desk, capturi):
    """A body that says of itself that it is public goes, whatever stood under its id before."""
    async with capturi() as address:
        desk = make_desk("zendesk", address)
        await desk.accept(body("private-note.json"))
        await desk.accept(body("private-note.json").replace(b'"isPublic": "false"', b'"isPublic": true'))
        await desk.forward()
        assert 1 == len(await desk.cases())


async def test_an_answer_before_the_question_keeps_both(make_desk, capturi):
    """Zendesk keeps no order: an answer that comes first waits for nobody, and the question joins its case."""
    async with capturi() as address:
        desk = make_desk("zendesk", address)
        await desk.accept(body("extended-outbound.json"))
        await desk.forward()
        await desk.accept(body("extended-inbound.json"))
        await desk.forward()
        (case,) = (await desk.cases()).values()
    assert {"902201", "902202"} == {one["messageUid"] for one in case["messages"]}
    assert ("pending", "2026-02-03T09:41:07Z") == (case["status"], case["updated"])


async def test_repairs_are_written_down(make_desk, capturi):
    """What was put right stands on the entry, in words and without anybody's name."""
    async with capturi() as address:
        desk = make_desk("zendesk", address)
        await desk.accept(body("extended-outbound.json"))
        await desk.forward()
    told = " ".join(json.dumps(row) for row in desk.ask("SELECT facts FROM step"))
    assert "message.to is the requester: the template names the assignee" in told
    assert "Ida" not in told
