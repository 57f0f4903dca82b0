"""Reach object stores over TLS, through proxies and by names, or learn why not."""

from collections.abc import AsyncIterator

import pytest

from connector.errors import ConfigurationError, StorageUnreachableError
from tests.servers.tls import Certificate, ConnectProxy, TlsFront, make_certificate

FILE = "call-1.json"


@pytest.fixture
def certificate(tmp_path) -> Certificate:
    return make_certificate(tmp_path)


@pytest.fixture
async def secure(store, certificate) -> AsyncIterator[str]:
    store.write(FILE, b"{}")
    async with TlsFront(store.port, certificate) as front:
        yield f"https://127.0.0.1:{front.port}"


@pytest.fixture
async def proxy(monkeypatch) -> AsyncIterator[ConnectProxy]:
    for name in ("HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    async with ConnectProxy() as found:
        monkeypatch.setenv("HTTPS_PROXY", f"http://user:p%40ss@127.0.0.1:{found.port}")
        yield found


async def test_a_name_that_nobody_knows(store):
    """A host whose name cannot be resolved stops the run and is named."""
    with pytest.raises(StorageUnreachableError, match=r"nowhere\.invalid is not known.*correct the address"):
        await store.open("https://nowhere.invalid").__aenter__()


async def test_a_certificate_of_an_unknown_authority(store, secure):
    """A certificate that no known authority signed stops the run at once, with the remedy."""
    with pytest.raises(StorageUnreachableError, match=r"127\.0\.0\.1 is not trusted.*CONNECTOR_CA_FILE"):
        await store.open(secure).__aenter__()


async def test_a_certificate_for_another_name(store, tmp_path, monkeypatch):
    """A certificate that is trusted and names another host stops the run."""
    certificate = make_certificate(tmp_path, names="DNS:other.example")
    monkeypatch.setenv("CONNECTOR_CA_FILE", str(certificate.certificate))
    async with TlsFront(store.port, certificate) as front:
        with pytest.raises(StorageUnreachableError, match="is not trusted"):
            await store.open(f"https://127.0.0.1:{front.port}").__aenter__()


async def test_an_authority_of_our_own(store, secure, certificate, monkeypatch):
    """The authorities in CONNECTOR_CA_FILE are the ones that are trusted."""
    monkeypatch.setenv("CONNECTOR_CA_FILE", str(certificate.certificate))
    async with store.open(secure) as storage:
        assert [b"{}"] == list(await storage.read_many([await storage.stat(FILE)], limit_bytes=100))


async def test_authorities_that_cannot_be_read(store, monkeypatch):
    """A CONNECTOR_CA_FILE that holds no certificate is a mistake of the settings."""
    monkeypatch.setenv("CONNECTOR_CA_FILE", "/nowhere/ca.pem")
    with pytest.raises(ConfigurationError, match="CONNECTOR_CA_FILE"):
        await store.open().__aenter__()


async def test_a_server_without_tls(store):
    """A server that does not speak https stops the run, and the words say so."""
    with pytest.raises(StorageUnreachableError, match="no encrypted connection"):
        await store.open(f"https://127.0.0.1:{store.port}").__aenter__()


async def test_through_a_proxy(store, secure, certificate, proxy, monkeypatch):
    """HTTPS_PROXY leads every request through the proxy, which gets its password and sees none of the store's."""
    monkeypatch.setenv("CONNECTOR_CA_FILE", str(certificate.certificate))
    async with store.open(secure) as storage:
        assert 2 == (await storage.stat(FILE)).size_bytes
    assert proxy.heads
    assert all(head.startswith("CONNECT 127.0.0.1:") for head in proxy.heads)
    assert all("Proxy-Authorization: Basic dXNlcjpwQHNz" in head for head in proxy.heads)
    assert not [secret for secret in store.secrets if any(secret in head for head in proxy.heads)]


async def test_past_the_proxy(store, secure, certificate, proxy, monkeypatch):
    """NO_PROXY makes the way direct."""
    monkeypatch.setenv("CONNECTOR_CA_FILE", str(certificate.certificate))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    async with store.open(secure) as storage:
        assert 2 == (await storage.stat(FILE)).size_bytes
    assert [] == proxy.heads


@pytest.mark.parametrize("status", [407, 403, 502])
async def test_a_proxy_that_refuses(store, secure, proxy, status):
    """A proxy that lets nobody through stops the run, and the words name it."""
    proxy.refusal = f"HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n".encode()
    with pytest.raises(StorageUnreachableError, match=rf"the proxy .* \(status {status}\).*HTTPS_PROXY"):
        await store.open(secure).__aenter__()


async def test_a_proxy_that_is_not_there(store, secure, proxy, monkeypatch):
    """A proxy that nobody listens for stops the run, and the words name it."""
    assert proxy.port
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    with pytest.raises(StorageUnreachableError, match=r"the proxy .* cannot be reached.*HTTPS_PROXY"):
        await store.open(secure).__aenter__()


async def test_an_answer_that_is_none_of_the_store(store):
    """A web server that answers with pages of its own is not taken for an empty store."""
    async with Portal() as portal:
        with pytest.raises(StorageUnreachableError, match=r"the answer is none of .*endpoint"):
            await store.open(f"http://127.0.0.1:{portal.port}").__aenter__()


class Portal(ConnectProxy):
    """Give everybody the same page, as a network does whose guests must log in first."""

    async def _greet(self, reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        page = b"<html><body>Log in</body></html>"
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (len(page), page))
        await writer.drain()
        return 0
