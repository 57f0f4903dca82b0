"""What `connector check` tells of each storage: who we are there, what lies there, and whether it may be changed."""

import itertools
import json
from datetime import UTC, datetime

import pytest

from tests.servers.gcs import ACCOUNT


@pytest.fixture
def checked(build, tmp_path, command, capturi, monkeypatch):
    """Give a function that checks a job on this storage, on a screen of 80 columns."""
    numbers = itertools.count()

    async def check(address, options, *, done="leave", recordings=None):
        async with capturi() as target:
            monkeypatch.setenv("CAPTURI_TOKEN", "rehearsal-token")
            project = build(tmp_path / f"project-{next(numbers)}", target, with_samples=False)
            project.read_from(address, options, monkeypatch.setenv)
            more = f"\n  recordings: {json.dumps(recordings)}" if recordings else ""
            project.edit_job((f'storage: "{address}"', f'storage: "{address}"\n  done: {done}{more}'))
            return await command(project.folder, "check", "demo", COLUMNS="80")

    return check


NAMES = [
    "ujet-metadata/call-1.json",
    "ujet-metadata/call-2.json",
    "ujet-voice-recordings/call-1.mp3",
    "notes.json",
    "x.pdf",
]


async def test_a_bucket_on_one_screen(checked, gcs_server, gcs_bucket, tmp_path):
    """Account, kinds, folders, the newest file and what matches no known name stand there; the key does not."""
    for name in NAMES:
        gcs_server.write(gcs_bucket, name, b"{}")
    options = gcs_server.write_key(tmp_path / "key.json")
    found = await checked(f"gs://{gcs_bucket}", options)
    assert 0 == found.code, found
    for words in (
        f"asked as     the account {ACCOUNT}",
        "files        2 metadata, 2 other, 1 recording",
        "folders      (no folder) 2, ujet-metadata/ 2, ujet-voice-recordings/ 1",
        f"newest file  {datetime.now(UTC):%Y-%m-%d}",
        "passed over  2 files match no known name, e.g. notes.json",
    ):
        assert words in found.out
    assert len(found.out.splitlines()) < 16
    assert "PRIVATE KEY" not in found.out + found.err


async def test_who_we_are_on_each_store(
    checked, moto_server, s3_bucket, azure_server, azure_container, gcs_server, gcs_bucket
):
    """The id of a key, what a token allows and until when, and whose consent it is; never what must stay secret."""
    s3 = await checked(f"s3://{s3_bucket}", moto_server.options)
    assert f"asked as     the access key {moto_server.options['access_key_id']}" in s3.out
    options = {name: value for name, value in azure_server.options.items() if name != "account_key"}
    token = azure_server.token()
    azure = await checked(f"az://{azure_container}", {**options, "sas_token": token})
    assert "with a token that allows rl and ends 2099-01-01T00:00:00Z" in azure.out
    person = await checked(f"gs://{gcs_bucket}", gcs_server.options)
    assert f"gave consent to the client {gcs_server.options['client_id']}" in person.out
    secrets = [
        token.partition("sig=")[2],
        moto_server.options["secret_access_key"],
        gcs_server.options["refresh_token"],
    ]
    assert not [one for one in secrets if one in s3.out + azure.out + person.out]


async def test_the_keys_of_both_sides_of_sftp(checked, ssh_server, ssh_folder):
    """The user, the fingerprint of his key, and the fingerprint of the server's key with what makes it trusted."""
    found = await checked(ssh_server.address(ssh_folder), ssh_server.options)
    assert 0 == found.code, found
    assert f"logged in as {ssh_server.user}, with the key of" in found.out
    assert "own key      SHA256:" in found.out
    assert f"host key     {ssh_server.fingerprint} (ssh-ed25519), trusted by options.host_key" in found.out
    assert "none: it is reached, and empty" in found.out


async def test_a_mailbox(make_project, command, capturi, mail_server):
    """A mailbox tells its account, the one sender, and that messages may be marked."""
    async with capturi() as target:
        project = make_project(target, with_samples=False)
        user = mail_server.new_user()
        options = json.dumps({"password": "${MAIL_PASSWORD}", "ca_file": str(mail_server.ca_file)})
        lines = ["kind: ccai-email", f"options: {options}", "recordings: {storage: export}"]
        source = "\n  ".join([*lines, f"storage: {mail_server.address(user)} "])
        project.edit_job(("kind: ccai\n  storage: export ", source))
        (project.folder / "export").mkdir(exist_ok=True)
        found = await command(project.folder, "check", "demo", MAIL_PASSWORD=mail_server.password)
    assert 0 == found.code, found
    assert f"logged in as {user}, with a password" in found.out
    assert "storage, done: mark is allowed" in found.out


@pytest.mark.parametrize("done", ["move:done", "tag"])
async def test_the_right_to_put_files_away_is_tried_without_a_trace(checked, gcs_server, gcs_bucket, done):
    """Where it is lacking the check is red with the remedy, where it is there it is green; nothing is written."""
    gcs_server.write(gcs_bucket, "metadata/call-1.json", b"{}")
    found = await checked(f"gs://{gcs_bucket}", gcs_server.options, done=done)
    assert 0 == found.code, found
    assert f"storage, done: {done} is allowed" in found.out
    gcs_server.front.may_write = False
    refused = await checked(f"gs://{gcs_bucket}", gcs_server.options, done=done)
    assert 1 == refused.code
    assert "storage: " in refused.out
    assert "Storage Object User" in refused.out
    assert [{}] == [gcs_server.tags(gcs_bucket, name) for name in ["metadata/call-1.json"]]
    assert "1 metadata" in (await checked(f"gs://{gcs_bucket}", gcs_server.options)).out


async def test_a_folder_that_may_not_be_written_to(checked, ssh_server, ssh_folder):
    """On an SFTP server whose account may only read, a move is refused by the check, not by the nightly run."""
    if ssh_server.password is None:
        pytest.skip("permissions bind only an account that is not the one of the tests")
    found = await checked(ssh_server.address(ssh_folder), ssh_server.options, done="move:done")
    assert 1 == found.code
    assert "files cannot be moved to done: Permission denied" in found.out
    assert f"let the user {ssh_server.user} write" in found.out
    assert [] == list(ssh_folder.iterdir())


@pytest.mark.parametrize(("place", "done"), [("export", "tag"), ("export.zip", "move:done"), ("export", "move:../x")])
async def test_what_a_storage_cannot_do_is_a_mistake_with_its_line(checked, place, done):
    """The check names file and line and ends with exit code 2; nothing is connected to."""
    found = await checked(place, {}, done=done)
    assert 2 == found.code
    assert "demo.yaml:" in found.out + found.err
    assert "source.done" in found.out + found.err
