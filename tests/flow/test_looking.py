"""What the commands that look say of runs that ended badly, and of one conversation by all its names."""

import asyncio
import json
import os
import re
import signal

from connector import ledger
from connector.cli.fact import say, tell


async def killed_run(started, project):
    """Start a run as a user does and kill it once something has been delivered."""
    process = await started(project.folder, "run", "demo", "--yes", CONNECTOR_HASH_KEY="k")
    await project.until("delivered")
    os.kill(process.pid, signal.SIGKILL)
    await process.communicate()


async def test_a_killed_run_is_shown_as_killed(make_project, capturi, command, started):
    """`runs` closes a run whose process is gone, with counts from its entries; the next run completes the work."""
    async with capturi(faults="latency=20ms") as address:
        project = make_project(address)
        await killed_run(started, project)
        (row,) = json.loads((await command(project.folder, "runs", "--json")).out)
        told = await command(project.folder, "runs")
        delivered = [one for one in project.entries() if one["state"] == "delivered"]
    assert row["error"].startswith("killed")
    assert (1, len(delivered)) == (row["exit_code"], row["delivered"])
    assert row["seen"] == sum(row[name] for name in ("unchanged", "delivered", "held", "skipped", "refused"))
    assert row["finished_at"] is not None
    assert "killed" in told.out


async def test_the_next_run_closes_a_killed_one_too(make_project, capturi, started):
    """Nobody has to look: who holds the lock of the job knows that no other run goes on."""
    async with capturi(faults="latency=20ms") as address:
        project = make_project(address)
        await killed_run(started, project)
        await project.run()
    rows = project.ask("SELECT error, exit_code, finished_at FROM run ORDER BY started_at")
    assert {"finished_at": None} not in [{"finished_at": row["finished_at"]} for row in rows]
    assert 1 == sum((row["error"] or "").startswith("killed") for row in rows)


async def test_a_run_that_goes_on_is_left_alone(make_project, capturi, command, started):
    """While its process lives, `status` and `runs` do not close a run."""
    async with capturi(faults="latency=5s") as address:
        project = make_project(address)
        process = await started(project.folder, "run", "demo", "--yes")
        await project.until("sending")
        (row,) = json.loads((await command(project.folder, "runs", "--json")).out)
        told = await command(project.folder, "status")
        process.send_signal(signal.SIGTERM)
        await process.communicate()
    assert row["finished_at"] is None
    assert "goes on" in told.out


async def test_an_unreadable_file_is_found_by_the_id_in_its_name(make_project, capturi, command):
    """What cannot be read told no id: the name of its file is what people have."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.put("metadata/call-1442.json", b'{"id": 1442, "menu": "\xf8"}')
        await project.run()
    found = await command(project.folder, "show", "call-1442")
    assert 0 == found.code
    assert "unreadable" in found.out


async def test_a_run_that_could_not_begin_says_why(make_project, capturi, command):
    """A storage that is gone stops the run before it begins: it is in the list, with what stopped it."""
    async with capturi() as address:
        project = make_project(address)
        ran = await command(project.folder, "run", "demo", "--limit", "1")
        assert ran.code in {0, 3}, ran
        (project.folder / "export").rename(project.folder / "moved")
        stopped = await command(project.folder, "run", "demo", "--json")
        told = await command(project.folder, "runs")
    assert 1 == stopped.code
    assert stopped.told["run_id"] in told.out
    assert "Why they stopped" in told.out
    assert "export" in told.out


async def test_a_conversation_is_found_by_every_name_it_has(make_project, capturi, command):
    """Id, channel and id, external id, uid, and its file from here, from the project or from the root."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.call(1418)
        await project.run()
    uid = project.entry("acme-call-1418")["uid"]
    file = project.folder / "export" / "metadata" / "call-1418.json"
    names = ["1418", "call-1418", "acme-call-1418", uid, str(file), "export/metadata/call-1418.json"]
    found = await asyncio.gather(*(command(project.folder, "show", name) for name in [*names, "call-1418.json"]))
    for one in found:
        assert 0 == one.code, one
        assert one.out.startswith("acme-call-1418")
    elsewhere = await command(file.parent, "--home", str(project.folder), "show", "call-1418.json")
    assert elsewhere.out.startswith("acme-call-1418")
    nobody = await command(project.folder, "show", "chat-1418")
    assert 2 == nobody.code
    # People read no brackets of a programming language.
    assert not re.search(r"[{}]|\['|True|False|None", found[0].out)


