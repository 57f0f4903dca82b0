"""Messages arrive in order, once, with the newest fields of their case."""


async def test_messages_of_a_ticket_arrive_in_order(make_desk, capturi, zendesk_comment):
    """Every accepted comment becomes a message of its ticket's case, in the order of acceptance."""
    async with capturi() as address:
        desk = make_desk("zendesk", address)
        wanted = [str(number) for number in range(1, 9)]
        await desk.accept(*(zendesk_comment("7", uid, int(uid), inbound=int(uid) % 2 == 1) for uid in wanted))
        summary = await desk.forward()
        (case,) = (await desk.cases()).values()

    assert {"delivered": 8} == {key: value for key, value in summary.counts.items() if value}
    assert wanted == [one["messageUid"] for one in case["messages"]]
    assert "2026-02-03T09:08:00Z" == case["updated"]


async def test_a_late_message_rolls_nothing_back(make_desk, capturi, zendesk_comment):
    """What comes late is added with the newest case fields that are known."""
    async with capturi() as address:
        desk = make_desk("zendesk", address)
        await desk.accept(zendesk_comment("7", "2", 20, status="Solved"))
        await desk.forward()
        await desk.accept(zendesk_comment("7", "1", 10, status="Open"))
        await desk.forward()
        (case,) = (await desk.cases()).values()

    assert ("solved", "2026-02-03T09:20:00Z") == (case["status"], case["updated"])
    assert {"1", "2"} == {one["messageUid"] for one in case["messages"]}


async def test_a_refused_message_does_not_block_its_case(make_desk, capturi, zendesk_comment):
    """What cannot go is kept with its reason, and what follows goes."""
    async with capturi() as address:
        desk = make_desk("zendesk", address)
        nobody = {"message": {**zendesk_comment("7", "2", 2, inbound=False)["message"], "text": " "}}
        await desk.accept(
            zendesk_comment("7", "1", 1), zendesk_comment("7", "2", 2) | nobody, zendesk_comment("7", "3", 3)
        )
        await desk.forward()
        (case,) = (await desk.cases()).values()

    assert ["1", "3"] == [one["messageUid"] for one in case["messages"]]
    assert {"7/1": "delivered", "7/2": "field_missing", "7/3": "delivered"} == desk.states()


async def test_what_comes_again_is_compared_and_not_sent_again(make_desk, capturi, zendesk_comment):
    """A comment repeated is nothing, with newer case fields it is a change of the case, with other text a note."""
    async with capturi() as address:
        desk = make_desk("zendesk", address)
        await desk.accept(zendesk_comment("7", "1", 1))
        await desk.forward()
        await desk.accept(zendesk_comment("7", "1", 1))
        await desk.forward()
        before = len(await desk.requests())
        await desk.accept(zendesk_comment("7", "1", 1, status="Solved", updated="2026-02-03T09:30:00Z"))
        await desk.accept(zendesk_comment("7", "1", 1, text="Something else"))
        await desk.forward()
        (case,) = (await desk.cases()).values()
        writes = await desk.requests()

    assert 1 == before
    assert ["PATCH /v1/case/zendesk:acme:7 200"] == writes[1:]
    assert ("solved", "2026-02-03T09:30:00Z") == (case["status"], case["updated"])
    assert ["Text of 1"] == [one["text"] for one in case["messages"]]
    assert {"repetition.noted", "change.intended", "amended", "edit.noted"} < set(desk.steps("7/1"))


async def test_another_text_is_noted_beside_newer_fields(make_desk, capturi, zendesk_comment):
    """A comment repeated with other text and newer case fields changes the case, and the other text is taken down."""
    async with capturi() as address:
        desk = make_desk("zendesk", address)
        await desk.accept(zendesk_comment("7", "1", 1))
        await desk.accept(
            zendesk_comment("7", "1", 1, status="Solved", updated="2026-02-03T09:30:00Z", text="Redacted")
        )
        await desk.forward()
        (case,) = (await desk.cases()).values()

    assert ("solved", ["Text of 1"]) == (case["status"], [one["text"] for one in case["messages"]])
    assert ["edit.noted", "change.intended", "change.done", "amended"] == desk.steps("7/1")[-4:]


async def test_an_internal_note_is_left_out(make_desk, capturi, zendesk_comment):
    """Private notes are skipped as the intake says, and kept with that reason."""
    async with capturi() as address:
        desk = make_desk("zendesk", address)
        note = zendesk_comment("7", "2", 2, inbound=False)
        note["message"]["isPublic"] = "false"
        await desk.accept(zendesk_comment("7", "1", 1), note)
        await desk.forward()
        (case,) = (await desk.cases()).values()

    assert ["1"] == [one["messageUid"] for one in case["messages"]]
    assert "filtered" == desk.states()["7/2"]


async def test_what_nobody_can_read_is_kept_and_refused(make_desk, capturi, zendesk_comment):
    """A body of no known shape becomes a refused entry and holds up nothing."""
    async with capturi() as address:
        desk = make_desk("zendesk", address)
        await desk.accept(b"no json at all", zendesk_comment("7", "1", 1))
        summary = await desk.forward()

    assert {"inbox 1": "unreadable", "7/1": "delivered"} == desk.states()
    assert 1 == summary.counts["refused"]
