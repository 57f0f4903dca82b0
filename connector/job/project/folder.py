"""Write a working project folder to start from."""

import secrets
import shutil
from pathlib import Path

from connector.errors import ConfigurationError, Problem
from connector.shipped import shipped

__all__ = ["create_project"]

JOB = """\
# The nightly sync of one contact centre. `connector check nightly-ccai` finds mistakes in this file,
# `connector run nightly-ccai --dry-run` shows what it would do, `connector schema job` lists every key.
job: nightly-ccai
tenant: acme                        # part of every external id: ids are unique per tenant only
schedule: {cron: "30 2 * * *", timezone: Europe/Copenhagen}    # `connector serve` keeps it
source:
  kind: ccai
  storage: export                   # a folder, or sftp://user@host/folder, gs://bucket/folder, s3://..., az://...
  settle: 20m                       # metadata is exported again for 15-20 minutes after the end
mappings: {call: mappings/ccai-call.yaml, chat: mappings/ccai-chat.yaml}
agents: {file: agents.csv, unknown: hold}            # hold | skip | send
audio: {wait: 7d, missing: skip}                     # missing after the wait: skip | hold | send (without audio)
target:
  kind: capturi
  url: http://127.0.0.1:8787        # the rehearsal (`connector sandbox`); the real one: https://integrations.capturi.ai
  api: v3
  token: "${CAPTURI_TOKEN}"         # comes from the environment or from .env, never from this file
limits: {concurrency: 16, requests_per_second: 20}
"""
ENVIRONMENT = """\
# Values of this machine; the real environment wins over this file. Keep it out of version control.
# The sandbox's token; for the real Capturi put the token of your organisation here.
CAPTURI_TOKEN={token}
# Keys masks and the hashes of customers. Never change it.
CONNECTOR_HASH_KEY={key}
"""
AGENTS = """\
number,id,email,name,team,valid_from,valid_to
2041,5,agent.one@example.com,Agent One,Orders,,
2042,9,agent.two@example.com,Agent Two,Order info,,
"""
IGNORED = """\
.env
connector.db*
capturi/
reports/
*.lock
"""


def create_project(folder: Path) -> list[Path]:
    """Write the folder's files and give them; raise ConfigurationError where one of them is there already."""
    mappings = sorted(path for path in shipped("mappings").rglob("*") if path.is_file())
    texts = {
        "jobs/nightly-ccai.yaml": JOB,
        "agents.csv": AGENTS,
        ".env": ENVIRONMENT.format(token="sandbox", key=secrets.token_hex(16)),  # noqa: S106 - the sandbox's
        ".env.example": ENVIRONMENT.format(token="", key=""),
        ".gitignore": IGNORED,
    }
    copies = {Path("mappings") / path.relative_to(shipped("mappings")): path for path in mappings}
    wanted = [*(folder / name for name in texts), *(folder / copy for copy in copies)]
    if there := [path for path in wanted if path.exists()]:
        hint = "choose another folder; nothing is written over"
        raise ConfigurationError([Problem("is there already", path, hint=hint) for path in there])
    for name, text in texts.items():
        _write(folder / name, text)
    for copy, source in copies.items():
        (folder / copy).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, folder / copy)
    (folder / "export").mkdir(exist_ok=True)
    (folder / ".env").chmod(0o600)
    return wanted


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
