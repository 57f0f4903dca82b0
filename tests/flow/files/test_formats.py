"""Every form of foreign files, recordings in other places and in parts, and files beyond what is read at once."""

import io
import json
import wave
from datetime import UTC, datetime, timedelta

import pytest

from connector.errors import ConfigurationError
from tests.table_files import json_lines, json_list, parquet, separated, workbook

SENT = (2, 0, 0, 0, 0)


FORMS = {
    "calls.json": json_list,
    "calls.jsonl": json_lines,
    "calls.xlsx": workbook,
    "calls.parquet": parquet,
    "calls.tsv": lambda rows: separated(rows, "\t"),
}


@pytest.mark.parametrize("name", FORMS)
async def test_every_form_of_files_is_delivered(centre, capturi, reading, call, counts, name):
    """JSON, JSON Lines, Excel, Parquet and tabs bring the same conversations as a CSV does, and bring them once."""
    async with capturi() as address:
        here = centre(address)
        here.record(1, 2)
        here.write(name, FORMS[name]([call(1), call(2, queue="Support")]))
        assert SENT == counts(await here.run())
        assert (0, 0, 0, 0, 2) == counts(await here.run())
        arrived = await reading(address)
    assert {"acme-call-1": "Orders", "acme-call-2": "Support"} == {
        name: one["subject"] for name, one in arrived.conversations.items()
    }
    assert arrived.conversations.keys() == arrived.audio.keys()


async def test_one_object_in_each_file(centre, capturi, call, counts):
    """A platform that writes a file per call is read as well; a new file brings its call, the others stay."""
    async with capturi() as address:
        here = centre(address)
        here.record(*range(5))
        for number in range(4):
            here.write(f"2026/03/{number}.json", json.dumps(call(number)).encode())
        assert (4, 0, 0, 0, 0) == counts(await here.run())
        here.write("2026/04/4.json", json.dumps(call(4)).encode())
        assert (1, 0, 0, 0, 4) == counts(await here.run())


async def test_recordings_may_lie_in_another_storage(centre, capturi, reading, call, counts):
    """Metadata and audio of two places come together."""
    async with capturi() as address:
        here = centre(address)
        here.project.edit_job(("settle: 20m", "settle: 20m\n  recordings: {storage: sounds}"))
        here.write("calls.csv", [call(1), call(2)])
        for number in (1, 2):
            here.record(number, folder="../sounds/deep")
        assert SENT == counts(await here.run())
        arrived = await reading(address)
    assert {"acme-call-1", "acme-call-2"} == set(arrived.audio)


async def test_parts_of_a_recording_are_joined_in_their_order(centre, capturi, reading, call, counts, wav):
    """A pattern with {part} makes one recording of several files."""
    async with capturi() as address:
        here = centre(address)
        here.job(recording='recording: {pattern: "{id}_{part}.wav"}')
        here.write("calls.csv", [call(1)])
        here.write("1_2.wav", wav(0.3))
        here.write("1_1.wav", wav(0.5))
        assert (1, 0, 0, 0, 0) == counts(await here.run())
        arrived = await reading(address)
    with wave.open(io.BytesIO(wav(0.8))) as whole:
        frames = whole.getnframes()
    assert 44 + 4 * frames == arrived.audio["acme-call-1"]["size_bytes"]


async def test_the_time_of_change_decides_between_files(centre, capturi, reading, call, counts):
    """Where rows tell when they were changed, the newest wins in whatever file it lies; a newer one is noted later."""
    async with capturi() as address:
        here = centre(address)
        here.job(recording='recording: {pattern: "{id}.wav"}\n    updated_at: note')
        here.record(1)
        here.write("a.csv", [call(1, queue="New", note="2026-03-24T10:00:00Z")], age=timedelta(hours=2))
        here.write("b.csv", [call(1, queue="Old", note="2026-03-23T10:00:00Z")])
        assert (1, 0, 0, 0, 0) == counts(await here.run())
        assert (0, 0, 0, 0, 1) == counts(await here.run())
        here.write("c.csv", [call(1, queue="Newest", note="2026-03-24T11:00:00Z")], age=timedelta(minutes=1))
        assert 0 == (await here.run())["delivered"]
        arrived = await reading(address)
    assert ["New"] == [one["subject"] for one in arrived.conversations.values()]


async def test_a_table_larger_than_what_is_read_at_once(centre, capturi, call, counts):
    """Rows of a file of many megabytes are taken page by page; the last of them is found like the first."""
    async with capturi() as address:
        here = centre(address)
        here.job("filter: [{path: queue, equals: Orders}]")
        here.record(0, 2999)
        rows = [
            call(number, note="x" * 3_500, queue="Orders" if number in {0, 2999} else "Other") for number in range(3000)
        ]
        here.write("calls.csv", rows)
        found = await here.run(yes=True)
        assert (2, 0, 2998, 0, 0) == counts(found)
        assert (0, 0, 0, 0, 3000) == counts(await here.run())


async def test_a_first_run_of_many_rows_asks(centre, capturi, call):
    """One file may hold ten years: more than a thousand calls at first want a date or a yes."""
    async with capturi() as address:
        here = centre(address)
        here.job("audio: {missing: send, wait: 0s}")
        here.write("calls.csv", [call(number) for number in range(1001)])
        with pytest.raises(ConfigurationError, match="this first run would send 1,001 entries"):
            await here.run()
        dry = await here.project.run(dry_run=True)
        assert (0, 1001) == (dry.exit_code, dry.as_dict()["delivered"])
        told = (
            "a run would not start: this first run would send 1,001 entries (set not_before in the job, or say --yes)"
        )
        assert told in dry.notes
        for free in ({"yes": True}, {"limit": 1000}):
            assert [] == (await here.project.run(dry_run=True, **free)).notes


async def test_rows_without_times_wait_from_when_they_were_first_seen(centre, capturi, call, counts):
    """A row that does not say when its call ended is not settling, and its recording is waited for all the same."""
    async with capturi() as address:
        here = centre(address)
        here.job("audio: {wait: 1d, missing: skip}", recording='recording: {pattern: "{id}.wav"}\n    updated_at: note')
        here.write("calls.csv", [call(1, ended="")])
        assert (0, 1, 0, 0, 0) == counts(await here.run())
        here.later(hours=23)
        assert (0, 1, 0, 0, 0) == counts(await here.run())
        here.later(hours=2)
        assert (0, 0, 1, 0, 0) == counts(await here.run())
        assert datetime(2026, 3, 25, 13, tzinfo=UTC) == here.project.clock.now()
