"""What S3 and its compatibles say no to, and what becomes of it."""

from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest

from connector.errors import ConfigurationError, SkipError, StorageUnreachableError
from connector.reason import Code
from connector.storage import Storage, s3
from tests.servers.http_front import HttpFront, Instead

REGION = "eu-central-1"
CONTENT = b"x" * 300_000


def error(code: str, more: str = "") -> bytes:
    return f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>secret words</Message>{more}</Error>".encode()


@pytest.fixture
async def front(moto_server) -> AsyncIterator[HttpFront]:
    async with HttpFront(moto_server.address) as found:
        yield found


@pytest.fixture
def export(rclone_server, tmp_path):
    """Give a way to open a bucket of a server that checks signatures."""
    bucket = f"bucket-{tmp_path.name.lower().replace('_', '-')}"[:60].rstrip("-")
    folder = rclone_server.root / bucket / "folder"
    folder.mkdir(parents=True)
    (folder / "g\u00e5rden & co #1+2%20.json").write_bytes(b"{}")
    (folder / "call-1.wav").write_bytes(CONTENT)

    def open_export(name: str = bucket, **options: object) -> Storage:
        return s3.open_kind(f"s3://{name}/folder", {**rclone_server.options, **options}, tmp_path)

    return open_export


async def listed(storage: Storage) -> list[str]:
    return sorted([file.path async for batch in storage.list() for file in batch])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"secret_access_key": "another" * 6}, r"the secret does not belong to the access key.*secret_access_key"),
        ({"access_key_id": "AKIDNOBODY1234567890"}, r"there is no such access key.*access_key_id"),
        ({"name": "bucket-of-nobody"}, r"s3://bucket-of-nobody@127\.0\.0\.1:\d+/folder: there is no such bucket"),
    ],
)
async def test_wrong_keys(export, options, message):
    """A server that checks signatures turns wrong keys and buckets away, and the words say which it is."""
    with pytest.raises(StorageUnreachableError, match=message):
        await export(**options).__aenter__()


async def test_right_keys(export):
    """A server that checks signatures accepts ours, whatever characters a name holds."""
    async with export() as storage:
        files = {file.path: file async for batch in storage.list() for file in batch}
        assert {"call-1.wav", "g\u00e5rden & co #1+2%20.json"} == set(files)
        for file in files.values():
            assert file == await storage.stat(file.path)
        assert [b"{}"] == list(await storage.read_many([files["g\u00e5rden & co #1+2%20.json"]], limit_bytes=100))
        recording = files["call-1.wav"]
        assert CONTENT[7:] == b"".join([piece async for piece in storage.stream(recording, offset=7)])
        assert b"xx" == await storage.examine(recording, lambda read_at, size: read_at(size - 2, 100))


async def test_the_region_is_found(s3_store, front):
    """A bucket in another region is found there, by either of the two ways in which stores tell it."""
    s3_store.write("call-1.json", b"{}")
    malformed = error("AuthorizationHeaderMalformed", f"<Region>{REGION}</Region>")
    elsewhere = error("PermanentRedirect"), {"x-amz-bucket-region": REGION}
    for instead in (Instead(400, body=malformed), Instead(301, body=elsewhere[0], headers=elsewhere[1])):
        front.instead = [instead]
        async with s3_store.open(front.address, region="us-east-1") as storage:
            assert ["call-1.json"] == await listed(storage)
        assert f"/{REGION}/s3/" in front.headers[-1]["Authorization"]


async def test_a_region_that_does_not_settle(s3_store, front):
    """A store that sends from region to region stops the run instead of going round for ever."""
    front.instead = [
        Instead(301, body=error("PermanentRedirect"), headers={"x-amz-bucket-region": f"region-{number}"})
        for number in range(9)
    ]
    with pytest.raises(StorageUnreachableError, match=r"the bucket lies in the region region-1"):
        await s3_store.open(front.address).__aenter__()


