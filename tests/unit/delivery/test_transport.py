import asyncio
import hashlib
import ssl
import subprocess

import pytest

from connector.delivery.transport import LARGEST_ANSWER_BYTES, AiohttpTransport, Route
from connector.delivery.upload import Upload
from connector.errors import (
    ConfigurationError,
    FileChangedError,
    OutcomeUnknownError,
    StopError,
    TargetUnreachableError,
    TryAgainError,
)

TOKEN = "tok-Zk3v9QhJ2"
LARGE = b"\x01\x02" * 4_000_000


def carrier(url, **changes):
    return AiohttpTransport(
        Route(url, **{"idle_seconds": 0.2, "connect_seconds": 1, **changes}), {"Authorization": TOKEN}
    )


async def test_request_arrives(stub):
    """Method, path, headers and body arrive as they were given, the path byte by byte."""
    stub.script = [stub.reply(status=201, body=b"yes", headers={"X-Kind": "odd"})]
    async with carrier(stub.url) as transport:
        answer = await transport.exchange("PATCH", "/v1/case/a%2Fb%20c%2B", {"X-Mine": "1"}, b'{"a": 1}')
    request = stub.requests[0]
    assert ("PATCH", "/v1/case/a%2Fb%20c%2B", b'{"a": 1}') == (request.method, request.path, request.body)
    assert (TOKEN, "1") == (request.headers["authorization"], request.headers["x-mine"])
    assert request.headers["user-agent"].startswith("conversation-connector/")
    assert (201, b"yes", "odd") == (answer.status, answer.body, answer.headers["x-kind"])


async def test_upload_arrives(stub, audio):
    """An upload goes out with its length, not in chunks, and what arrives has the SHA-256 that is reported."""
    upload = Upload(audio(LARGE).recording, {"spokenLanguage": "da-DK"})
    async with carrier(stub.url) as transport:
        answer = await transport.exchange("POST", "/v1/audio/1", {}, upload)
    headers, form = stub.requests[0].headers, stub.requests[0].form
    assert 200 == answer.status
    assert (str(upload.size_bytes), None) == (headers["content-length"], headers.get("transfer-encoding"))
    assert upload.sha256 == hashlib.sha256(form["data"][1]).hexdigest()
    assert b"da-DK" == form["spokenLanguage"][1]
    assert b'filename="call-1418.wav"\r\nContent-Type: audio/wav' in form["data"][0]


async def test_connection_is_kept(stub):
    """Requests one after the other use one connection."""
    async with carrier(stub.url) as transport:
        for _ in range(5):
            await transport.exchange("POST", "/x", {}, b"{}")
    assert 1 == stub.connections


async def test_long_answer_is_cut(stub):
    """Of a long answer no more than 64 KiB are read, and the next request works."""
    stub.script = [stub.reply(body=b"x" * 1_000_000)]
    async with carrier(stub.url) as transport:
        assert LARGEST_ANSWER_BYTES == len((await transport.exchange("POST", "/x", {}, b"{}")).body)
        assert 200 == (await transport.exchange("POST", "/x", {}, b"{}")).status


@pytest.mark.parametrize("fault", ["cut_answer", "slow_answer"])
async def test_status_without_its_whole_body(stub, fault):
    """Once a status has come it counts, even where the rest of the answer breaks off or never comes."""
    stub.script = [stub.reply(status=409, body=b"{}", fault=fault)]
    async with carrier(stub.url) as transport:
        assert 409 == (await transport.exchange("POST", "/x", {}, b"{}")).status


@pytest.mark.parametrize("fault", ["reset_at_head", "reset_at_body", "stall_at_body", "close_at_body", "garbage"])
async def test_no_answer_to_a_small_request(stub, fault):
    """A small request that was sent and never answered has an unknown outcome."""
    stub.script = [stub.reply(fault=fault)]
    async with carrier(stub.url) as transport:
        with pytest.raises(OutcomeUnknownError):
            await transport.exchange("POST", "/x", {}, b"{}")


