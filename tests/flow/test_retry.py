"""Trying again what was refused or is held, and nothing else."""

import json

import pytest

from connector.errors import ConfigurationError
from connector.job.definition import loader
from connector.job.execution.summary import Options
from connector.job.repair.retry import Batch, batches, retry, select, together
from connector.job.run import runner
from connector.ledger import EntryRow, database
from connector.ledger.replay import Wish, replayable


@pytest.fixture
def ask():
    """Give the function that asks a project's ledger for what may be tried again."""

    def question(project, **wish):
        engine = database.connect(project.settings.ledger_url, busy_seconds=5, writes=False)
        with engine.connect() as connection:
            found = replayable(connection, Wish(**wish))
        engine.dispose()
        return found

    return question


async def again(project, entries, **options):
    """Try these entries again inside the running loop, as `retry` does in one of its own."""
    (batch,) = batches(entries, project.settings)
    wanted = Options(yes=True, report=False, only=select(batch.entries), **options)
    return await runner.execute(
        loader.load(project.name, project.settings), project.settings, wanted, clock=project.clock
    )


def outcomes(summary):
    return {name: count for name, count in summary.as_dict().items() if name in COUNTED and count}


COUNTED = ("unchanged", "delivered", "held", "skipped", "refused")


async def test_only_what_is_named_is_tried_again(make_project, capturi, ask, reading):
    """Of two calls whose recordings were mended one is named: it goes, the other and a new one are not touched."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.call(1)
        for number in (2, 3):
            project.call(number)
            project.put(f"recordings/call-{number}.wav", b"<html>no audio</html>" * 20)
        first = await project.run()
        assert {"delivered": 1, "refused": 2} == outcomes(first)
        for number in (2, 3):
            project.put(f"recordings/call-{number}.wav", project.sound(number))
        project.call(4)
        (two,) = [entry for entry in ask(project) if entry.session_id == "2"]
        tried = await again(project, [two])
        arrived = await reading(address)
        assert {"delivered": 1} == outcomes(tried)
        assert {"acme-call-1", "acme-call-2"} == set(arrived.conversations)
        assert ["3"] == [entry.session_id for entry in ask(project)]
        rest = await project.run()
    assert {"delivered": 2, "unchanged": 2} == outcomes(rest)


async def test_a_retry_that_changes_nothing_says_the_same_again(make_project, capturi, ask):
    """A refused call whose cause stays is refused again, and the exit code says so; a dry run writes nothing."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.call(2)
        project.put("recordings/call-2.wav", b"<html>no audio</html>" * 20)
        await project.run()
        before = project.ask("SELECT count(*) AS n FROM step")
        dry = await again(project, ask(project), dry_run=True)
        assert before == project.ask("SELECT count(*) AS n FROM step")
        tried = await again(project, ask(project))
    for summary in (dry, tried):
        assert {"refused": 1} == outcomes(summary)
        assert 3 == summary.exit_code


async def test_what_lost_its_source_is_refused_with_that_hint(make_project, capturi, ask):
    """The file of a held call is gone: nothing can be read again, and the entry says why."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.call(2)
        path = project.put("recordings/call-2.wav", b"<html>no audio</html>" * 20)
        await project.run()
        path.unlink()
        (project.folder / "export" / "metadata" / "call-2.json").unlink()
        tried = await again(project, ask(project))
    assert {"refused": 1} == outcomes(tried)
    assert {"unreadable": 1} == tried.as_dict()["reasons"]
    (entry,) = project.entries()
    assert "no longer" in entry["detail"]


async def test_what_was_delivered_is_never_sent_again(make_project, capturi, ask, reading):
    """Even named by its id, a delivered conversation is none of those that may be tried again."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.call(1)
        await project.run()
        assert [] == ask(project)
        before = (await reading(address)).writes
        tried = await again_by_id(project)
        assert before == (await reading(address)).writes
    assert {} == {name: count for name, count in outcomes(tried).items() if name != "unchanged"}


async def again_by_id(project):
    """Force a delivered entry into a restricted run, which no command does."""
    (row,) = project.entries()
    known = EntryRow(
        **{
            **{name: row[name] for name in ("id", "tenant", "source_kind", "channel", "session_id", "target", "job")},
            "state": "refused",
            "file_id": row["file_id"],
            "first_seen_at": project.clock.now(),
            "changed_at": project.clock.now(),
        }
    )
    return await again(project, [known])


async def test_wishes_narrow_each_other_down(make_project, capturi, ask):
    """Reason, time, mapping and ids: an entry must fulfil all that is said."""
    async with capturi() as address:
        project = make_project(address)
        await project.run()
        everything = ask(project)
        assert {"held", "refused"} == {entry.state for entry in everything}
        held = ask(project, reason="agent_unknown")
        assert ["agent_unknown"] == [entry.code for entry in held]
        assert held == ask(
            project, reason="agent_unknown", mapping_hash=held[0].mapping_hash[:8], since=held[0].ended_at
        )
        assert [] == ask(project, reason="agent_unknown", mapping_hash="zzz")
        assert [] == ask(project, reason="agent_unknown", ids=["none"])
    late = ask(project, since=project.clock.now())
    assert [] == [entry for entry in late if entry.ended_at is not None]


def test_entries_of_no_job_are_told_apart(make_project):
    """What an intake wrote, or a job that is gone, cannot be run: that is an error with the way out."""
    project = make_project("http://127.0.0.1:1")
    with pytest.raises(ConfigurationError, match="connector messages --retry"):
        retry(Batch("gone", None, []), project.settings, clock=project.clock)
    told = together([], dry_run=True, error="x")
    assert (2, 0, "x") == (told["exit_code"], told["seen"], told["error"])


async def test_the_command_tries_again_and_says_what(make_project, capturi, command):
    """`retry` lists what it takes, ends with the code of a run, and prints one object where JSON is asked for."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.call(2)
        project.put("recordings/call-2.wav", b"<html>no audio</html>" * 20)
        ran = await command(project.folder, "run", "demo", "--json")
        assert 3 == ran.code
        dry = await command(project.folder, "retry", "--reason", "audio_invalid", "--dry-run")
        assert 3 == dry.code
        assert "1 would be tried again" in dry.out
        project.put("recordings/call-2.wav", project.sound(2))
        done = await command(project.folder, "retry", "--id", "call-2", "--json", afresh=True)
        nothing = await command(project.folder, "retry", "--all")
        wrong = await command(project.folder, "retry", "--reason", "audio_invald", "--json")
        listed = await command(project.folder, "runs")
    assert (0, 1, 1) == (done.code, done.told["delivered"], len(done.told["runs"])), done
    assert 0 == nothing.code
    assert "nothing to try again" in nothing.out
    assert 1 == listed.out.count("demo (named entries alone)"), "a retry looks like any other run"
    assert 2 == wrong.code
    assert "did you mean" in json.loads(wrong.out)["error"]
