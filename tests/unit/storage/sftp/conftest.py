"""Run an SFTP server inside the test, whose oddities a test writes itself."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from connector.storage import Storage, open_storage


class AnybodyMayEnter(asyncssh.SSHServer):
    def begin_auth(self, username: str) -> bool:  # noqa: ARG002
        return False


@pytest.fixture
def odd_storage(tmp_path: Path) -> Callable[..., Any]:
    """Give a context manager from a kind of server to a storage that reads the folder `exports` from it."""
    folder = tmp_path / "exports"
    folder.mkdir()

    @asynccontextmanager
    async def run(kind: type[asyncssh.SFTPServer], **options: object) -> AsyncIterator[Storage]:
        key = asyncssh.generate_private_key("ssh-ed25519")
        server = await asyncssh.listen(
            "127.0.0.1",
            0,
            server_factory=AnybodyMayEnter,
            server_host_keys=[key],
            sftp_factory=lambda channel: kind(channel, chroot=str(folder)),
        )
        try:
            given = {"password": "any", "host_key": key.get_fingerprint(), "timeout_seconds": 3, **options}
            async with open_storage(f"sftp://ccai@127.0.0.1:{server.get_port()}/", given, tmp_path) as storage:
                yield storage
        finally:
            server.close()
            await server.wait_closed()

    return run
