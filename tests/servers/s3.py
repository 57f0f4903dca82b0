"""Run two servers that speak S3: moto in this process, which knows much, and rclone, which checks signatures."""

import logging
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree as ET

import httpx

from tests.servers.child import free_port, running_child

__all__ = ["MotoServer", "RcloneServer", "find_rclone", "read_tags", "running_moto", "running_rclone"]

KEY_ID = "AKIDEXAMPLE123456789"
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"


class MotoServer:
    """Moto takes any credentials."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._client = httpx.Client(base_url=address, trust_env=False, headers={"Authorization": _NOT_CHECKED})

    def close(self) -> None:
        self._client.close()

    @property
    def options(self) -> dict[str, Any]:
        return {
            "access_key_id": KEY_ID,
            "secret_access_key": SECRET,
            "endpoint": self.address,
            "region": "eu-north-1",
        }

    def make_bucket(self, bucket: str) -> str:
        self._client.put(f"/{bucket}").raise_for_status()
        return bucket

    def write(self, bucket: str, name: str, content: bytes, *, public: bool = False) -> None:
        headers = {"x-amz-acl": "public-read"} if public else {}
        self._client.put(_path(bucket, name), content=content, headers=headers).raise_for_status()

    def tags(self, bucket: str, name: str) -> dict[str, str]:
        return read_tags(self._client.get(f"{_path(bucket, name)}?tagging=").raise_for_status().content)

    def tag(self, bucket: str, name: str, key: str, value: str) -> None:
        body = f"<Tagging><TagSet><Tag><Key>{key}</Key><Value>{value}</Value></Tag></TagSet></Tagging>"
        self._client.put(f"{_path(bucket, name)}?tagging=", content=body).raise_for_status()

    def remove(self, bucket: str, name: str) -> None:
        self._client.delete(_path(bucket, name)).raise_for_status()


_NOT_CHECKED = (
    f"AWS4-HMAC-SHA256 Credential={KEY_ID}/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"
)


def read_tags(body: bytes) -> dict[str, str]:
    """Give the tags in an answer, which S3 and Azure write alike."""
    found = ET.fromstring(body).iter()  # noqa: S314 - our own server's
    texts = [one.text or "" for one in found if one.tag.rpartition("}")[2] in {"Key", "Value"}]
    return dict(zip(texts[::2], texts[1::2], strict=True))


def _path(bucket: str, name: str) -> str:
    return f"/{bucket}/{quote(name)}"


@contextmanager
def running_moto() -> Iterator[MotoServer]:
    """Serve in a thread on a free port."""
    from moto.server import ThreadedMotoServer  # noqa: PLC0415 - not installed everywhere

    # Every request would stand in the log of each failed test.
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    try:
        host, port = moto.get_host_and_port()
        server = MotoServer(f"http://{host}:{port}")
        try:
            yield server
        finally:
            server.close()
    finally:
        moto.stop()


class RcloneServer:
    """Rclone serves the folders below its root as buckets, to those who sign rightly."""

    def __init__(self, root: Path, port: int) -> None:
        self.root = root
        self.address = f"http://127.0.0.1:{port}"

    @property
    def options(self) -> dict[str, Any]:
        return {"access_key_id": KEY_ID, "secret_access_key": SECRET, "endpoint": self.address}


def find_rclone() -> str | None:
    """Give the program's path; the package puts it beside the interpreter."""
    return shutil.which("rclone", path=str(Path(sys.executable).parent)) or shutil.which("rclone")


@contextmanager
def running_rclone(folder: Path) -> Iterator[RcloneServer]:
    """Start the program on a free port and stop it."""
    root, log = folder / "root", folder / "rclone.log"
    root.mkdir(parents=True)
    port = free_port()
    command = [find_rclone() or "", "serve", "s3", "--addr", f"127.0.0.1:{port}", "--auth-key", f"{KEY_ID},{SECRET}"]
    options = ["--config", str(folder / "none.conf"), "--vfs-cache-mode", "off", "--dir-cache-time", "0s", str(root)]
    with running_child([*command, *options], port, log):
        yield RcloneServer(root, port)
