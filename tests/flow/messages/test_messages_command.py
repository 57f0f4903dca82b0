"""`connector messages` shows what was accepted, raw and mapped, and does it again."""

import json

import pytest


@pytest.fixture
def messages(command):
    """Give the function that runs the command in the folder of a desk, and gives its exit code and what it says."""

    async def run(desk, *words, name="messages", **options):
        ended = await command(desk.folder, name, *words, CONNECTOR_HASH_KEY="a-key-for-tests", **options)
        return ended.code, ended.out, ended.err

    return run


async def test_a_message_is_shown_raw_and_mapped_without_personal_data(make_desk, capturi, zendesk_comment, messages):
    """One message stands there as it came and as it is mapped; who it is of, only whoever asks sees."""
    async with capturi() as address:
        desk = make_desk("zendesk", address)
        await desk.accept(zendesk_comment("7", "902201", 1))
        await desk.forward()
        code, out, _ = await messages(desk, "--id", "902201", "--json", afresh=True)
        _, open_out, _ = await messages(desk, "--id", "902201", "--unmasked")

    (told,) = json.loads(out)
    assert 0 == code
    assert ("delivered", "zendesk:acme:7") == (told["state"], told["case_uid"])
    assert "Ida" not in out
    assert "ida@example.org" not in out
    assert "Xxx Xxxx" == told["mapped"][0]["values"]["message.from.name"]
    assert "Ida Holm" in open_out


async def test_what_was_refused_goes_once_the_mapping_is_mended(make_desk, capturi, zendesk_comment, messages):
    """--retry judges again what was refused, with today's mapping; the message joins its case."""
    async with capturi() as address:
        desk = make_desk("zendesk", address)
        mapping = desk.folder / "mappings" / "zendesk-comment.yaml"
        right = mapping.read_text()
        mapping.write_text(right.replace("message.text: message.text", "message.text: message.body"))
        await desk.accept(zendesk_comment("7", "1", 1), zendesk_comment("7", "2", 2))
        await desk.forward()
        before, out, _ = await messages(desk, "--retry")
        mapping.write_text(right)
        after, _, _ = await messages(desk, "--retry")
        (case,) = (await desk.cases()).values()
        _, status, _ = await messages(desk, "--json", name="status")

    assert (3, 0) == (before, after), out
    assert ["1", "2"] == [one["messageUid"] for one in case["messages"]]
    assert [{"intake": "desk", "state": "delivered", "count": 2}] == json.loads(status)["messages"]


async def test_what_nobody_could_read_is_read_again(make_desk, capturi, messages):
    """An unreadable request stays in the inbox, is shown as it came, and is refused once however often it is read."""
    async with capturi() as address:
        desk = make_desk("zendesk", address)
        await desk.accept(b"<ticket/>")
        await desk.forward()
        code, _, _ = await messages(desk, "--retry", "--id", "1")
        _, out, _ = await messages(desk, "--state", "refused", "--json")
        _, _, none = await messages(desk, "--state", "held")
        misspelt, _, _ = await messages(desk, "--state", "refuse")

    assert (3, 2) == (code, misspelt)
    assert "No accepted message is like that." in none
    assert ["unreadable"] == [one["code"] for one in json.loads(out)]
    assert "no JSON" in json.loads(out)[0]["detail"]
    assert {"inbox 1": "unreadable"} == desk.states()


async def test_a_message_is_shown_with_the_case_it_went_to(make_desk, capturi, messages):
    """A conversation that begins anew under its id has two cases; each message names its own, and is found by it."""
    said = {"platformConversationId": "c-1", "botId": "b"}
    async with capturi() as address:
        desk = make_desk("ultimate", address)
        await desk.accept(
            {**said, "eventType": "message", "text": "first", "messageId": "m-1"},
            {**said, "eventType": "endSession"},
            {**said, "eventType": "message", "text": "second", "messageId": "m-2"},
        )
        await desk.forward()
        _, out, _ = await messages(desk, "--json")
        _, found, _ = await messages(desk, "--id", "ultimate:acme:b:c-1", "--json")
    went = {row["message"]: row["case_uid"] for row in json.loads(out) if row["message"]}
    assert {"m-1": "ultimate:acme:b:c-1", "m-2": "ultimate:acme:b:c-1-2"} == went
    assert ["m-1"] == [row["message"] for row in json.loads(found)]


async def test_the_import_of_an_intake_is_held_by_the_intake_s_name(make_desk, capturi, messages):
    """An intake has no schedule: what pause and resume mean is the import of its history."""
    async with capturi() as address:
        desk = make_desk("zendesk", address)
        held, held_out, err = await messages(desk, "desk", name="pause")
        gone_on, gone_on_out, _ = await messages(desk, "desk", name="resume")
    assert (0, 0) == (held, gone_on), err
    assert "backfill of desk: paused" in held_out
    assert "backfill of desk: resumed" in gone_on_out
