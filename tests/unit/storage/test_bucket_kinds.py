"""The mistakes of options that are found before anything is connected, and the addresses that the stores bear."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from connector.errors import ConfigurationError
from connector.storage import open_storage
from connector.storage.azure import AzureOptions
from connector.storage.gcs import GcsOptions
from connector.storage.kinds import KINDS
from connector.storage.s3 import S3Options

KEY = {"access_key_id": "AKID", "secret_access_key": "hidden"}
ACCOUNT = {"account": "acme", "account_key": "aGlkZGVu"}
CONSENT = {"client_id": "id", "client_secret": "hidden", "refresh_token": "hidden"}


@pytest.mark.parametrize(
    ("address", "options", "expected"),
    [
        ("gs://acme/folder/", CONSENT, "gs://acme/folder"),
        ("gs://acme", {**CONSENT, "endpoint": "http://127.0.0.1:9"}, "gs://acme"),
        ("s3://acme/folder", KEY, "s3://acme/folder"),
        ("s3://acme", {**KEY, "endpoint": "https://s3.eu-north-1.amazonaws.com"}, "s3://acme"),
        ("s3://acme/a", {**KEY, "endpoint": "http://minio.example.com:9000"}, "s3://acme@minio.example.com:9000/a"),
        ("az://calls/folder", ACCOUNT, "az://calls@acme/folder"),
        ("az://calls", {**ACCOUNT, "endpoint": "http://127.0.0.1:9"}, "az://calls@acme"),
    ],
)
def test_an_address_names_what_is_unique(tmp_path, address, options, expected):
    """Two stores never have the same address: where a bucket's name is not unique, the address says whose it is."""
    assert expected == open_storage(address, options, tmp_path).address


@pytest.mark.parametrize(
    ("scheme", "model", "page"),
    [
        ("gs", GcsOptions, "storage-gcs"),
        ("s3", S3Options, "storage-s3-azure"),
        ("az", AzureOptions, "storage-s3-azure"),
    ],
)
def test_every_option_is_known_and_explained(scheme, model, page):
    """The options that are accepted are those that the kind reads, and each stands in the documentation."""
    assert frozenset(model.model_fields) == KINDS[scheme].options
    text = (Path(__file__).parents[3] / "docs" / f"{page}.md").read_text(encoding="utf-8")
    assert [] == [name for name in model.model_fields if f"`{name}`" not in text]


@pytest.mark.parametrize(
    ("address", "options", "field", "message"),
    [
        (
            "gs://acme",
            {"client_id": "id"},
            "options",
            "add client_secret, refresh_token; `connector storage login gcs`",
        ),
        ("gs://acme", {**CONSENT, "credentials_file": "key.json"}, "options", "take one away"),
        ("gs://acme", {**CONSENT, "token_uri": "http://example.com/"}, "options.token_uri", "https://"),
        ("gs://acme", {**CONSENT, "endpoint": "http://example.com"}, "options.endpoint", "https://"),
        ("gs://acme", {"credentials_file": "missing.json"}, "options.credentials_file", "No such file"),
        ("gs://acme", {"password": "hidden"}, "options.password", "not a known option"),
        ("s3://acme", {"access_key_id": "AKID"}, "options", "belong together"),
        ("s3://acme", {**KEY, "anonymous": True}, "options", "anonymous"),
        ("s3://acme", {"session_token": "hidden"}, "options", "add access_key_id"),
        ("s3://acme", {**KEY, "anonymous": "perhaps"}, "options.anonymous", "must be true or false"),
        ("s3://acme", {**KEY, "endpoint": "minio"}, "options.endpoint", "https://host"),
        ("az://calls", {}, "options.account", "missing"),
        ("az://calls", {"account": "acme"}, "options", "give one of them"),
        ("az://calls", {**ACCOUNT, "sas_token": "sig=hidden"}, "options", "give one of them"),
        (
            "az://calls",
            {**ACCOUNT, "account": "Acme Ltd"},
            "options.account",
            "must be 3 to 24 small letters and digits",
        ),
        ("az://calls", {"account": "acme", "account_key": "hidden!"}, "options.account_key", "Access keys"),
        ("az://calls", {"account": "acme", "sas_token": "hidden"}, "options.sas_token", "is no token"),
        (
            "az://calls",
            {"account": "acme", "sas_token": "sig=hidden", "endpoint": "http://a.example.com"},
            "options.endpoint",
            "https://",
        ),
        ("az://", ACCOUNT, "storage", "az://container/folder"),
    ],
)
def test_a_mistake_is_found_before_anything_is_connected(tmp_path, address, options, field, message):
    """Each mistake of address and options names its field and its remedy, and never a value."""
    with pytest.raises(ConfigurationError) as caught:
        open_storage(address, options, tmp_path)
    assert [field] == [problem.field for problem in caught.value.problems]
    assert message in str(caught.value)
    assert "hidden" not in str(caught.value)
    assert "hidden" not in repr(caught.value.__cause__)


