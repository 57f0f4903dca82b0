"""What Google Cloud Storage says no to, and what becomes of it."""

from collections.abc import AsyncIterator

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from connector.errors import FileMissingError, SkipError, StorageUnreachableError
from connector.reason import Code
from connector.storage import Storage
from tests.servers.gcs_front import Fault


async def listed(storage: Storage) -> list[str]:
    return sorted([file.path async for batch in storage.list() for file in batch])


def tokens_got(front) -> int:
    return sum(request.startswith("token") for request in front.requests)


async def test_the_front_demands_a_token(gcs_store, gcs_server):
    """Without a token that was given out, nothing is answered: the tests below prove something."""
    gcs_server.front.tokens.add("access-known")
    gcs_server.front.token_answers = [{"status": 200, "body": {"access_token": "stranger", "expires_in": 3600}}] * 2
    with pytest.raises(StorageUnreachableError, match=r"Google does not accept the token"):
        await gcs_store.open().__aenter__()


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("client_secret", "another", r"does not accept the OAuth client.*client_secret"),
        ("client_id", "another", r"does not accept the OAuth client.*client_id"),
        ("refresh_token", "another", r"expired or was revoked.*connector storage login gcs"),
    ],
)
async def test_wrong_consent(gcs_store, option, value, message):
    """A wrong client or a revoked token stops the run with its remedy; the token server's own words stay inside."""
    with pytest.raises(StorageUnreachableError, match=message) as caught:
        await gcs_store.open(**{option: value}).__aenter__()
    assert "Token has been" not in str(caught.value)


async def test_a_token_revoked_in_the_middle_of_a_run(gcs_store, gcs_server):
    """A refresh token that is revoked while the storage is used stops the run at the next expired access token."""
    gcs_store.write("call-1.json", b"{}")
    async with gcs_store.open() as storage:
        file = await storage.stat("call-1.json")
        gcs_server.front.tokens.clear()
        gcs_server.front.refresh_tokens.clear()
        with pytest.raises(StorageUnreachableError, match="connector storage login gcs"):
            await storage.read_many([file], limit_bytes=100)


async def test_an_expired_token_is_renewed_once(gcs_store, gcs_server):
    """However many requests meet an expired token at once, one new token is got and every one of them succeeds."""
    front = gcs_server.front
    for number in range(40):
        gcs_store.write(f"call-{number}.json", b"{}")
    async with gcs_store.open() as storage:
        files = [file async for batch in storage.list() for file in batch]
        assert 1 == tokens_got(front)
        front.tokens.clear()
        assert [b"{}"] * 40 == list(await storage.read_many(files, limit_bytes=100))
    assert 2 == tokens_got(front)


async def test_a_service_account(gcs_store, gcs_server, tmp_path):
    """The key of a service account opens the bucket, and another account's key does not."""
    endpoint = gcs_server.front.address
    right = gcs_server.write_key(tmp_path / "right.json")
    wrong = gcs_server.write_key(tmp_path / "wrong.json", key=rsa.generate_private_key(65537, 2048))
    gcs_store.write("call-1.json", b"{}")
    async with gcs_store.only(right, endpoint) as storage:
        assert ["call-1.json"] == await listed(storage)
    with pytest.raises(StorageUnreachableError, match="does not accept the account's key"):
        await gcs_store.only(wrong, endpoint).__aenter__()


async def test_the_default_account(gcs_store, gcs_server, tmp_path, monkeypatch):
    """Without options, the key that GOOGLE_APPLICATION_CREDENTIALS names is used, in .env as well."""
    gcs_server.write_key(tmp_path / "key.json")
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    (tmp_path / ".env").write_text("GOOGLE_APPLICATION_CREDENTIALS=key.json\n")
    gcs_store.write("call-1.json", b"{}")
    async with gcs_store.only({}, gcs_server.front.address) as storage:
        assert ["call-1.json"] == await listed(storage)


async def test_a_machine_without_default_account(gcs_store, gcs_server, tmp_path, monkeypatch):
    """Where there are no credentials at all, the run stops and the ways to give some are named."""
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    with pytest.raises(StorageUnreachableError, match=r"no application default.*credentials_file"):
        await gcs_store.only({}, gcs_server.front.address).__aenter__()


