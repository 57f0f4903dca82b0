"""What a person meets who gave the wrong credentials, bucket or key: words, exit code and a clean ledger."""

import base64
from typing import Any

import pytest


@pytest.fixture
def point(make_project, monkeypatch):
    """Give a function that makes a project whose job reads from this storage with these options."""

    def make(address: str, options: dict[str, Any]) -> Any:
        project = make_project("http://127.0.0.1:9", with_samples=False)
        project.read_from(address, options, monkeypatch.setenv)
        return project

    return make


@pytest.fixture
def wrong(
    gcs_server, gcs_bucket, azure_server, azure_container, rclone_server
) -> dict[str, tuple[str, dict[str, Any], str]]:
    """Give wrong ways to name a storage, each with what must be said of it."""
    other_key = base64.b64encode(b"k" * 64).decode()
    return {
        "revoked consent": (
            f"gs://{gcs_bucket}",
            {**gcs_server.options, "refresh_token": "revoked-token"},
            "connector storage login gcs",
        ),
        "gcs bucket": ("gs://nobodys-bucket", gcs_server.options, "there is no such bucket"),
        "s3 secret": (
            "s3://bucket",
            {**rclone_server.options, "secret_access_key": "wrong-secret" * 4},
            "the secret does not belong to the access key",
        ),
        "s3 host": ("s3://bucket", {**rclone_server.options, "endpoint": "https://s3.nowhere.invalid"}, "is not known"),
        "s3 tls": (
            "s3://bucket",
            {**rclone_server.options, "endpoint": rclone_server.address.replace("http://", "https://")},
            "no encrypted connection to 127.0.0.1 can be made",
        ),
        "azure key": (
            f"az://{azure_container}",
            {**azure_server.options, "account_key": other_key},
            "access is not allowed",
        ),
    }


@pytest.mark.parametrize("name", ["revoked consent", "gcs bucket", "s3 secret", "s3 host", "s3 tls", "azure key"])
async def test_what_a_storage_refuses_stops_the_run(wrong, name, point, command):
    """Run and check end with exit code 1 and the remedy, without any secret; nothing is marked in the ledger."""
    address, options, message = wrong[name]
    project = point(address, options)
    ran = await command(project.folder, "run", "demo", "--json")
    checked = await command(project.folder, "check", "demo")
    assert [1, 1] == [ran.code, checked.code]
    assert message in ran.told["error"]
    assert message in checked.out.replace("\n", " ")
    assert (0, 0) == (ran.told["seen"], ran.told["refused"])
    assert [] == project.entries()
    secrets = [
        value for option, value in options.items() if option not in {"account", "client_id", "endpoint", "token_uri"}
    ]
    assert not [secret for secret in secrets if secret in ran.out + ran.err + checked.out + checked.err]


@pytest.mark.parametrize(
    ("address", "options", "message"),
    [
        ("gs://bucket", {"credentials_file": "keys/missing.json"}, "keys/missing.json"),
        ("gs://bucket", {"credentials_file": "agents.csv"}, "is no JSON"),
        ("gs://bucket", {"client_id": "id"}, "client_secret, refresh_token"),
        ("az://container", {"account": "acme", "account_key": "no key!"}, "Access keys"),
        ("s3://bucket", {"access_key_id": "AKID"}, "belong together"),
    ],
)
async def test_what_a_file_shows_is_to_be_mended(point, command, address, options, message):
    """What can be seen without asking anybody ends with exit code 2, and nothing is started."""
    project = point(address, options)
    ran = await command(project.folder, "run", "demo", "--json")
    checked = await command(project.folder, "check", "demo")
    assert [2, 2] == [ran.code, checked.code], ran.err
    assert message in ran.err
    assert message in checked.out + checked.err
    assert [] == project.entries()


@pytest.mark.parametrize(
    ("address", "environment", "message"),
    [
        ("s3://bucket", {"AWS_ACCESS_KEY_ID": "AKID"}, "AWS_SECRET_ACCESS_KEY is not set"),
        ("s3://bucket", {"AWS_PROFILE": "nobodys"}, "AWS_PROFILE names a profile that is not there"),
        ("gs://bucket", {"GOOGLE_APPLICATION_CREDENTIALS": "agents.csv"}, "is no JSON"),
        ("gs://bucket", {"CLOUDSDK_CONFIG": "spoilt"}, "application default credentials"),
    ],
)
async def test_what_this_machine_says_wrongly_of_its_credentials(
    point, command, address, environment, message, monkeypatch, tmp_path
):
    """Default credentials that are spoilt are read at load: exit code 2, and nothing is started."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "GOOGLE_APPLICATION_CREDENTIALS"):
        monkeypatch.delenv(name, raising=False)
    project = point(address, {})
    (tmp_path / "spoilt").mkdir()
    (tmp_path / "spoilt" / "application_default_credentials.json").write_text("{")
    given = {name: str(tmp_path / text) if text == "spoilt" else text for name, text in environment.items()}
    ran = await command(project.folder, "run", "demo", "--json", **given)
    checked = await command(project.folder, "check", "demo", **given)
    assert [2, 2] == [ran.code, checked.code], ran
    assert message in ran.err
    assert message in checked.out + checked.err
    assert [] == project.entries()


@pytest.mark.parametrize(
    ("address", "message"),
    [("gs://bucket", "no application default credentials"), ("s3://bucket", "no credentials for Amazon")],
)
async def test_no_default_credentials_are_found_by_asking(point, command, address, message, monkeypatch, tmp_path):
    """Whether this machine lends an account, only others can tell: exit code 1, with what to write instead."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "GOOGLE_APPLICATION_CREDENTIALS"):
        monkeypatch.delenv(name, raising=False)
    project = point(address, {})
    nowhere = {
        "HOME": str(tmp_path),
        "NO_GCE_CHECK": "true",
        "AWS_EC2_METADATA_DISABLED": "true",
        "CLOUDSDK_CONFIG": "",
    }
    ran = await command(project.folder, "run", "demo", "--json", **nowhere)
    checked = await command(project.folder, "check", "demo", **nowhere)
    assert [1, 1] == [ran.code, checked.code], ran
    assert message in ran.told["error"]
    assert message in checked.out
