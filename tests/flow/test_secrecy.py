"""What must not be told is told nowhere: tokens, names, numbers, addresses and texts of people."""

import asyncio
import json
import re
import sqlite3
from contextlib import closing

from connector.shipped import shipped

TOKEN = "rehearsal-token"


def personal(folder):
    """Give every name, number, e-mail address and text of people that the samples hold, as they may be written."""
    export = shipped("sample_data") / "export"
    found = set()
    for path in export.rglob("*.json"):
        text = path.read_bytes().decode("utf-8", "replace")
        found |= set(re.findall(r'"phone_number": ?"([^"]{6,})"', text))
        found |= set(re.findall(r"[\w.+-]+@[\w-]+\.\w[\w.]+", text))
        found |= set(re.findall(r'"(?:name|first_name|last_name)": ?"([^"]+)"', text)) & NAMES
        found |= set(re.findall(r'"content": ?"([^"]{12,})"', text))
    for path in export.rglob("*.txt"):
        found |= set(re.findall(r"\] [^:]+: (.{12,})", path.read_text()))
    for line in (folder / "agents.csv").read_text().splitlines()[1:]:
        found |= {value for value in line.split(",")[2:4] if value}
    numbers = {re.sub(r"\D", "", value) for value in found if re.fullmatch(r"[+\d\s().-]{8,}", value)}
    return (found | numbers | {number[-8:] for number in numbers}) - {""}


NAMES = {"Jonas", "Lind", "Mette", "Krogh", "Sara", "Bach", "Nørgaard", "Dahl", "Mette Krogh", "Jonas Lind"}


def assert_silent(content, secrets, where):
    text = content if isinstance(content, bytes) else content.encode()
    folded = text.lower()
    told = sorted(secret for secret in secrets if secret.lower().encode() in folded)
    assert [] == told, f"{where} tells {told}"


WORDS = (
    ("run", "demo"),
    ("check", "demo"),
    ("show", "acme-call-1418"),
    ("show", "958"),
)


def without_examples(path):
    """Give the ledger's bytes without what `report --unmasked` needs: a few example values per field of a mapping."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DELETE FROM mapping_stat")
        connection.commit()
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("VACUUM")
    return path.read_bytes()


async def test_nothing_personal_is_in_the_ledger_or_said(make_project, capturi, command):
    """The ledger file, all output at log level debug and the report hold no number, address, name or text of people."""
    async with capturi(faults="429=20%:retry=0,seed=3") as address:
        project = make_project(address)
        chatty = {"CONNECTOR_LOG": "debug", "CONNECTOR_HASH_KEY": "k" * 32}
        first = await command(project.folder, *WORDS[0], **chatty)
        others = await asyncio.gather(*(command(project.folder, *words, **chatty) for words in WORDS[1:]))
        said = "".join(ended.out + ended.err for ended in (first, *others))
    secrets = personal(project.folder)
    assert 40 <= len(secrets)
    assert_silent(said, secrets | {TOKEN, "k" * 32}, "the output")
    for told in ("delivered", "request.repeated", "run.finished", "audio.done"):
        assert told in said
    exact = {one for one in secrets if "@" in one or re.fullmatch(r"[+\d]{8,}", one)}
    for path in (project.folder / "reports").glob("*.html"):
        assert_silent(path.read_bytes(), exact | {TOKEN}, path.name)
    assert_silent(without_examples(project.folder / "connector.db"), secrets | {TOKEN, "k" * 32}, "the ledger")


async def test_the_token_is_in_no_error(make_project, capturi, command):
    """Refused, unreachable or misspelt: no message repeats the token."""
    async with capturi() as address:
        project = make_project(address)
        secret = "a-secret-that-nobody-may-see"
        said = ""
        for words in (("run", "demo", "--json"), ("check", "demo")):
            ended = await command(project.folder, *words, CAPTURI_TOKEN=secret, CONNECTOR_LOG="debug")
            assert 1 == ended.code
            said += ended.out + ended.err
        odd = await command(project.folder, "run", "demo", "--json", CAPTURI_TOKEN=f"{secret}\u00e6")
    assert 2 == odd.code
    assert_silent(said + odd.out + odd.err, {secret}, "the output")
    for path in project.folder.glob("connector.db*"):
        assert_silent(path.read_bytes(), {secret}, path.name)


async def test_details_and_steps_are_for_people_without_naming_any(make_project, capturi):
    """Each entry that did not go says why in words of its own."""
    async with capturi() as address:
        project = make_project(address)
        await project.run()
    told = json.dumps(project.ask("SELECT name, facts FROM step") + project.entries())
    assert_silent(told, personal(project.folder), "steps and entries")