async def test_a_bucket_that_is_not_there(gcs_store, gcs_server):
    """A misspelt bucket stops the run and is named."""
    with pytest.raises(StorageUnreachableError, match=r"gs://exports-of-nobody: there is no such bucket"):
        await gcs_store.at("gs://exports-of-nobody").__aenter__()
    assert gcs_server.front.requests


async def test_a_bucket_that_may_not_be_listed(gcs_store, gcs_server):
    """An account without the right to list stops the run, and the role it needs is named."""
    gcs_server.front.may_list = False
    with pytest.raises(StorageUnreachableError, match=r"may not list.*roles/storage\.objectViewer"):
        await gcs_store.open().__aenter__()


async def test_one_object_that_may_not_be_read(gcs_store, gcs_server):
    """One object that may not be read is refused alone; the others are read."""
    for name in ("call-1.json", "call-2.json", "call-3.json"):
        gcs_store.write(name, name.encode())
    gcs_server.front.forbidden = {"folder/call-1.json"}
    async with gcs_store.open() as storage:
        files = [file async for batch in storage.list() for file in batch]
        results = await storage.read_many(files, limit_bytes=100)
    refused = next(one for one in results if isinstance(one, SkipError))
    assert Code.UNREADABLE == refused.code
    assert "call-1.json cannot be read: access is denied (let the connector's account read it)" == str(refused)
    assert {b"call-2.json", b"call-3.json"} == {one for one in results if isinstance(one, bytes)}


async def test_a_bucket_of_which_nothing_may_be_read(gcs_store, gcs_server):
    """Where objects may be listed and none may be read, the run stops before every conversation is refused."""
    names = [f"call-{number}.json" for number in range(10)]
    for name in names:
        gcs_store.write(name, b"{}")
    gcs_server.front.forbidden = {f"folder/{name}" for name in names}
    async with gcs_store.open() as storage:
        files = [file async for batch in storage.list() for file in batch]
        with pytest.raises(StorageUnreachableError, match=r"roles/storage\.objectViewer"):
            await storage.read_many(files, limit_bytes=100)


async def test_requester_pays(gcs_store, gcs_server):
    """A bucket for which the requester pays is read with user_project, and its lack is named."""
    gcs_server.front.payer = "acme-project"
    gcs_store.write("call-1.json", b"{}")
    with pytest.raises(StorageUnreachableError, match=r"requester pays.*user_project"):
        await gcs_store.open().__aenter__()
    async with gcs_store.open(user_project="acme-project") as storage:
        file = await storage.stat("call-1.json")
        assert [b"{}"] == list(await storage.read_many([file], limit_bytes=100))


async def test_pages(gcs_store, gcs_server):
    """A listing in many pages is complete, and a page may come empty."""
    for number in range(25):
        gcs_store.write(f"{number:02}.json", b"{}")
    gcs_server.front.page_files = 4
    async with gcs_store.open() as storage:
        assert [f"{number:02}.json" for number in range(25)] == await listed(storage)


async def test_a_listing_that_changes_between_pages(gcs_store, gcs_server):
    """What is there from beginning to end of a listing is listed once, whatever comes and goes between its pages."""
    for number in range(10):
        gcs_store.write(f"{number}.json", b"{}")
    gcs_server.front.page_files = 4
    found = []
    async with gcs_store.open() as storage:
        async for batch in storage.list():
            if not found:
                gcs_store.remove("5.json")
                gcs_store.write("0-new.json", b"{}")
                gcs_store.write("9-new.json", b"{}")
            found += [file.path for file in batch]
    stayed = [f"{number}.json" for number in range(10) if number != 5]
    assert stayed == [path for path in found if path in stayed]


@pytest.mark.parametrize(
    ("status", "reason"), [(429, "rateLimitExceeded"), (503, "backendError"), (403, "userRateLimitExceeded")]
)
async def test_passing_trouble_is_waited_out(gcs_store, gcs_server, status, reason):
    """Limits and overload in listing, facts, files and streams are waited out; nothing is refused or lost."""
    gcs_store.write("call-1.json", b"{}")
    front = gcs_server.front
    async with gcs_store.open() as storage:
        front.faults = [Fault(status, 2, reason=reason)]
        assert ["call-1.json"] == await listed(storage)
        front.faults = [Fault(status, 2, reason=reason)]
        file = await storage.stat("call-1.json")
        front.faults = [Fault(status, 2, "alt=media", reason)]
        assert [b"{}"] == list(await storage.read_many([file], limit_bytes=100))
        front.faults = [Fault(status, 2, "alt=media", reason)]
        assert b"{}" == b"".join([piece async for piece in storage.stream(file)])