def test_facts_are_said_in_words():
    """Truth is yes or no, nothing is none, bytes have a unit, long digests are short, lists and objects are flat."""
    assert "yes, none, 1,234" == say("x", [True, None, 1234])
    assert "1.2 MB" == say("bytes", 1_234_567)
    assert "0123456789ab…" == say("sha256", "0123456789abcdef" * 4)
    assert "(form wav, exact no)" == say("x", {"form": "wav", "exact": False})


def test_what_a_recording_is_and_what_consent_means_are_sentences():
    """Form, length and channels, and the record's own word of consent, without the names of fields."""
    facts = {"form": "mp3 mp3_cbr", "seconds": 25.2, "exact": False, "channels": 2, "identical": False}
    expected = "audio mp3 of a constant rate, about 25.2 s long, two channels that differ"
    assert expected == tell([("audio", facts)])
    whole = {"form": "wav pcm_16", "seconds": 6.0, "exact": True, "channels": 1, "told": 7.5}
    assert "audio wav of 16 bits, 6.0 s long, 7.5 s by the record, one channel" == tell([("audio", whole)])
    assert "audio ogg, 3 channels" == tell([("audio", {"form": "ogg", "channels": 3})])
    assert "consent may be recorded (the record says not_asked); team Orders" == tell(
        [("consent", ["not_asked", True]), ("team", "Orders")]
    )
    assert "consent not known (the record says nothing)" == tell([("consent", ["", None])])


async def test_upgrade_says_what_it_did(tmp_path, command):
    """A ledger that is not there is made; one of this version is left as it is."""
    made = await command(tmp_path, "upgrade", afresh=True)
    again = await command(tmp_path, "upgrade")
    assert (0, 0) == (made.code, again.code)
    assert "its tables were made" in made.out
    assert "nothing to do" in again.out
    assert ledger.exists(f"sqlite:///{tmp_path / 'connector.db'}")


async def test_a_backfill_that_goes_on_is_no_killed_run(make_project, capturi, command):
    """While the lock of the job's backfill is held, neither `runs` nor a run closes what did not say that it ended."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.call(1)
        row = ledger.RunRow(id="backfill", job="demo", tenant="acme", started_at=project.clock.now())
        async with ledger.open_ledger(project.settings.ledger_url) as book:
            await book.transact(ledger.start_run, row)
        with ledger.job_lock(project.settings.ledger_url, "demo.backfill"):
            await project.run()
            told = await command(project.folder, "runs", "--json")
        then = await command(project.folder, "runs", "--json")
    open_runs = [[one["run_id"] for one in json.loads(text.out) if not one["finished_at"]] for text in (told, then)]
    assert [["backfill"], []] == open_runs


async def test_names_that_nothing_has_are_mistakes(make_project, command):
    """An unknown job, intake or customer ends with 2 and says what there is; a job without runs does not."""
    project = make_project("http://127.0.0.1:9")
    wrong = [
        await command(project.folder, "runs", "dmeo"),
        await command(project.folder, "messages", "--intake", "dmeo"),
        await command(project.folder, "forget", "--customer", " ", CONNECTOR_HASH_KEY="k"),
    ]
    assert [2, 2, 2] == [one.code for one in wrong]
    assert all("did you mean 'demo'" in one.err for one in wrong[:2])
    assert "--customer: names nobody" in wrong[2].err
    assert 0 == (await command(project.folder, "runs", "demo")).code
