"""Two jobs with words of their own about names read one storage, and neither takes anything from the other."""

import pytest

JOB = """\
job: {name}
tenant: acme
source:
  kind: files
  storage: export
  options:
    {{id: call_id, ended_at: ended, agent: {{id: agent_id}},
     pattern: "{pattern}", recording: {{pattern: "{recording}"}}}}
mappings: {{call: mappings/calls.yaml}}
audio: {{wait: 4000d}}
target: {{kind: capturi, url: "{address}", token: "${{CAPTURI_TOKEN}}"}}
"""


@pytest.fixture
def both(centre, call):
    """Give a function that gives a centre with two jobs; one's words take the recordings of both for its own."""

    def make(address):
        here = centre(address)
        for name, pattern, recording in (("north", "n-*.csv", "{id}.wav"), ("south", "s-*.csv", "s-{id}.wav")):
            text = JOB.format(name=name, pattern=pattern, recording=recording, address=address)
            (here.project.folder / "jobs" / f"{name}.yaml").write_text(text)
        here.write("n-1.csv", [call(1), call(2)])
        here.write("s-1.csv", [call(3), call(4)])
        here.record(1, "s-3")
        return here

    return make


async def run(here, name):
    here.project.name = name
    return await here.run()


def labels(here):
    return here.project.ask("SELECT place_id, path, role, channel, session_id, part FROM file ORDER BY id")


async def test_two_jobs_take_turns_and_label_no_file_anew(both, capturi, counts, reading):
    """Turn by turn both say the same again; no file's label changes, and a job's files are read by it alone."""
    async with capturi() as address:
        here = both(address)
        first = [counts(await run(here, name)) for name in ("north", "south")]
        before = labels(here)
        turns = [counts(await run(here, name)) for name in ("north", "south", "north", "south")]
        assert before == labels(here)
        arrived = await reading(address)
    assert [(1, 1, 0, 0, 0)] * 2 == first
    assert [(0, 1, 0, 0, 1)] * 4 == turns
    assert {"acme-call-1", "acme-call-3"} == set(arrived.audio)


async def test_both_find_the_files_that_come_between_their_turns(both, capturi, counts, reading):
    """Whoever lists a new recording first, the job whose row it belongs to finds it; each goes once."""
    async with capturi() as address:
        here = both(address)
        for name in ("north", "south"):
            await run(here, name)
        here.record(2, "s-4")
        turns = [counts(await run(here, name)) for name in ("north", "south", "north", "south")]
        arrived = await reading(address)
    assert [(1, 0, 0, 0, 1)] * 2 + [(0, 0, 0, 0, 2)] * 2 == turns
    assert {f"acme-call-{number}" for number in (1, 2, 3, 4)} == set(arrived.audio)
    assert {1} == {one["uploads"] for one in arrived.audio.values()}


async def test_a_job_under_another_name_sends_nothing_again(both, capturi, counts, reading):
    """Renamed, it reads its files once more, counts what it knows, and goes on with what waits."""
    async with capturi() as address:
        here = both(address)
        await run(here, "north")
        jobs = here.project.folder / "jobs"
        (jobs / "west.yaml").write_text((jobs / "north.yaml").read_text().replace("job: north", "job: west"))
        (jobs / "north.yaml").unlink()
        first = counts(await run(here, "west"))
        here.record(2)
        later = [counts(await run(here, "west")) for _ in range(2)]
        arrived = await reading(address)
    assert (0, 1, 0, 0, 1) == first
    assert [(1, 0, 0, 0, 1), (0, 0, 0, 0, 2)] == later
    assert {1} == {one["uploads"] for one in arrived.audio.values()}