@pytest.mark.parametrize("fault", ["reset_at_body", "stall_at_body", "close_at_body", "garbage"])
async def test_no_answer_to_a_whole_upload(stub, audio, fault):
    """A recording that went out whole and was never answered has an unknown outcome."""
    stub.script = [stub.reply(fault=fault)]
    source = audio(LARGE)
    async with carrier(stub.url) as transport:
        with pytest.raises(OutcomeUnknownError):
            await transport.exchange("POST", "/x", {}, Upload(source.recording, {}))
    assert (1, 1) == (source.opened, source.closed)


@pytest.mark.parametrize("fault", ["reset_at_head", "stall_at_head", "close_at_head"])
async def test_upload_that_breaks_off(stub, audio, fault):
    """A recording whose last byte was never handed over cannot have arrived: it may be sent again."""
    stub.script = [stub.reply(fault=fault)]
    source = audio(LARGE)
    async with carrier(stub.url) as transport:
        with pytest.raises(TryAgainError) as caught:
            await transport.exchange("POST", "/x", {}, Upload(source.recording, {}))
    assert not isinstance(caught.value, OutcomeUnknownError)
    assert (1, 1) == (source.opened, source.closed)


async def test_early_answer_counts(stub, audio):
    """An answer that comes before the recording was sent whole is the answer, and the next request works."""
    stub.script = [stub.reply(status=413, body=b"too large", fault="early")]
    source = audio(LARGE)
    upload = Upload(source.recording, {})
    async with carrier(stub.url) as transport:
        assert 413 == (await transport.exchange("POST", "/x", {}, upload)).status
        assert not upload.sent_whole
        assert 200 == (await transport.exchange("POST", "/x", {}, b"{}")).status
    assert (1, 1) == (source.opened, source.closed)


async def test_slow_upload_has_no_total_limit(stub, audio):
    """An upload that keeps moving may take longer than the idle time-out, many times."""

    class Slow(audio):
        async def pieces(self):
            for _ in range(8):
                await asyncio.sleep(0.05)
                yield b"x" * 1000

    upload = Upload(Slow(b"x" * 8000).recording, {})
    async with carrier(stub.url, idle_seconds=0.15) as transport:
        assert 200 == (await transport.exchange("POST", "/x", {}, upload)).status


async def test_changed_recording(stub, audio):
    """A recording that changes while it is sent is the storage's trouble, and the target gets no whole request."""
    async with carrier(stub.url) as transport:
        with pytest.raises(FileChangedError):
            await transport.exchange("POST", "/x", {}, Upload(audio(b"12345", announced=9).recording, {}))
    await asyncio.sleep(0.02)
    assert [False] == [request.complete for request in stub.requests]


async def test_nobody_there(dead_port):
    """A target that refuses the connection is unreachable, and nothing was sent."""
    async with carrier(f"http://127.0.0.1:{dead_port}") as transport:
        with pytest.raises(TargetUnreachableError, match=": connection refused"):
            await transport.exchange("POST", "/x", {}, b"{}")


async def test_unknown_host():
    """A host that no name server knows is unreachable."""
    async with carrier("https://connector-test.invalid", trust_env=False, idle_seconds=20) as transport:
        with pytest.raises(TargetUnreachableError, match="the name of its host is not known"):
            await transport.exchange("POST", "/x", {}, b"{}")


async def test_redirect_is_not_followed(stub):
    """A redirect is given as it is: the token goes nowhere else."""
    stub.script = [stub.reply(status=307, headers={"Location": "/elsewhere"})]
    async with carrier(stub.url) as transport:
        assert 307 == (await transport.exchange("POST", "/x", {}, b"{}")).status
    assert ["/x"] == [request.path for request in stub.requests]