@pytest.mark.parametrize("code", ["SlowDown", "InternalError", "RequestTimeout"])
async def test_passing_trouble_is_waited_out(s3_store, front, code):
    """Overload is waited out."""
    s3_store.write("call-1.json", b"{}")
    async with s3_store.open(front.address) as storage:
        front.instead = [Instead(400 if code == "RequestTimeout" else 503, times=3, body=error(code))]
        assert ["call-1.json"] == await listed(storage)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("AccessDenied", "may not list or read.*s3:ListBucket"),
        ("ExpiredToken", "the keys have expired.*role_arn"),
        ("RequestTimeTooSkewed", "clock is wrong"),
        ("InvalidToken", "the session token is not accepted"),
        ("SomethingNew", "refuses the request with status 403 SomethingNew"),
    ],
)
async def test_refusals_of_the_bucket(s3_store, front, code, message):
    """What keeps us from listing stops the run with its remedy and without the store's own words."""
    front.instead = [Instead(403, times=9, body=error(code))]
    with pytest.raises(StorageUnreachableError, match=message) as caught:
        await s3_store.open(front.address).__aenter__()
    assert "secret words" not in str(caught.value)


async def test_one_object_that_may_not_be_read(s3_store, front):
    """One object that may not be read is refused alone, by whatever way it is read."""
    for name in ("call-1.json", "call-2.json"):
        s3_store.write(name, name.encode())
    front.instead = [Instead(403, "folder/call-1.json", times=99, body=error("AccessDenied"))]
    async with s3_store.open(front.address) as storage:
        files = [file async for batch in storage.list() for file in batch]
        first, second = await storage.read_many(files, limit_bytes=100)
        with pytest.raises(SkipError, match="access is denied"):
            await anext(aiter(storage.stream(files[0])))
        with pytest.raises(SkipError, match="access is denied"):
            await storage.stat("call-1.json")
    assert isinstance(first, SkipError)
    assert Code.UNREADABLE == first.code
    assert b"call-2.json" == second


async def test_a_bucket_of_which_nothing_may_be_read(s3_store, front):
    """Where nothing may be read, the run stops, and the permission it needs is named."""
    for name in ("call-1.json", "call-2.json"):
        s3_store.write(name, name.encode())
    async with s3_store.open(front.address) as storage:
        files = [file async for batch in storage.list() for file in batch]
        front.instead = [Instead(403, "folder/call", times=99, body=error("AccessDenied"))]
        with pytest.raises(StorageUnreachableError, match="s3:GetObject"):
            await storage.read_many(files, limit_bytes=100)


async def test_an_archived_object(s3_store, front):
    """An object in an archive tier is refused alone, and the words say that it must be restored."""
    s3_store.write("call-1.wav", CONTENT)
    async with s3_store.open(front.address) as storage:
        file = await storage.stat("call-1.wav")
        front.instead = [Instead(403, "GET", times=9, body=error("InvalidObjectState"))]
        with pytest.raises(SkipError, match=r"archive tier.*restore"):
            await storage.examine(file, lambda read_at, _size: read_at(0, 4))


async def test_keys_that_expire_in_the_middle_of_a_run(s3_store, front):
    """Given keys that expire stop the run; nothing is refused for it."""
    s3_store.write("call-1.json", b"{}")
    async with s3_store.open(front.address) as storage:
        file = await storage.stat("call-1.json")
        front.instead = [Instead(400, times=9)]
        with pytest.raises(StorageUnreachableError):
            await storage.stat("call-1.json")
        front.instead = [Instead(400, times=9, body=error("ExpiredToken"))]
        with pytest.raises(StorageUnreachableError, match="the keys have expired"):
            await storage.read_many([file], limit_bytes=100)


async def test_bytes_that_were_spoilt_on_the_way(s3_store, front):
    """Bytes that do not fit the etag, where it is an MD5, are asked for again, then refused for this run."""
    s3_store.write("call-1.wav", CONTENT)
    async with s3_store.open(front.address) as storage:
        file = await storage.stat("call-1.wav")
        front.instead = [Instead(0, "GET", times=1)]
        assert [CONTENT] == list(await storage.read_many([file], limit_bytes=1_000_000))
        front.instead = [Instead(0, "GET", times=2)]
        refused = (await storage.read_many([file], limit_bytes=1_000_000))[0]
        front.instead = [Instead(0, "GET", times=2, headers={"x-amz-server-side-encryption": "aws:kms"})]
        unknown = (await storage.read_many([file], limit_bytes=1_000_000))[0]
    assert isinstance(refused, SkipError)
    assert Code.TRY_AGAIN == refused.code
    assert isinstance(unknown, bytes)


async def test_anonymous(s3_store, front, moto_server, s3_bucket):
    """A public bucket is read without any credentials."""
    moto_server.write(s3_bucket, "folder/call-1.json", b"{}", public=True)
    async with s3_store.only({"anonymous": True}, front.address) as storage:
        await storage.stat("call-1.json")
    assert not any("Authorization" in headers for headers in front.headers)


