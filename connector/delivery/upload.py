"""Send a recording as multipart/form-data piece by piece, and take its SHA-256 on the way."""

import hashlib
import re
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import PurePosixPath
from uuid import uuid4

from connector.delivery.model import Recording
from connector.errors import ConnectorError, FileChangedError

__all__ = ["Upload"]

_QUOTED = {ord('"'): "%22", ord("\r"): "%0D", ord("\n"): "%0A"}
_CONTENT_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+(; ?[\w.+-]+=[\w.+-]+)*\Z", re.ASCII)
_UNKNOWN_TYPE = "application/octet-stream"


class Upload:
    """One try at sending a recording: form fields first, then the part `data`, never more than a piece in memory.

    A second try needs a new one, which opens the recording again.
    """

    def __init__(self, recording: Recording, fields: Mapping[str, str]) -> None:
        boundary = uuid4().hex
        self._recording = recording
        self._head = _head(boundary, recording, fields)
        self._tail = f"\r\n--{boundary}--\r\n".encode()
        self._digest = hashlib.sha256()
        self.content_type = f"multipart/form-data; boundary={boundary}"
        self.size_bytes = len(self._head) + recording.size_bytes + len(self._tail)
        self.sent_whole = False
        self.failure: ConnectorError | None = None

    @property
    def sha256(self) -> str:
        """Give the SHA-256 of the audio that went out so far, in hexadecimal."""
        return self._digest.hexdigest()

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """Give the body piece by piece; raise what the storage raises, FileChangedError where the size is another."""
        yield self._head
        left = self._recording.size_bytes
        try:
            async with _closing(self._recording.open()) as source:
                async for piece in source:
                    left -= len(piece)
                    if left < 0:
                        break
                    self._digest.update(piece)
                    yield piece
            if left:
                raise FileChangedError(self._recording.file_name)
        except ConnectorError as error:
            # The HTTP library wraps what its body raises into an error of the connection: keep the true cause.
            self.failure = error
            raise
        # Set before the last bytes are handed over: from here on the target may have everything.
        self.sent_whole = True
        yield self._tail


@asynccontextmanager
async def _closing(source: AsyncIterator[bytes]) -> AsyncIterator[AsyncIterator[bytes]]:
    try:
        yield source
    finally:
        if isinstance(source, AsyncGenerator):
            await source.aclose()


def _head(boundary: str, recording: Recording, fields: Mapping[str, str]) -> bytes:
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name.translate(_QUOTED)}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    file_name = PurePosixPath(recording.file_name).name.translate(_QUOTED) or "audio"
    content_type = recording.content_type if _CONTENT_TYPE.match(recording.content_type) else _UNKNOWN_TYPE
    parts.append(
        f'--{boundary}\r\nContent-Disposition: form-data; name="data"; filename="{file_name}"\r\n'
        f"Content-Type: {content_type}\r\n\r\n"
    )
    return "".join(parts).encode()
