"""Get consent for a bucket once by the command, then read the bucket with what it wrote."""

import os
import subprocess
import sys

import httpx
import pytest

from connector.storage import open_storage
from tests.servers.gcs import CLIENT_ID, CLIENT_SECRET

COMMAND = [sys.executable, "-m", "connector", "storage", "login", "gcs"]


def login(folder, front, *, typed: str = "", **environment: str):
    """Run the command, be the browser, and give the exit code and what was printed."""
    usual = {name: text for name, text in os.environ.items() if not name.startswith("GCS_")}
    command = [*COMMAND, "--auth-uri", f"{front}/auth", "--token-uri", f"{front}/token"]
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**usual, "CONNECTOR_HOME": str(folder), **environment},
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process:
        process.stdin.write(typed)
        process.stdin.close()
        printed = []
        for line in process.stdout:
            printed.append(line)
            if line.startswith(front):
                httpx.get(line.strip(), follow_redirects=True, trust_env=False)
    return process.returncode, "".join(printed)


def test_a_wrong_secret(gcs_server, tmp_path):
    """A wrong client secret ends with exit code 1 and its remedy; nothing is written."""
    code, printed = login(tmp_path, gcs_server.front.address, GCS_CLIENT_ID=CLIENT_ID, GCS_CLIENT_SECRET="wrong-secret")
    assert 1 == code
    assert "invalid_client" in printed
    assert "wrong-secret" not in printed
    assert not (tmp_path / ".env").exists()


@pytest.mark.parametrize("given", ["environment", "prompt"])
async def test_login_and_read(gcs_server, gcs_bucket, tmp_path, given, monkeypatch):
    """What the command writes to .env, where others cannot read it, opens the bucket; the token is not printed."""
    names = {"GCS_CLIENT_ID": CLIENT_ID, "GCS_CLIENT_SECRET": CLIENT_SECRET}
    typed = "" if given == "environment" else f"{CLIENT_ID}\n{CLIENT_SECRET}\n"
    code, printed = login(tmp_path, gcs_server.front.address, typed=typed, **(names if given == "environment" else {}))
    assert 0 == code, printed
    assert "refresh-of-consent" not in printed
    path = tmp_path / ".env"
    assert 0o600 == path.stat().st_mode & 0o777
    written = dict(line.split("=", 1) for line in path.read_text().replace("'", "").splitlines())
    assert {**({} if given == "environment" else names), "GCS_REFRESH_TOKEN": "refresh-of-consent"} == written
    monkeypatch.setenv("CONNECTOR_HOME", str(tmp_path))
    gcs_server.write(gcs_bucket, "call-1.json", b"{}")
    options = {**gcs_server.options, "refresh_token": written["GCS_REFRESH_TOKEN"]}
    async with open_storage(f"gs://{gcs_bucket}", options, tmp_path) as storage:
        assert 2 == (await storage.stat("call-1.json")).size_bytes
