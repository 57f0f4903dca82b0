"""Write projects of intakes, sign what their senders send, and run the service as a program of its own."""

import hmac
import os
import signal
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from connector.settings import Settings
from connector.shipped import shipped

__all__ = ["SECRET", "TOKEN", "Service", "chatwoot_headers", "running_service", "write_project", "zendesk_headers"]

SECRET = "demo-signing-secret"
TOKEN = "rehearsal-token"
JSON = "application/json"
INTAKES = {
    "acme-zendesk": ("zendesk", 'signing_secret: "${SIGNING_SECRET}"', "zendesk-comment"),
    "acme-both": (
        "zendesk",
        'signing_secret: "${SIGNING_SECRET}"\n  api_key: "${API_KEY}"\n  max_body: 4kB\n  tolerance: 1m',
        "zendesk-comment",
    ),
    "acme-sangoma": ("sangoma", 'signing_secret: "${SIGNING_SECRET}"', "sangoma-message"),
    "acme-bot": ("ultimate", 'secret: {header: X-Secret, value: "${API_KEY}"}', "ultimate-message"),
    "acme-open": ("ultimate", "unsigned: true", "ultimate-message"),
}
FILE = """\
intake: {name}
tenant: acme
source:
  kind: {kind}
  {proof}
mapping: mappings/{mapping}.yaml
target: {{kind: capturi, url: "{target}", token: "${{CAPTURI_TOKEN}}"}}
"""


def write_project(home: Path, target: str = "http://127.0.0.1:9", token: str = TOKEN) -> Settings:
    """Write a project folder with an intake of every kind of proof, and give its settings."""
    for folder in ("jobs", "mappings"):
        (home / folder).mkdir(parents=True, exist_ok=True)
    for name, (kind, proof, mapping) in INTAKES.items():
        text = FILE.format(name=name, kind=kind, proof=proof, mapping=mapping, target=target)
        (home / "jobs" / f"{name}.yaml").write_text(text, encoding="utf-8")
        used = shipped("mappings") / f"{mapping}.yaml"
        (home / "mappings" / used.name).write_bytes(used.read_bytes())
    (home / ".env").write_text(f"SIGNING_SECRET={SECRET}\nAPI_KEY=key\nCAPTURI_TOKEN={token}\n", encoding="utf-8")
    return Settings(home=home)


def zendesk_headers(body: bytes, at: datetime | None = None, secret: str = SECRET, **more: str) -> dict[str, str]:
    """Give the headers that Zendesk sends with this body."""
    stamp = (at or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ")
    signed = b64encode(hmac.digest(secret.encode(), stamp.encode() + body, "sha256")).decode()
    told = {"x-zendesk-webhook-signature-timestamp": stamp, "x-zendesk-webhook-signature": signed}
    return {"content-type": JSON, **told, **{name.replace("_", "-"): value for name, value in more.items()}}


def chatwoot_headers(body: bytes, at: datetime | None = None, secret: str = SECRET) -> dict[str, str]:
    """Give the headers that a Chatwoot sends with this body."""
    stamp = str(int((at or datetime.now(UTC)).timestamp()))
    signed = hmac.digest(secret.encode(), stamp.encode() + b"." + body, "sha256").hex()
    return {"content-type": JSON, "x-chatwoot-timestamp": stamp, "x-chatwoot-signature": f"sha256={signed}"}


@dataclass(frozen=True, slots=True)
class Service:
    """The running program and the address it told."""

    process: subprocess.Popen[str]
    address: str

    def end(self, number: int | None = signal.SIGTERM) -> tuple[int, str, str]:
        """Send a signal, or none, wait, and give the exit code and what was said since."""
        if number is not None:
            self.process.send_signal(number)
        out, err = self.process.communicate(timeout=30)
        return self.process.returncode, out, err


@contextmanager
def running_service(home: Path, *words: str, environment: Mapping[str, str] | None = None) -> Iterator[Service]:
    """Run `connector serve` on a free port for as long as the context lasts; what is left of it then is killed."""
    command = [sys.executable, "-m", "connector", "--home", str(home), "serve", "--port", "0", *words]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CONNECTOR_")}
    given = {**clean, "CONNECTOR_HOME": str(home), **(environment or {})}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=given)
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        line = process.stdout.readline()
        assert line.startswith("connector listening on http://"), process.stderr.read()
        yield Service(process, line.split()[-1])
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()
