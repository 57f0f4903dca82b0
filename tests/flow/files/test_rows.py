"""Foreign metadata in files of rows, taken through whole runs to the rehearsal Capturi."""

from datetime import timedelta


async def test_rows_arrive_with_their_recordings(centre, capturi, reading, call, counts):
    """Each row becomes a conversation with its own recording; the second run sends nothing again."""
    async with capturi() as address:
        here = centre(address)
        here.write("calls.csv", [call(1), call(2, queue="")])
        here.record(1, 2)
        first, second = await here.run(), await here.run()
        arrived = await reading(address)
    assert (2, 0, 0, 0, 0) == counts(first)
    assert (0, 0, 0, 0, 2) == counts(second)
    assert {"acme-call-1", "acme-call-2"} == set(arrived.conversations) == set(arrived.audio)
    assert ("Call", "5", True) == tuple(
        arrived.conversations["acme-call-2"][name] for name in ("subject", "agentId", "hasConsent")
    )


async def test_only_new_rows_of_a_grown_file_are_sent(centre, capturi, reading, call, counts):
    """Of 2,000 rows of which 10 are new, 10 are sent; the others count as unchanged."""
    async with capturi() as address:
        here = centre(address)
        here.job("audio: {missing: skip, wait: 0s}")
        rows = [call(number) for number in range(1990)]
        here.write("calls.csv", rows)
        assert (0, 0, 1990, 0, 0) == counts(await here.run())
        here.record(*range(1990, 2000))
        here.write("calls.csv", [*rows, *map(call, range(1990, 2000))], age=timedelta(minutes=20))
        grown = await here.run()
        assert (10, 0, 0, 0, 1990) == counts(grown)
        assert (0, 0, 0, 0, 2000) == counts(await here.run())
        arrived = await reading(address)
    assert {f"acme-call-{number}" for number in range(1990, 2000)} == set(arrived.conversations)


async def test_one_bad_row_is_refused_with_its_number(centre, capturi, reading, call, counts):
    """It does not disturb the others, is told once, and its entry goes when the row is mended."""
    async with capturi() as address:
        here = centre(address)
        here.record(1, 2, 3)
        here.write("calls.csv", [call(1), call(""), call(3)])
        first = await here.run()
        assert (2, 0, 0, 1, 0) == counts(first)
        assert ({"unreadable": 1}, 3) == (first["reasons"], first["exit"])
        ((code, detail),) = [one[1:] for one in await here.entries("calls.csv") if one[0] == "refused"]
        assert "unreadable" == code
        assert "calls.csv row 3 has no id" in detail
        second = await here.run()
        assert (0, 0, 0, 0, 3) == counts(second)
        assert 0 == second["exit"]
        here.write("calls.csv", [call(1), call(2), call(3)], age=timedelta(minutes=10))
        assert (1, 0, 0, 0, 2) == counts(await here.run())
        assert (0, 0, 0, 0, 3) == counts(await here.run())
        arrived = await reading(address)
    assert 3 == len(arrived.conversations)


async def test_held_rows_go_by_themselves_when_what_they_wait_for_comes(centre, capturi, reading, call, counts):
    """A row without its recording waits and goes with it; the file's other rows count as unchanged."""
    async with capturi() as address:
        here = centre(address)
        here.write("calls.csv", [call(1), call(2)])
        here.record(1)
        first = await here.run()
        assert (1, 1, 0, 0, 0) == counts(first)
        assert {"audio_awaited": 1} == first["reasons"]
        assert (0, 1, 0, 0, 1) == counts(await here.run())
        here.record(2)
        assert (1, 0, 0, 0, 1) == counts(await here.run())
        assert (0, 0, 0, 0, 2) == counts(await here.run())
        arrived = await reading(address)
    assert {"acme-call-1", "acme-call-2"} == set(arrived.audio)


async def test_a_recording_that_comes_after_the_wait_is_still_taken(centre, capturi, reading, call, counts):
    """A row that was skipped for want of a recording goes when one comes at last, and no other row is touched."""
    async with capturi() as address:
        here = centre(address)
        here.job("audio: {wait: 1h, missing: skip}")
        here.write("calls.csv", [call(1), call(2), call(3)])
        here.record(3)
        first = await here.run()
        assert (1, 0, 2, 0, 0) == counts(first)
        here.later(hours=2)
        here.record(2)
        assert (1, 0, 0, 0, 2) == counts(await here.run())
        assert (0, 0, 0, 0, 3) == counts(await here.run())
        arrived = await reading(address)
    assert {"acme-call-2", "acme-call-3"} == set(arrived.audio)


