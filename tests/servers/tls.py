"""Stand before a server with a certificate of our own, and be a proxy that is asked to CONNECT."""

import asyncio
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

__all__ = ["Certificate", "ConnectProxy", "TlsFront", "make_certificate"]

PIECE_BYTES = 64 * 1024


@dataclass(frozen=True)
class Certificate:
    """A certificate that is its own authority, and its key."""

    certificate: Path
    key: Path


def make_certificate(folder: Path, *, names: str = "IP:127.0.0.1,DNS:localhost") -> Certificate:
    """Make a certificate for these names with OpenSSL's own program."""
    found = Certificate(folder / "cert.pem", folder / "key.pem")
    kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    subject = ["-subj", "/CN=127.0.0.1", "-addext", f"subjectAltName={names}"]
    command = ["openssl", "req", *kind, *subject, "-out", str(found.certificate), "-keyout", str(found.key)]
    subprocess.run(command, check=True, capture_output=True)
    return found


class _Server:
    """A server of this loop on a free port that pumps bytes between two connections."""

    def __init__(self) -> None:
        self.port = 0
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls())
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _tls(self) -> ssl.SSLContext | None:
        return None

    async def _greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> int:
        """Give the port of this machine that the connection goes on to; 0 ends it."""
        raise NotImplementedError

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        far = None
        try:
            if port := await self._greet(reader, writer):
                far_reader, far = await asyncio.open_connection("127.0.0.1", port)
                await asyncio.gather(_pump(reader, far), _pump(far_reader, writer))
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            self._tasks.discard(task)
            for one in (writer, far):
                if one is not None:
                    one.transport.abort()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while piece := await reader.read(PIECE_BYTES):
        writer.write(piece)
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()


class TlsFront(_Server):
    """Speak TLS for a server that does not."""

    def __init__(self, port: int, certificate: Certificate) -> None:
        super().__init__()
        self._target = port
        self._certificate = certificate

    def _tls(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._certificate.certificate, self._certificate.key)
        return context

    async def _greet(self, _reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> int:
        return self._target


class ConnectProxy(_Server):
    """Know CONNECT alone; `heads` is what clients said, `refusal` what all are told instead of being let through."""

    def __init__(self) -> None:
        super().__init__()
        self.heads: list[str] = []
        self.refusal = b""

    async def _greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> int:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.heads.append(head)
        if self.refusal:
            writer.write(self.refusal)
            await writer.drain()
            return 0
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        return int(head.split()[1].rpartition(":")[2])
