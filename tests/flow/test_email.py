"""Run a job whose sessions come by e-mail, against a real mail server and the rehearsal Capturi."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connector.errors import ConfigurationError
from connector.job.definition import loader

FIXTURES = Path(__file__).parents[1] / "fixtures" / "ccai"
CALL, CHAT = ((FIXTURES / f"email-{name}.eml").read_bytes() for name in ("call-1418", "chat-135"))
JOB = """\
job: post
tenant: acme
source:
  kind: ccai-email
  storage: {storage}
  options: {{password: "${{MAIL_PASSWORD}}", ca_file: {ca_file}, done: "{done}"}}
  recordings: {{storage: export/recordings}}
  stand_in: {{name: Unknown, email: unknown@acme.example}}
mappings: {{call: mappings/ccai-call.yaml, chat: mappings/ccai-chat.yaml}}
target: {{url: "{target}", token: "${{CAPTURI_TOKEN}}"}}
"""


@pytest.fixture
def post(make_project, mail_server, monkeypatch):
    """Give a function from the target's address to a project whose job reads a mailbox, and that mailbox's user."""
    monkeypatch.setenv("MAIL_PASSWORD", mail_server.password)

    def make(target, *, done="mark", folder="INBOX"):
        user = mail_server.new_user()
        project = make_project(target, with_samples=False)
        project.name = "post"
        project.clock.moment = datetime(2026, 3, 24, 12, tzinfo=UTC)
        project.put("recordings/call-1418.wav", project.sound(1418, 2))
        job = JOB.format(
            storage=mail_server.address(user, folder), ca_file=mail_server.ca_file, done=done, target=target
        )
        (project.folder / "jobs" / "post.yaml").write_text(job, encoding="utf-8")
        return project, user

    return make


def counts(summary):
    told = summary.as_dict()
    return {name: told[name] for name in ("seen", "unchanged", "delivered", "held", "skipped", "refused")}


async def test_what_comes_by_mail_arrives_once(capturi, reading, post, mail_server):
    """The call arrives with audio, the chat with its messages; a second run and re-delivered mail send nothing."""
    async with capturi() as address:
        project, user = post(address)
        for message in (CALL, CHAT):
            mail_server.deliver(user, message)
        first = await project.run()
        assert {"seen": 2, "unchanged": 0, "delivered": 2, "held": 0, "skipped": 0, "refused": 0} == counts(first)
        arrived = await reading(address)
        assert {"acme-call-1418"} == set(arrived.audio)
        assert 6 == len(arrived.cases["acme-chat-135"]["messages"])
        assert [True, True] == mail_server.flags(user)

        assert {"unchanged": 2, "delivered": 0}.items() <= counts(await project.run()).items()
        for message in (CALL, CHAT):
            mail_server.deliver(user, message)
        again = await project.run()
        assert (0, 0) == (again.exit_code, counts(again)["delivered"])
        assert arrived.writes == (await reading(address)).writes
        assert 4 * [True] == mail_server.flags(user)


async def test_the_newest_of_several_messages_counts(capturi, reading, post, mail_server):
    """However the messages of one session arrive, one conversation is made, of what was updated last."""
    newest = CALL.replace(b'"updated_at": "2026-03-23T13:33:58', b'"updated_at": "2026-03-23T13:43:58')
    newest = newest.replace(b'"rating": 5', b'"rating": 2')
    assert newest != CALL
    async with capturi() as address:
        project, user = post(address)
        for message in (CALL, newest, CALL):
            mail_server.deliver(user, message)
        assert {"seen": 1, "delivered": 1}.items() <= counts(await project.run()).items()
        assert 1 == len((await reading(address)).conversations)
        assert "2026-03-23T20:43:58+00:00" == project.entry("acme-call-1418")["version"]
        assert {"seen": 1, "unchanged": 1}.items() <= counts(await project.run()).items()


async def test_recordings_are_put_away_beside_what_becomes_of_the_message(capturi, post, mail_server, command):
    """`source.done` moves the recording of a delivered call and leaves its message, which is marked, where it is."""
    waiting = CALL.replace(b'"id": 1418', b'"id": 1500').replace(b"ca727b6e", b"ca727b6f")
    waiting = waiting.replace(b'"not_asked"', b'"who_knows"')
    async with capturi() as address:
        project, user = post(address)
        project.edit_job(("  stand_in:", "  done: move:done\n  stand_in:"))
        project.put("recordings/call-1500.wav", project.sound(1500, 2))
        for message in (CALL, waiting):
            mail_server.deliver(user, message)
        assert {"delivered": 1, "held": 1}.items() <= counts(await project.run()).items()
        assert [False, True] == sorted(mail_server.flags(user))
        folder = project.folder / "export" / "recordings"
        assert {"done/call-1418.wav", "call-1500.wav"} == _files(folder)
        checked = await command(project.folder, "check", "post")
        assert 0 == checked.code, checked
        told = " ".join(checked.out.split())
        assert "mark is allowed" in told
        assert "move:done is allowed" in told
        assert "put away 1 in done" in told
        assert {"unchanged": 1, "delivered": 0, "held": 1}.items() <= counts(await project.run()).items()
        mail_server.deliver(user, CALL)
        assert {"delivered": 0, "held": 1}.items() <= counts(await project.run()).items()
        assert {"done/call-1418.wav", "call-1500.wav"} == _files(folder)


def test_a_job_without_a_storage_of_recordings_has_no_files_to_put_away(post):
    """`source.done` of such a job would do nothing, and is a mistake that names options.done."""
    project, _ = post("http://127.0.0.1:1")
    project.edit_job(("  recordings: {storage: export/recordings}\n", "  done: move:done\n"))
    project.edit_job(("target:", "audio: {missing: send}\ntarget:"))
    with pytest.raises(ConfigurationError, match="this job names no source") as caught:
        loader.load("post", project.settings)
    assert ["source.done"] == [one.field for one in caught.value.problems]


def _files(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*.*")}


async def test_what_was_delivered_is_moved_and_nothing_else(capturi, post, mail_server):
    """A delivered message goes to the folder; what is refused, awaited or somebody else's stays where it is."""
    foreign = CALL.replace(b"From: no-reply@ccaiplatform.com", b"From: eve@evil.example")
    waiting = CALL.replace(b'"id": 1418', b'"id": 1500').replace(b"ca727b6e", b"ca727b6f")
    broken = b"From: no-reply@ccaiplatform.com\r\nSubject: Hello\r\n\r\nNo data today.\r\n"
    async with capturi() as address:
        project, user = post(address, done="move:Delivered")
        for message in (CALL, foreign, waiting, broken):
            mail_server.deliver(user, message)
        first = await project.run()
        assert {"delivered": 1, "held": 1, "refused": 1}.items() <= counts(first).items()
        assert 3 == first.exit_code
        assert 3 * [False] == mail_server.flags(user)
        assert [False] == mail_server.flags(user, "Delivered")
        (refused,) = [row for row in project.entries() if row["state"] == "refused"]
        assert "no JSON in its body" in refused["detail"]
        second = await project.run()
        assert {"delivered": 0, "held": 1, "refused": 0}.items() <= counts(second).items()