async def test_keys_of_the_environment(s3_store, front, tmp_path, clean_environment):
    """Without options, keys and region of the project's .env or the environment are used."""
    (tmp_path / ".env").write_text("AWS_ACCESS_KEY_ID=AKIDOFENV\nAWS_SECRET_ACCESS_KEY=s\nAWS_REGION=eu-north-1\n")
    async with s3_store.only({}, front.address):
        assert "Credential=AKIDOFENV/" in front.headers[-1]["Authorization"]
    clean_environment.setenv("AWS_ACCESS_KEY_ID", "AKIDOFOS")
    async with s3_store.only({}, front.address):
        assert "Credential=AKIDOFOS/" in front.headers[-1]["Authorization"]
        assert "/eu-north-1/" in front.headers[-1]["Authorization"]


async def test_keys_of_a_profile(s3_store, front, tmp_path, clean_environment):
    """Keys of the usual file of Amazon's tools are found."""
    (tmp_path / "credentials").write_text("[default]\naws_access_key_id = AKIDOFFILE\naws_secret_access_key = s\n")
    clean_environment.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    async with s3_store.only({}, front.address):
        assert "Credential=AKIDOFFILE/" in front.headers[-1]["Authorization"]


async def test_no_keys_at_all(s3_store, front, clean_environment):
    """A machine without any keys stops the run, and the ways to give some are named."""
    clean_environment.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(StorageUnreachableError, match=r"no credentials for Amazon.*access_key_id"):
        await s3_store.only({}, front.address).__aenter__()
    clean_environment.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(ConfigurationError, match="names a profile that is not there"):
        s3_store.only({}, front.address)


async def test_who_asks_pays(s3_store, front):
    """Where the requester pays for the bucket, every request says so, and its signature covers it."""
    s3_store.write("call-1.json", b"{}")
    async with s3_store.open(front.address, requester_pays=True) as storage:
        (file,) = [file async for batch in storage.list() for file in batch]
        assert [b"{}"] == list(await storage.read_many([file], limit_bytes=10))
    assert {"requester"} == {one.get("x-amz-request-payer") for one in front.headers}
    assert all("x-amz-request-payer" in one["Authorization"] for one in front.headers)


async def test_a_role_lends_its_keys(s3_store, front, moto_server, clean_environment):
    """With role_arn, the role's keys are asked for and used with their session token."""
    clean_environment.setenv("AWS_ENDPOINT_URL_STS", moto_server.address)
    s3_store.write("call-1.json", b"{}")
    async with s3_store.open(front.address, role_arn="arn:aws:iam::123456789012:role/reader") as storage:
        assert ["call-1.json"] == await listed(storage)
    assert "Credential=ASIA" in front.headers[-1]["Authorization"]
    assert "x-amz-security-token" in front.headers[-1]


async def test_a_role_that_cannot_be_had(s3_store, front, clean_environment):
    """A service for roles that cannot be reached stops the run."""
    clean_environment.setenv("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:9")
    clean_environment.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(StorageUnreachableError, match=r"gives no keys \(EndpointConnectionError\)"):
        await s3_store.open(front.address, role_arn="arn:aws:iam::123456789012:role/reader").__aenter__()


@pytest.fixture
def clean_environment(monkeypatch, tmp_path):
    """Take away what this machine may know of Amazon."""
    for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN", "PROFILE", "REGION", "DEFAULT_REGION"):
        monkeypatch.delenv(f"AWS_{name}", raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    return monkeypatch


@pytest.mark.parametrize(
    ("bucket", "region", "host", "path"),
    [
        ("acme-exports", "eu-north-1", "acme-exports.s3.eu-north-1.amazonaws.com", "/"),
        ("acme.exports", "eu-north-1", "s3.eu-north-1.amazonaws.com", "/acme.exports"),
        ("acme-exports", "cn-north-1", "acme-exports.s3.cn-north-1.amazonaws.com.cn", "/"),
    ],
)
async def test_addresses_of_amazon(bucket, region, host, path, tmp_path):
    """A bucket is asked at the host of its region, by its own name where Amazon's certificate covers it."""
    options = {"access_key_id": "AKID", "secret_access_key": "s", "region": region}
    service = s3.open_kind(f"s3://{bucket}/folder", options, tmp_path)._service
    parts = urlsplit((await service.authorise(service.listing(None, 1), None)).url)
    assert (host, path) == (parts.netloc, parts.path or "/")
    assert f"s3://{bucket}/folder" == service.address