async def test_trouble_that_stays_stops_the_run(gcs_store, gcs_server):
    """Overload that does not end stops the run; the file is neither refused nor marked."""
    gcs_store.write("call-1.json", b"{}")
    async with gcs_store.open() as storage:
        file = await storage.stat("call-1.json")
        gcs_server.front.faults = [Fault(503, 100)]
        with pytest.raises(StorageUnreachableError, match=r"answers status 503 backendError, 4 times.*later"):
            await storage.read_many([file], limit_bytes=100)


async def test_the_storage_says_how_long_to_wait(gcs_store, gcs_server):
    """Retry-After is waited for, up to what patience allows."""
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    async with gcs_store.patient(sleep) as storage:
        gcs_server.front.faults = [Fault(429, headers={"Retry-After": text}) for text in ("7", "9999")]
        await listed(storage)
    assert [7, 30] == waits


async def test_bytes_that_were_spoilt_on_the_way(gcs_store, gcs_server):
    """Bytes that do not fit the checksum never come through as whole, and are tried again."""
    gcs_store.write("call-1.wav", b"x" * 1_000_000)
    gcs_server.front.spoilt = {"folder/call-1.wav"}
    async with gcs_store.open() as storage:
        file = await storage.stat("call-1.wav")
        read = (await storage.read_many([file], limit_bytes=2_000_000))[0]
        arrived = bytearray()
        with pytest.raises(SkipError, match="checksum") as caught:
            await pour(storage.stream(file), arrived)
        gcs_server.front.spoilt = set()
        assert b"x" * 1_000_000 == (await storage.read_many([file], limit_bytes=2_000_000))[0]
    assert isinstance(read, SkipError)
    assert [Code.TRY_AGAIN] * 2 == [read.code, caught.value.code]
    assert 0 < len(arrived) < 1_000_000


async def pour(pieces: AsyncIterator[bytes], arrived: bytearray) -> None:
    async for piece in pieces:
        arrived += piece


async def test_a_generation_is_asked_for_and_told(gcs_store, gcs_server):
    """A file's etag is its generation, and every request for bytes names it."""
    gcs_store.write("call-1.json", b"{}")
    async with gcs_store.open() as storage:
        file = await storage.stat("call-1.json")
        await storage.read_many([file], limit_bytes=100)
    asked = [request for request in gcs_server.front.requests if "alt=media" in request]
    assert file.etag
    assert file.etag.isdigit()
    assert asked
    assert all(f"ifGenerationMatch={file.etag}" in request for request in asked)


async def test_folders_of_the_console_are_no_files(gcs_store):
    """What the console makes for an empty folder is not listed, and a folder has no facts."""
    gcs_store.write("ujet-metadata/", b"")
    gcs_store.write("ujet-metadata/call-1.json", b"{}")
    async with gcs_store.open() as storage:
        assert ["ujet-metadata/call-1.json"] == await listed(storage)
        with pytest.raises(FileMissingError):
            await storage.stat("ujet-metadata/")


async def test_a_folder_path_with_slashes_too_many(gcs_store):
    """Exports whose folder was set with a slash at its end are found under the names they have."""
    gcs_store.write("/ujet-metadata//call-1.json", b"{}")
    async with gcs_store.open() as storage:
        assert ["/ujet-metadata//call-1.json"] == await listed(storage)
        file = await storage.stat("/ujet-metadata//call-1.json")
        assert [b"{}"] == list(await storage.read_many([file], limit_bytes=100))


async def test_the_token_server_is_away(gcs_store, gcs_server):
    """Trouble of the token server alone stops the run with words of its own."""
    gcs_server.front.token_answers = [{"status": 400, "body": {"error": "admin_policy_enforced"}}]
    with pytest.raises(StorageUnreachableError, match=r"gives no access token \(admin_policy_enforced\)"):
        await gcs_store.open().__aenter__()
