"""Run Azurite, the emulator of Azure Blob Storage, and write into it."""

import base64
import hmac
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import httpx

from tests.servers.child import free_port, running_child
from tests.servers.s3 import read_tags

__all__ = ["AzureServer", "find_azurite", "running_azurite"]

CACHE = Path(__file__).parents[2] / ".cache" / "azurite"
VERSION = "2021-12-02"
ACCOUNT = "devstoreaccount1"
# Not a secret: every Azurite has this one.
ACCOUNT_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="


class AzureServer:
    """One Azurite with the account that every Azurite has."""

    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self._client = httpx.Client(base_url=f"{self.address}/{ACCOUNT}", trust_env=False)

    def close(self) -> None:
        self._client.close()

    @property
    def options(self) -> dict[str, Any]:
        return {"account": ACCOUNT, "account_key": ACCOUNT_KEY, "endpoint": self.address}

    def token(self, *, permissions: str = "rl", ends: str = "2099-01-01T00:00:00Z") -> str:
        """Give a token for the whole account, as the portal makes it."""
        stated = ACCOUNT, permissions, "b", "sco", "", ends, "", "", VERSION, "", ""
        signature = hmac.digest(base64.b64decode(ACCOUNT_KEY), "\n".join(stated).encode(), "sha256")
        parts = {"sv": VERSION, "ss": "b", "srt": "sco", "sp": permissions, "se": ends}
        return urlencode({**parts, "sig": base64.b64encode(signature).decode()})

    def make_container(self, container: str) -> str:
        self._send("PUT", f"/{container}", "&restype=container")
        return container

    def write(self, container: str, name: str, content: bytes) -> None:
        self._send("PUT", f"/{container}/{quote(name)}", content=content)

    def remove(self, container: str, name: str) -> None:
        self._send("DELETE", f"/{container}/{quote(name)}")

    def tags(self, container: str, name: str) -> dict[str, str]:
        return read_tags(self._send("GET", f"/{container}/{quote(name)}", "&comp=tags").content)

    def tag(self, container: str, name: str, key: str, value: str) -> None:
        tags = f"<TagSet><Tag><Key>{key}</Key><Value>{value}</Value></Tag></TagSet>"
        body = f"<?xml version='1.0' encoding='utf-8'?><Tags>{tags}</Tags>"
        self._send("PUT", f"/{container}/{quote(name)}", "&comp=tags", body.encode())

    def _send(self, method: str, path: str, query: str = "", content: bytes = b"") -> httpx.Response:
        url = f"{path}?{self.token(permissions='rwdlact')}{query}"
        special = {"Content-Type": "application/xml"} if query else {"x-ms-blob-type": "BlockBlob"}
        headers = {"x-ms-version": VERSION, **special}
        return self._client.request(method, url, headers=headers, content=content).raise_for_status()


def find_azurite() -> str | None:
    """Give the program's path: where tests/servers.sh puts it, else wherever it is."""
    return shutil.which("azurite-blob", path=str(CACHE / "node_modules" / ".bin")) or shutil.which("azurite-blob")


@contextmanager
def running_azurite(folder: Path) -> Iterator[AzureServer]:
    """Start the program on a free port and stop it."""
    port = free_port()
    options = ["--inMemoryPersistence", "--silent", "--skipApiVersionCheck", "--disableTelemetry"]
    command = [find_azurite() or "", "--blobHost", "127.0.0.1", "--blobPort", str(port), *options]
    with running_child(command, port, folder / "azurite.log"):
        server = AzureServer(port)
        try:
            yield server
        finally:
            server.close()