async def test_a_changed_row_counts_as_a_newer_export(centre, capturi, reading, call, counts):
    """What was delivered is not sent again; what was refused is judged anew by its new content."""
    async with capturi() as address:
        here = centre(address)
        here.record(1, 2)
        here.write("calls.csv", [call(1), call(2, started="soon")])
        first = await here.run()
        assert (1, 0, 0, 1, 0) == counts(first)
        here.later(minutes=5)
        here.write("calls.csv", [call(1, note="changed"), call(2)])
        assert (1, 0, 0, 0, 1) == counts(await here.run())
        arrived = await reading(address)
    assert {1} == {one["creates"] for one in arrived.conversations.values()}


async def test_of_one_id_the_newest_row_counts_over_all_files(centre, capturi, reading, call, counts):
    """Within a file the last row counts, between files that of the file changed last, and each id is sent once."""
    async with capturi() as address:
        here = centre(address)
        here.record(1, 2, 3)
        here.write("old.csv", [call(1, queue="Oldest"), call(2, queue="Old")], age=timedelta(hours=2))
        here.write("new.csv", [call(1, queue="Older"), call(1, queue="Newest"), call(3, queue="New")])
        first, second = await here.run(), await here.run()
        arrived = await reading(address)
    assert (3, 0, 0, 0, 0) == counts(first)
    assert (0, 0, 0, 0, 3) == counts(second)
    assert {"acme-call-1": "Newest", "acme-call-2": "Old", "acme-call-3": "New"} == {
        name: one["subject"] for name, one in arrived.conversations.items()
    }


async def test_a_field_can_name_the_recording(centre, capturi, reading, call, counts, wav):
    """Folders of another machine and letters of another case do not matter; of two of one name the nearer path wins."""
    async with capturi() as address:
        here = centre(address)
        here.job(recording="recording: {path: file}")
        here.write(
            "calls.csv", [call(1), call(2, file="https://rec.example.com/2026/03/a.wav?token=x"), call(3, file="")]
        )
        here.record(1, folder="rec")
        here.write("audio/2026/03/a.wav", wav())
        here.write("audio/2026/04/a.wav", wav(0.7))
        first = await here.run()
        arrived = await reading(address)
    assert (2, 1, 0, 0, 0) == counts(first)
    assert {len(wav())} == {one["size_bytes"] for one in arrived.audio.values()}
    assert {"acme-call-1", "acme-call-2"} == set(arrived.audio)


async def test_agents_are_looked_up_by_what_the_options_name(centre, capturi, reading, call, counts):
    """An agent who is not in the agents file holds his call; a row added to the file lets it go."""
    async with capturi() as address:
        here = centre(address)
        here.job("agents: {file: people.csv, unknown: hold}")
        people = here.project.folder / "people.csv"
        people.write_text("number,id,email,name,team\n,5,kim@example.com,Kim,Orders\n")
        here.record(1, 2)
        here.write("calls.csv", [call(1), call(2, agent_id="6")])
        first = await here.run()
        assert (1, 1, 0, 0, 0) == counts(first)
        assert {"agent_unknown": 1} == first["reasons"]
        people.write_text(people.read_text() + ",6,bo@example.com,Bo,Orders\n")
        assert (1, 0, 0, 0, 1) == counts(await here.run())
        arrived = await reading(address)
    assert {"Kim", "Bo"} == {one["agentName"] for one in arrived.conversations.values()}


async def test_a_run_that_was_limited_is_completed_by_the_next(centre, capturi, reading, call, counts):
    """What a limited run left alone stays waiting in the same file; nothing is sent twice."""
    async with capturi() as address:
        here = centre(address)
        here.record(*range(5))
        here.write("calls.csv", [call(number) for number in range(5)])
        assert (2, 0, 0, 0, 0) == counts(await here.run(limit=2))
        assert (3, 0, 0, 0, 2) == counts(await here.run())
        assert (0, 0, 0, 0, 5) == counts(await here.run())
        arrived = await reading(address)
    assert 5 == len(arrived.conversations)


