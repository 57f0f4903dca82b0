"""Late recordings of calls that are rows of a file, and that were delivered without them."""

import pytest


@pytest.fixture
def without(centre, call):
    """Give a function that gives a centre whose two calls were delivered without audio."""

    async def make(address):
        here = centre(address)
        here.job("audio: {missing: send, wait: 0s}")
        here.write("calls.csv", [call(1), call(2)])
        assert 2 == (await here.run())["delivered"]
        here.later(hours=1)
        return here

    return make


async def test_a_late_recording_that_cannot_be_used_leaves_the_row_delivered(without, capturi, reading, counts):
    """The other call gets its own; the broken one is tried again when its file changed, and each goes once."""
    async with capturi() as address:
        here = await without(address)
        here.record(2)
        here.write("audio/1.wav", b"<html>no audio</html>" * 20)
        second, third = await here.run(), await here.run()
        assert [("delivered", "audio_invalid")] == [row[:2] for row in await here.entries("1")]
        here.later(hours=1)
        here.record(1)
        fourth, fifth = await here.run(), await here.run()
        arrived = await reading(address)
    assert [(1, 0, 0, 0, 1), (0, 0, 0, 0, 2)] == [counts(second), counts(third)]
    assert [(1, 0, 0, 0, 1), (0, 0, 0, 0, 2)] == [counts(fourth), counts(fifth)]
    assert {1} == {one["creates"] for one in arrived.conversations.values()}
    assert [1, 1] == [one["uploads"] for one in arrived.audio.values()]


async def test_a_late_recording_that_is_held_goes_with_a_later_run(without, capturi, reading, counts):
    """Outside the hours of the job the file of the rows goes on waiting, and is read again within them."""
    async with capturi() as address:
        here = await without(address)
        here.job('limits: {hours: "20:00-06:00", timezone: UTC}\naudio: {missing: send, wait: 0s}')
        here.record(1, 2)
        second, third = await here.run(), await here.run()
        assert [("delivered", "limit_reached")] == [row[:2] for row in await here.entries("1")]
        here.project.clock.moment = here.project.clock.moment.replace(hour=23)
        fourth, fifth = await here.run(), await here.run()
        arrived = await reading(address)
    assert [(0, 0, 0, 0, 2)] * 2 == [counts(second), counts(third)]
    assert [(2, 0, 0, 0, 0), (0, 0, 0, 0, 2)] == [counts(fourth), counts(fifth)]
    assert {1} == {one["creates"] for one in arrived.conversations.values()}
    assert [1, 1] == [one["uploads"] for one in arrived.audio.values()]
