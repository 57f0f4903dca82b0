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