async def test_rows_outside_the_bounds_stay_for_another_run(centre, capturi, call, counts):
    """A run with --since works on later rows only; one without takes the rest."""
    async with capturi() as address:
        here = centre(address)
        here.record(1, 2)
        early = call(1, ended="2026-03-20T09:00:00Z")
        here.write("calls.csv", [early, call(2)])
        since = here.project.clock.now() - timedelta(days=1)
        assert (1, 0, 0, 0, 0) == counts(await here.run(since=since))
        assert (1, 0, 0, 0, 1) == counts(await here.run())


async def test_a_row_that_is_gone_ends_its_waiting(centre, capturi, call, counts):
    """What waited for its recording is refused once its row is no longer in the file, and waits no more."""
    async with capturi() as address:
        here = centre(address)
        here.record(1)
        here.write("calls.csv", [call(1), call(2)])
        assert (1, 1, 0, 0, 0) == counts(await here.run())
        here.write("calls.csv", [call(1)], age=timedelta(minutes=10))
        gone = await here.run()
        assert ((0, 0, 0, 1, 1), {"unreadable": 1}) == (counts(gone), gone["reasons"])
        assert "the row it came from is no longer there" in (await here.entries("2"))[0][2]
        here.record(2)
        here.write("calls.csv", [call(1), call(2)], age=timedelta(minutes=5))
        assert (1, 0, 0, 0, 1) == counts(await here.run())


async def test_a_file_that_grows_while_it_is_looked_at_waits(centre, capturi, call, counts):
    """A young file that is another one five seconds later is held whole, and read when it has settled."""
    async with capturi() as address:
        here = centre(address)
        here.record(1, 2)
        here.write("calls.csv", [call(1)], age=timedelta(seconds=10))
        sleep = here.project.clock.sleep

        async def growing(seconds: float) -> None:
            here.write("calls.csv", [call(1), call(2)], age=timedelta(seconds=-1))
            await sleep(seconds)

        here.project.clock.sleep = growing
        held = await here.run()
        assert ((0, 1, 0, 0, 0), {"settling": 1}) == (counts(held), held["reasons"])
        here.project.clock.sleep = sleep
        here.later(minutes=5)
        assert (2, 0, 0, 0, 0) == counts(await here.run())


async def test_an_option_that_mends_the_reading_has_the_file_read_again(centre, capturi, reading, call, counts):
    """A file in another encoding is refused with the remedy; once the job names the encoding it goes."""
    async with capturi() as address:
        here = centre(address)
        here.record(1)
        here.write(
            "calls.csv",
            ",".join(call(1)).encode() + b"\n" + ",".join(call(1, note="S\xf8ren").values()).encode("cp1252"),
        )
        first = await here.run()
        assert (0, 0, 0, 1, 0) == counts(first)
        assert "encoding: cp1252" in (await here.entries("calls.csv"))[0][2]
        here.job(recording='recording: {pattern: "{id}.wav"}\n    encoding: cp1252')
        assert (1, 0, 0, 0, 0) == counts(await here.run())
        arrived = await reading(address)
    assert "S\xf8ren" == arrived.conversations["acme-call-1"]["customProp1"]


async def test_a_dry_run_tells_what_would_happen_and_leaves_nothing(centre, capturi, reading, call, counts):
    """Nothing is sent, and the run after it sends everything."""
    async with capturi() as address:
        here = centre(address)
        here.record(1, 2)
        here.write("calls.csv", [call(1), call(2)])
        assert (2, 0, 0, 0, 0) == counts(await here.run(dry_run=True))
        assert {} == (await reading(address)).conversations
        assert (2, 0, 0, 0, 0) == counts(await here.run())


async def test_a_file_that_is_gone_ends_the_waiting_of_what_no_other_file_tells(centre, capturi, call, counts):
    """Of a file that was taken away, rows that a newer one repeats wait on there; the others are refused."""
    async with capturi() as address:
        here = centre(address)
        here.record(3)
        here.write("monday.csv", [call(1), call(2), call(3)])
        assert (1, 2, 0, 0, 0) == counts(await here.run())
        (here.project.folder / "export" / "monday.csv").unlink()
        here.write("tuesday.csv", [call(2), call(3)], age=timedelta(minutes=10))
        found = await here.run()
        assert (0, 1, 0, 1) == counts(found)[:4]
        assert {"audio_awaited": 1, "unreadable": 1} == found["reasons"]
        assert "the file it came from is no longer there" in (await here.entries("1"))[0][2]
        here.record(2)
        assert (1, 0, 0, 0, 1) == counts(await here.run())
        assert (0, 0, 0, 0, 2) == counts(await here.run())
