"""A job's words about names may be wrong at first: what they decided is decided again when they are mended."""


def _pattern(recording: str, metadata: str = "*.csv") -> dict[str, str]:
    return {"recording": f'pattern: "{metadata}"\n    recording: {{pattern: "{recording}"}}'}


async def test_recordings_that_a_wrong_pattern_took_for_others_find_their_rows(centre, capturi, reading, call, counts):
    """First the pattern reads the queue's number as the id; under the right one everything is delivered, and once."""
    async with capturi() as address:
        here = centre(address)
        here.job(**_pattern("{id}-*.wav"), more="audio: {wait: 4000d}")
        here.write("calls.csv", [call(1), call(2), call(3)])
        for number in (1, 2, 3):
            here.record(f"77-{number}")
        assert (0, 3, 0, 0, 0) == counts(await here.run())
        here.job(**_pattern("*-{id}.wav"), more="audio: {wait: 4000d}")
        assert (3, 0, 0, 0, 0) == counts(await here.run())
        assert (0, 0, 0, 0, 3) == counts(await here.run())
        arrived = await reading(address)
    assert {f"acme-call-{number}" for number in (1, 2, 3)} == set(arrived.audio)
    assert {1} == {one["uploads"] for one in arrived.audio.values()}


async def test_what_was_skipped_or_refused_for_a_wrong_name_is_judged_again(
    centre, capturi, reading, call, counts, wav
):
    """One call had two recordings by the wrong pattern, one had none: by the right one each has its own."""
    async with capturi() as address:
        here = centre(address)
        here.job(**_pattern("{id}-*.wav"), more="audio: {wait: 0s}")
        here.write("calls.csv", [call(1), call(2)])
        here.write("audio/1-1.wav", wav(0.5))
        here.write("audio/1-2.wav", wav(0.7))
        assert (0, 0, 1, 1, 0) == counts(await here.run())
        here.job(**_pattern("1-{id}.wav"), more="audio: {wait: 0s}")
        assert (2, 0, 0, 0, 0) == counts(await here.run())
        arrived = await reading(address)
    assert {"acme-call-1", "acme-call-2"} == set(arrived.audio)


async def test_a_file_that_is_no_metadata_any_more_ends_its_waiting(centre, capturi, call, counts):
    """A pattern that was too wide took in another list: it is read no more, and nothing of it waits for ever."""
    async with capturi() as address:
        here = centre(address)
        here.record(1)
        here.write("calls.csv", [call(1)])
        here.write("plan.csv", [call(8, consent="maybe")])
        here.job(**_pattern("{id}.wav"))
        assert (1, 1, 0, 0, 0) == counts(await here.run())
        here.job(**_pattern("{id}.wav", "calls*.csv"))
        found = await here.run()
        assert (0, 0, 0, 1, 1) == counts(found)
        assert {"unreadable": 1} == found["reasons"]
        here.job(**_pattern("{id}.wav"))
        assert (0, 1, 0, 0, 1) == counts(await here.run())


async def test_the_usual_run_asks_no_known_file(centre, capturi, call):
    """The words are remembered by place: where they are the same, nothing is labelled again."""
    async with capturi() as address:
        here = centre(address)
        here.job(**_pattern("{id}.wav"))
        here.record(1)
        here.write("calls.csv", [call(1)])
        await here.run()
        (before,) = here.project.ask("SELECT * FROM naming")
        await here.run()
        assert [before] == here.project.ask("SELECT * FROM naming")
        here.job(**_pattern("{id}.*"))
        await here.run()
        (after,) = here.project.ask("SELECT * FROM naming")
    assert before != after