def service_account(**changes: object) -> dict[str, object]:
    key = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    found = {
        "type": "service_account",
        "private_key": key.decode(),
        "client_email": "a@b.example",
        "token_uri": "https://t",
    }
    return {name: value for name, value in {**found, **changes}.items() if value is not None}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is no JSON"),
        ("[]", "is no key of a service account"),
        ('{"installed": {"client_id": "x"}}', "is no key of a service account"),
        (service_account(private_key="hidden"), "missing or spoilt"),
        (service_account(client_email=None), "missing or spoilt"),
        ({"type": "authorized_user"}, "missing or spoilt"),
    ],
)
@pytest.mark.parametrize("named", ["option", "environment"])
def test_a_key_that_cannot_be_used(tmp_path, monkeypatch, content, message, named):
    """A key file that is spoilt or something else is a mistake that names the file, and never what is in it."""
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    (tmp_path / "key.json").write_text(content if isinstance(content, str) else json.dumps(content))
    options = {"credentials_file": "key.json"} if named == "option" else {}
    if named == "environment":
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "key.json")
    with pytest.raises(ConfigurationError, match=message) as caught:
        open_storage("gs://acme", options, tmp_path)
    assert [tmp_path / "key.json"] == [problem.file for problem in caught.value.problems]
    assert "hidden" not in str(caught.value)


def test_a_key_that_can_be_used(tmp_path):
    """A right key is read when the storage is opened; nobody is asked yet."""
    (tmp_path / "key.json").write_text(json.dumps(service_account()))
    assert "gs://acme" == open_storage("gs://acme", {"credentials_file": "key.json"}, tmp_path).address


WITHOUT = """
import sys
from pathlib import Path
sys.modules.update({name: None for name in ("google.auth", "google_crc32c", "botocore")})
from connector.errors import ConfigurationError
from connector.storage import open_storage
for address, options in (
    ("gs://acme", {"client_id": "id", "client_secret": "s", "refresh_token": "t"}),
    ("s3://acme", {}),
    ("s3://acme", {"access_key_id": "AKID", "secret_access_key": "s"}),
    ("s3://acme", {"anonymous": True}),
    ("az://calls", {"account": "acme", "account_key": "aGlkZGVu"}),
):
    try:
        print(open_storage(address, options, Path()).address)
    except ConfigurationError as error:
        print(error)
"""


def test_what_works_without_the_extras(tmp_path):
    """Given keys of S3 and Azure need the base alone; what needs an extra names it."""
    environment = {"PATH": "", "PYTHONPATH": str(Path(__file__).parents[3])}
    ended = subprocess.run(
        [sys.executable, "-c", WITHOUT], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert [
        'storage: needs the extra gcs (install it: pip install "conversation-connector[gcs]")',
        (
            "options: names no credentials (give access_key_id and secret_access_key, or set AWS_ACCESS_KEY_ID and "
            'AWS_SECRET_ACCESS_KEY; or, for roles and profiles, pip install "conversation-connector[s3]")'
        ),
        "s3://acme",
        "s3://acme",
        "az://calls@acme",
    ] == ended.stdout.splitlines()