async def test_messages_numbered_anew_send_nothing(capturi, reading, post, mail_server):
    """A folder that was made anew gives its messages other numbers: what was delivered stays, what waited goes on."""
    waiting = CALL.replace(b'"id": 1418', b'"id": 1500').replace(b"ca727b6e", b"ca727b6f")
    async with capturi() as address:
        project, user = post(address, folder="CCAI")
        for late in (False, True):
            with mail_server.client(user) as client:
                if late:
                    client.delete("CCAI")
                client.create("CCAI")
            for message in (CALL, CHAT, waiting):
                mail_server.deliver(user, message, folder="CCAI")
            if late:
                project.put("recordings/call-1500.wav", project.sound(1500, 2))
            summary = await project.run()
            assert (0, 1 if late else 2) == (summary.exit_code, counts(summary)["delivered"])
        assert {"acme-call-1418", "acme-call-1500"} == set((await reading(address)).conversations)
        assert {"delivered"} == {row["state"] for row in project.entries()}


async def test_a_mark_that_was_lost_is_made_up_for(capturi, post, mail_server):
    """Where a run was cut short between delivery and mark, the next one marks."""
    async with capturi() as address:
        project, user = post(address)
        mail_server.deliver(user, CALL)
        await project.run()
        with mail_server.client(user) as client:
            client.select("INBOX")
            client.store("1", "-FLAGS", "\\Seen")
        assert [False] == mail_server.flags(user)
        await project.run()
        assert [True] == mail_server.flags(user)


