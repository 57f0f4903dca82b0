"""What is told of a row whose recording is not there: the name that was looked for, or why there is none."""

import pytest

AT = "file"
CASES = {
    "a name": ({AT: "D:\\rec\\1418.WAV"}, "file", "none bears the name '1418.WAV'"),
    "a name with somebody's number": (
        {AT: "rec/+4531313131_1.wav"},
        "file",
        "none bears the name '[+9999999999]_1.wav'",
    ),
    "an address": ({AT: "kim.holm@acme.example"}, "file", "none bears the name '[xxx.xxxx@xxxx.xxxxxxx]'"),
    "words that are no file": ({AT: "Kim Holm"}, "file", "none bears the name [Xxx Xxxx]"),
    "nothing": ({AT: ""}, "file", "its row has nothing under 'file'"),
    "no column": ({}, "fil", "no column 'fil' in its row: did you mean 'file'?"),
}


@pytest.mark.parametrize("case", CASES)
async def test_the_detail_says_what_was_looked_for(centre, capturi, call, case):
    """Waiting or given up, the detail has the name, without what tells of a person, or says that there is none."""
    changes, column, told = CASES[case]
    async with capturi() as address:
        here = centre(address)
        here.write("calls.csv", [call(1, **changes)])
        here.job("audio: {wait: 30d}", f"recording: {{path: {column}}}")
        await here.run()
        waiting = await here.entries("1")
        here.job("audio: {wait: 0s}", f"recording: {{path: {column}}}")
        await here.run()
        given_up = await here.entries("1")
    (state, code, detail) = waiting[0]
    assert ("held", "audio_awaited") == (state, code)
    assert detail.startswith(f"no recording yet: {told}")
    assert "; waited for until 2026-" in detail
    assert [("skipped", "audio_missing")] == [row[:2] for row in given_up]
    assert given_up[0][2].startswith(f"no recording came in the time the job waits for it: {told}")
    for personal in ("4531313131", "kim.holm", "Kim Holm"):
        assert personal not in detail + given_up[0][2]


async def test_a_recording_found_by_the_id_is_told_as_before(centre, capturi, call):
    """Where a pattern finds recordings, no row names one."""
    async with capturi() as address:
        here = centre(address)
        here.job("audio: {wait: 0s}")
        here.write("calls.csv", [call(1)])
        await here.run()
        found = await here.entries("1")
    assert [("skipped", "audio_missing", "no recording came in the time the job waits for it")] == found
