"""What Azure Blob Storage says no to, and what becomes of it."""

import base64
from collections.abc import AsyncIterator

import pytest

from connector.errors import SkipError, StorageUnreachableError
from connector.reason import Code
from connector.storage import Storage
from tests.servers.http_front import HttpFront, Instead

CONTENT = b"x" * 300_000
OTHER_KEY = base64.b64encode(b"k" * 64).decode()


@pytest.fixture
async def front(azure_server) -> AsyncIterator[HttpFront]:
    async with HttpFront(azure_server.address) as found:
        yield found


async def listed(storage: Storage) -> list[str]:
    return sorted([file.path async for batch in storage.list() for file in batch])


async def test_a_wrong_key(azure_store):
    """A key that is not the account's stops the run."""
    with pytest.raises(StorageUnreachableError, match=r"access is not allowed.*account_key"):
        await azure_store.open(account_key=OTHER_KEY).__aenter__()


@pytest.mark.parametrize(
    ("status", "code", "message"),
    [
        (403, "AuthenticationFailed", "the key or token is not accepted.*account_key"),
        (403, "KeyBasedAuthenticationNotPermitted", "takes no keys.*sas_token"),
        (403, "", "the key or token is not accepted"),
        (401, "NoAuthenticationInformation", "the key or token is not accepted"),
        (400, "SomethingNew", "refuses the request with status 400 SomethingNew"),
    ],
)
async def test_refusals_of_the_container(azure_store, front, status, code, message):
    """What keeps us from listing stops the run with its remedy."""
    front.instead = [Instead(status, times=9, headers={"x-ms-error-code": code} if code else {})]
    with pytest.raises(StorageUnreachableError, match=message):
        await azure_store.open(front.address).__aenter__()


@pytest.mark.parametrize(
    ("token", "message"),
    [
        ({"ends": "2020-01-01T00:00:00Z"}, "access is not allowed.*sas_token"),
        ({"permissions": "r"}, "the token may not list or read.*sas_token"),
    ],
)
async def test_a_token_that_does_not_do(azure_store, azure_server, token, message):
    """A token that has ended or may not list stops the run."""
    options = {"account": "devstoreaccount1", "sas_token": azure_server.token(**token)}
    with pytest.raises(StorageUnreachableError, match=message) as caught:
        await azure_store.only(options, azure_server.address).__aenter__()
    assert "sig=" not in str(caught.value)


@pytest.mark.parametrize("mark", ["", "?"])
async def test_a_token(azure_store, azure_server, mark):
    """A token that may read and list opens the container, with or without the mark that the portal puts before it."""
    azure_store.write("g\u00e5rden & co #1.json", b"{}")
    options = {"account": "devstoreaccount1", "sas_token": f"{mark}{azure_server.token()}"}
    async with azure_store.only(options, azure_server.address) as storage:
        files = [file async for batch in storage.list() for file in batch]
        assert [b"{}"] == list(await storage.read_many(files, limit_bytes=100))
        assert files[0] == await storage.stat("g\u00e5rden & co #1.json")


async def test_an_endpoint_with_the_account(azure_store, azure_server):
    """An endpoint that names the account in its path, as connection strings do, is taken as well."""
    azure_store.write("call-1.json", b"{}")
    async with azure_store.open(f"{azure_server.address}/devstoreaccount1") as storage:
        assert ["call-1.json"] == await listed(storage)


async def test_a_container_that_is_not_there(azure_store):
    """A misspelt container stops the run and is named."""
    with pytest.raises(StorageUnreachableError, match=r"az://nobodys@devstoreaccount1: there is no such container"):
        await azure_store.at("az://nobodys").__aenter__()


async def test_pages(azure_store, front):
    """A listing is followed from page to page."""
    for number in range(12):
        azure_store.write(f"{number:02}.json", b"{}")
    async with azure_store.open(front.address) as storage:
        storage._bucket.service = Small(storage._bucket.service)
        assert [f"{number:02}.json" for number in range(12)] == await listed(storage)
    assert 3 < sum("comp=list" in request for request in front.requests)


class Small:
    """The service, asked for pages of five."""

    def __init__(self, service):
        self._service = service

    def __getattr__(self, name):
        return getattr(self._service, name)

    def listing(self, marker, most):
        return self._service.listing(marker, min(most, 5))


async def test_passing_trouble_is_waited_out(azure_store, front):
    """Overload is waited out."""
    azure_store.write("call-1.json", b"{}")
    async with azure_store.open(front.address) as storage:
        front.instead = [Instead(503, times=3, headers={"x-ms-error-code": "ServerBusy"})]
        assert ["call-1.json"] == await listed(storage)


async def test_one_blob_that_may_not_be_read(azure_store, front):
    """One blob that may not be read is refused alone."""
    for name in ("call-1.json", "call-2.json"):
        azure_store.write(name, name.encode())
    code = {"x-ms-error-code": "AuthorizationPermissionMismatch"}
    front.instead = [Instead(403, "folder/call-1.json", times=99, headers=code)]
    async with azure_store.open(front.address) as storage:
        files = [file async for batch in storage.list() for file in batch]
        first, second = await storage.read_many(files, limit_bytes=100)
    assert isinstance(first, SkipError)
    assert Code.UNREADABLE == first.code
    assert b"call-2.json" == second


async def test_a_container_of_which_nothing_may_be_read(azure_store, front):
    """Where nothing may be read, the run stops, and what the token needs is named."""
    for name in ("call-1.json", "call-2.json"):
        azure_store.write(name, name.encode())
    async with azure_store.open(front.address) as storage:
        files = [file async for batch in storage.list() for file in batch]
        code = {"x-ms-error-code": "AuthorizationPermissionMismatch"}
        front.instead = [Instead(403, "folder/call", times=99, headers=code)]
        with pytest.raises(StorageUnreachableError, match="Read and List"):
            await storage.read_many(files, limit_bytes=100)


async def test_an_archived_blob(azure_store, front):
    """A blob in the archive tier is refused alone, and the words say that it must be restored."""
    azure_store.write("call-1.wav", CONTENT)
    async with azure_store.open(front.address) as storage:
        file = await storage.stat("call-1.wav")
        front.instead = [Instead(409, "GET", headers={"x-ms-error-code": "BlobArchived"})]
        with pytest.raises(SkipError, match=r"archive tier.*restore"):
            await storage.examine(file, lambda read_at, _size: read_at(0, 4))


async def test_bytes_that_were_spoilt_on_the_way(azure_store, front):
    """Bytes that do not fit the MD5 are asked for again, then refused for this run."""
    azure_store.write("call-1.wav", CONTENT)
    async with azure_store.open(front.address) as storage:
        file = await storage.stat("call-1.wav")
        front.instead = [Instead(0, "GET", times=1)]
        assert [CONTENT] == list(await storage.read_many([file], limit_bytes=1_000_000))
        front.instead = [Instead(0, "GET", times=2)]
        refused = (await storage.read_many([file], limit_bytes=1_000_000))[0]
    assert isinstance(refused, SkipError)
    assert Code.TRY_AGAIN == refused.code