async def test_a_transcript_is_kept_for_a_newer_message_without_one(capturi, reading, post, mail_server):
    """A chat that waits for its agent goes with the transcript of an earlier message, also where the last has none."""
    bare = CHAT.split(b"\r\n\r\n--=")[1].split(b"7bit")[1].strip().replace(b"13:51:23.000", b"13:59:23.000")
    newer = b"From: no-reply@ccaiplatform.com\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + bare
    async with capturi() as address:
        project, user = post(address)
        agents = "agents: {file: nobody.csv, unknown: hold}\n"
        (project.folder / "nobody.csv").write_text("number,id,email,name,team\n,77,nobody@acme.example,Nobody,None\n")
        path = project.folder / "jobs" / "post.yaml"
        without = path.read_text()
        path.write_text(without + agents)
        for message in (CHAT, newer):
            mail_server.deliver(user, message)
            assert {"held": 1, "delivered": 0}.items() <= counts(await project.run()).items()
        path.write_text(without)
        assert {"seen": 1, "delivered": 1}.items() <= counts(await project.run()).items()
        assert 6 == len((await reading(address)).cases["acme-chat-135"]["messages"])
        assert [True, True] == mail_server.flags(user)


async def test_a_dry_run_leaves_the_mailbox_as_it_is(capturi, post, mail_server):
    """What would be delivered is counted, and no message is marked or moved."""
    async with capturi() as address:
        project, user = post(address)
        mail_server.deliver(user, CALL)
        assert 1 == counts(await project.run(dry_run=True))["delivered"]
        assert [False] == mail_server.flags(user)


async def test_a_wrong_password_stops_the_run(capturi, post, mail_server, monkeypatch):
    """Nothing is marked, the run ends with 1 and says what to look at."""
    monkeypatch.setenv("MAIL_PASSWORD", "not-this-one")
    async with capturi() as address:
        project, user = post(address)
        mail_server.deliver(user, CALL)
        summary = await project.run()
        assert 1 == summary.exit_code
        assert "does not accept user and password" in summary.error
        assert "not-this-one" not in json.dumps(summary.as_dict())
        assert [False] == mail_server.flags(user)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (r"  recordings: .*\n", "", "source.recordings: is missing: recordings are never attached"),
        (r"storage: imaps://.*", "storage: export", "source.storage: is no mailbox"),
        (r"kind: ccai-email", "kind: ccai", "source.kind: .* e-mails .*write ccai-email"),
        (r"  recordings:", "  folders: [a]\n  recordings:", "source.folders: .* a mailbox has none"),
    ],
)
def test_what_does_not_fit_together_is_found_at_load(post, old, new, told):
    """A job that cannot do what it is for is refused before anything is started, with its place in the file."""
    project, _ = post("http://127.0.0.1:1")
    path = project.folder / "jobs" / "post.yaml"
    path.write_text(re.sub(old, new, path.read_text()))
    with pytest.raises(ConfigurationError, match=told) as caught:
        loader.load("post", project.settings)
    assert all(problem.line for problem in caught.value.problems)


def test_calls_without_audio_need_no_recordings(post):
    """Who sends calls without audio on purpose names no storage of recordings."""
    project, _ = post("http://127.0.0.1:1")
    path = project.folder / "jobs" / "post.yaml"
    path.write_text(re.sub(r"  recordings: .*\n", "", path.read_text()) + "audio: {wait: 0s, missing: send}\n")
    assert loader.load("post", project.settings).job.source.recordings is None
