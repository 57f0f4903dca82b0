"""A backfill of files of rows: one part, for one worker, with the bounds of the rows themselves."""


async def test_rows_of_a_range_are_delivered_and_the_others_wait(centre, capturi, command, reading, call):
    """Of one file the rows of the range go; a wider range brings the others, and nothing goes twice."""
    async with capturi() as address:
        here = centre(address)
        old = {"started": "2026-01-05T09:00:00Z", "ended": "2026-01-05T09:02:00Z"}
        here.write("calls.csv", [call(1), call(2, **old), call(3, **old)])
        here.record(1, 2, 3)
        folder = here.project.folder
        narrow = await command(folder, "backfill", "calls", "--from", "2026-01-01", "--to", "2026-02-01", "--json")
        wide = await command(folder, "backfill", "calls", "--from", "2026-01-01", "--to", "2026-04-01", "--json")
        arrived = await reading(address)
    assert (0, 2, 0) == (narrow.code, narrow.told["delivered"], narrow.told["unchanged"]), narrow
    assert (0, 1, 2) == (wide.code, wide.told["delivered"], wide.told["unchanged"]), wide
    assert {1} == {one["uploads"] for one in arrived.audio.values()}
    assert 3 == len(arrived.audio)
