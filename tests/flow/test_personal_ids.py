"""Sources whose ids are people's addresses and numbers: a whole run tells them to the target, and to nobody else."""

import csv
import io
import json
import re
from urllib.parse import unquote

import pandas as pd
import pytest

NAME = "Karoline Vestergaard"
IDS = (
    "karoline.vestergaard@example.org",
    "+4531415926",
    "0045 27 18 28 18",
    "https://crm.example.org/people/karoline.vestergaard@example.org?tel=+4531415926",
    "tel:+4531415926",
    "mailto:karoline@vestergaard.example",
)
PERSONAL = re.compile(r"karoline|vestergaard|31\W?41\W?59\W?26|27\W?18\W?28\W?18", re.IGNORECASE)
COLUMNS = ("call_id", "started", "ended", "agent", "queue", "phone", "consent", "note")
JOB = """\
job: demo
tenant: acme
source:
  kind: files
  storage: export
  options:
    {{id: call_id, ended_at: ended, pattern: "*.csv", agent: {{id: agent}}, recording: {{pattern: "{{id}}.wav"}}}}
  settle: 20m
audio: {{wait: 0s, missing: send}}
mappings: {{call: mappings/calls.yaml}}
agents: {{file: people.csv, unknown: hold}}
target: {{kind: capturi, url: "{address}", token: "${{CAPTURI_TOKEN}}"}}
"""
MAPPING = """\
mapping: calls
reads: files.record
writes: capturi.conversation
fields:
  externalIdentity: {join: [$tenant, call, {path: call_id}], by: "-"}
  agentId: $agent.id
  agentName: $agent.name
  agentEmail: $agent.email
  dateTime: {path: started, as: [utc]}
  subject: {path: queue, else: Call}
  customer: {path: phone, else: anonymous}
  customProp1: note
  labels: {list: [{path: note}]}
consent: {path: consent, values: {"yes": true}}
"""
FATES = ({}, {"consent": NAME}, {"agent": "77"}, {"started": f"when {NAME} called"}, {"ended": NAME})
"""Delivered, its consent unknown, its agent unknown, refused for a field, and a row that tells no time."""


def rows():
    for number, one in enumerate(IDS):
        for fate, changes in enumerate(FATES):
            yield {
                "call_id": f"{one}{'' if not fate else f'#{number}-{fate}'}",
                "started": "2026-03-24T09:00:00Z",
                "ended": "2026-03-24T09:02:00Z",
                "agent": "5",
                "queue": "Orders",
                "phone": f"{NAME} +4531415926",
                "consent": "yes",
                "note": f"{NAME} <karoline.vestergaard@example.org>",
            } | changes


@pytest.fixture
def personal(make_project):
    """Give a function that gives a project whose every field tells of one person, in all that may become of a call."""

    def make(address):
        project = make_project(address, with_samples=False)
        (project.folder / "jobs" / "demo.yaml").write_text(JOB.format(address=address))
        (project.folder / "mappings" / "calls.yaml").write_text(MAPPING)
        (project.folder / "people.csv").write_text(
            "number,id,email,name,team\n,5,agent@acme.example,Agent Five,Orders\n"
        )
        content = io.StringIO()
        table = csv.DictWriter(content, COLUMNS)
        table.writeheader()
        table.writerows(rows())
        project.put("calls.csv", content.getvalue().encode())
        project.put("+4531415926.csv", b"call_id\n\xff\xfe\xff")
        project.put(f"recordings/{IDS[0]}.wav", b"<html>Karoline</html>" * 20)
        project.put("recordings/+4531415926.wav", project.sound(1))
        return project

    return make


def told(text):
    """Give what tells of the person, with a little around it."""
    plain = unquote(text)
    return sorted({plain[max(0, hit.start() - 40) : hit.end() + 20] for hit in PERSONAL.finditer(plain)})[:5]


def tables(path, form):
    """Give all that a format holds, as pandas reads it."""
    if form == "json":
        return json.dumps(json.loads(path.read_text()), ensure_ascii=False)
    if form == "html":
        # The text of the page, and what stands in its attributes and drawings.
        return path.read_text()
    if form == "xlsx":
        return "".join(sheet.to_csv() for sheet in pd.read_excel(path, sheet_name=None, header=None).values())
    read = pd.read_csv if form == "csv" else pd.read_parquet
    return "".join(read(file).to_csv() + file.name for file in sorted(path.iterdir()))


async def test_a_run_over_personal_ids_tells_nobody_of_the_person(personal, capturi, reading, command):
    """The target gets what it is to get; log, screen and report in every format hold forms in place of the person."""
    async with capturi() as address:
        project = personal(address)
        chatty = {"CONNECTOR_LOG": "debug", "CONNECTOR_HASH_KEY": "k" * 32}
        ran = await command(project.folder, "run", "demo", "--json", **chatty)
        arrived = await reading(address)
        found = {"log": told(ran.err), "summary": told(ran.out)}
        for form in ("html", "csv", "json", "xlsx", "parquet"):
            out = project.folder / (f"report.{form}" if form in {"html", "json", "xlsx"} else f"tables-{form}")
            if not out.suffix:
                out.mkdir()
            made = await command(project.folder, "report", "--format", form, "--out", str(out), **chatty)
            assert 0 == made.code, made.err
            found[form] = told(tables(out, form)) + told(made.err)
        asked = await command(
            project.folder, "report", "--format", "json", "--out", "asked.json", "--unmasked", **chatty
        )
    assert 3 == ran.code, ran.err
    assert len(arrived.conversations) >= len(IDS)
    assert {form: [] for form in found} == found
    assert 0 == asked.code, asked.err
    assert PERSONAL.search((project.folder / "asked.json").read_text())