async def test_use_before_it_is_open(stub):
    """A transport outside its `async with` says so."""
    with pytest.raises(RuntimeError, match="async with"):
        await carrier(stub.url).exchange("POST", "/x", {}, b"{}")


@pytest.mark.parametrize("content", [None, b"no certificate"])
def test_odd_ca_file(tmp_path, content):
    """A file of authorities that is missing or none is a configuration error that names it."""
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"ca\.pem.*CONNECTOR_CA_FILE"):
        carrier("https://127.0.0.1", ca_file=path)


@pytest.fixture
def authority(tmp_path):
    """Make a certificate for 127.0.0.1 that is its own authority."""
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    command = ["openssl", "req", *kind, *subject, "-out", certificate, "-keyout", key]
    subprocess.run(command, check=True, capture_output=True)
    return certificate, key


@pytest.fixture
async def secure(stub, authority):
    """Serve the stub over TLS and give its address and the file of its authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority)
    server = await asyncio.start_server(stub.handle, "127.0.0.1", 0, ssl=context)
    try:
        yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}", authority[0]
    finally:
        server.close()


async def test_untrusted_certificate(secure):
    """A certificate that no known authority signed stops the run, with the remedy."""
    async with carrier(secure[0], trust_env=False) as transport:
        with pytest.raises(StopError, match="CONNECTOR_CA_FILE"):
            await transport.exchange("POST", "/x", {}, b"{}")


async def test_own_authority(secure):
    """The authorities in the given file are the ones that are trusted."""
    async with carrier(secure[0], ca_file=secure[1], trust_env=False) as transport:
        assert 200 == (await transport.exchange("POST", "/x", {}, b"{}")).status


@pytest.fixture
async def proxy():
    """Run a proxy that knows CONNECT alone; it gives its heads, and answers with `refusal` where that is set."""

    class Proxy:
        def __init__(self):
            self.heads = []
            self.refusal = b""
            self.port = 0

    async def handle(reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        found.heads.append(head)
        if found.refusal:
            writer.write(found.refusal)
            await writer.drain()
            writer.close()
            return
        host, _, port = head.split(" ")[1].rpartition(":")
        there = await asyncio.open_connection(host, int(port))
        writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
        await asyncio.gather(pump(reader, there[1]), pump(there[0], writer))

    async def pump(reader, writer):
        try:
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        finally:
            writer.close()

    found = Proxy()
    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    found.port = server.sockets[0].getsockname()[1]
    try:
        yield found
    finally:
        server.close()
        await asyncio.sleep(0.01)


@pytest.fixture
def through_proxy(monkeypatch, proxy):
    for name in ("NO_PROXY", "no_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:word@127.0.0.1:{proxy.port}")
    return proxy


async def test_through_the_proxy(secure, stub, through_proxy):
    """HTTPS_PROXY is gone through with its credentials, and never sees the token."""
    async with carrier(secure[0], ca_file=secure[1]) as transport:
        assert 200 == (await transport.exchange("POST", "/x", {}, b"{}")).status
    head = through_proxy.heads[0]
    assert head.startswith("CONNECT 127.0.0.1:")
    assert "Proxy-Authorization: Basic dXNlcjp3b3Jk" in head
    assert "\r\nAuthorization:" not in head
    assert TOKEN not in head
    assert TOKEN == stub.requests[0].headers["authorization"]


@pytest.mark.parametrize(
    ("refusal", "kind"),
    [(b"407 Authenticate", StopError), (b"403 No", StopError), (b"502 Gone", TargetUnreachableError)],
)
async def test_proxy_refuses(secure, through_proxy, refusal, kind):
    """A proxy that refuses stops the run; one that finds no way is passing trouble."""
    through_proxy.refusal = b"HTTP/1.1 " + refusal + b"\r\nContent-Length: 0\r\n\r\n"
    async with carrier(secure[0], ca_file=secure[1]) as transport:
        with pytest.raises(kind):
            await transport.exchange("POST", "/x", {}, b"{}")
