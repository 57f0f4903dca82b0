"""Run the Google Cloud Storage emulator behind a front, with a bucket, an OAuth client and a service account."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from tests.servers.gcs_front import GcsFront, running_front

__all__ = ["GcsServer", "running_gcs"]

CLIENT_ID = "client-1.apps.example.com"
CLIENT_SECRET = "client-secret-1"
ACCOUNT = "reader@acme-project.iam.gserviceaccount.com"


class GcsServer:
    """One emulator and its front."""

    def __init__(self, emulator: str, front: GcsFront, key: RSAPrivateKey) -> None:
        self._emulator = httpx.Client(base_url=emulator, trust_env=False)
        self.front = front
        self._key = key

    def close(self) -> None:
        self._emulator.close()

    def make_bucket(self, bucket: str) -> str:
        self._emulator.post("/storage/v1/b", json={"name": bucket}).raise_for_status()
        return bucket

    def write(self, bucket: str, name: str, content: bytes) -> None:
        path = f"/upload/storage/v1/b/{bucket}/o?name={quote(name, safe='')}&uploadType="
        if content:
            self._emulator.post(f"{path}media", content=content).raise_for_status()
            return
        # The emulator cannot take nothing by the simple way.
        parts = "Content-Type: application/json\r\n\r\n{}\r\n", "Content-Type: application/octet-stream\r\n\r\n\r\n"
        body = "".join(f"--part\r\n{part}" for part in parts) + "--part--\r\n"
        headers = {"Content-Type": "multipart/related; boundary=part"}
        self._emulator.post(f"{path}multipart", content=body, headers=headers).raise_for_status()

    def remove(self, bucket: str, name: str) -> None:
        self._emulator.delete(f"/storage/v1/b/{bucket}/o/{quote(name, safe='')}").raise_for_status()

    def tags(self, bucket: str, name: str) -> dict[str, str]:
        """Give the metadata that somebody noted on the object."""
        found = self._emulator.get(f"/storage/v1/b/{bucket}/o/{quote(name, safe='')}").raise_for_status()
        tags: dict[str, str] = found.json().get("metadata") or {}
        return tags

    @property
    def options(self) -> dict[str, Any]:
        """Give the options of a person's consent."""
        return {
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "refresh_token": "refresh-1",
            "token_uri": f"{self.front.address}/token",
            "endpoint": self.front.address,
        }

    def write_key(self, path: Path, *, key: RSAPrivateKey | None = None) -> dict[str, Any]:
        """Write the service account's key and give the options that name it."""
        pem = (key or self._key).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        found = {
            "type": "service_account",
            "project_id": "acme-project",
            "private_key_id": "key-1",
            "private_key": pem.decode(),
            "client_email": ACCOUNT,
            "token_uri": f"{self.front.address}/token",
        }
        path.write_text(json.dumps(found))
        return {"credentials_file": str(path), "endpoint": self.front.address}


@contextmanager
def running_gcs() -> Iterator[GcsServer]:
    """Start the emulator and its front, each on a free port, and stop them."""
    from gcp_storage_emulator.server import create_server  # noqa: PLC0415 - not installed everywhere

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    emulator = create_server("127.0.0.1", 0, in_memory=True)
    emulator.start()
    try:
        host, port = emulator._api._httpd.server_address[:2]
        address = f"http://{host}:{port}"
        front = GcsFront(address, {CLIENT_ID: CLIENT_SECRET}, {ACCOUNT: key.public_key()})
        with running_front(front):
            server = GcsServer(address, front, key)
            try:
                yield server
            finally:
                server.close()
    finally:
        emulator.stop()
