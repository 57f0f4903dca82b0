"""Propose a first mapping for sample files, and a job that reads them with it."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from connector.job.definition.reading import find_under
from connector.job.project.sampling import Samples
from connector.mapping.annotation import suggest_from
from connector.mapping.form import Form, time_format
from connector.mapping.guess import NOTHING_SAID, Guesses, Said, guess
from connector.mapping.observation import Observed, observe
from connector.mapping.suggestion import flow, suggest_calls
from connector.session.field import word
from connector.session.rows import SUFFIXES
from connector.shipped import shipped

__all__ = ["Proposal", "default_name", "propose"]

ENOUGH = 0.5
"""A way to name recordings counts where at least this share of the recordings is named so."""

JOB = """\
# A job for the files that mappings/{name}.yaml was proposed from. Look for TODO: those things only you can say.
job: {job}
tenant: {tenant}                    # part of every external id, so that ids of two centres never meet
source:
  kind: {kind}
  storage: {storage}
{options}  settle: 20m                       # how long after its end a call may still change
mappings: {{call: {mapping}{chat}}}
{agents}audio: {{wait: 7d, missing: skip}}    # missing after the wait: skip, hold, or send without audio
target:
  kind: capturi
  url: http://127.0.0.1:8787        # the rehearsal (`connector sandbox`); the real one: https://integrations.capturi.ai
  api: v3
  token: "${{CAPTURI_TOKEN}}"         # comes from the environment or from .env, never from this file
"""
AGENTS_HEADER = "number,id,email,name,team"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed: the text of the mapping, what a job of its kind would say, agents to be completed."""

    name: str
    mapping: str
    kind: str
    options: tuple[str, ...]
    """Lines for `source.options` of the job."""
    agents: str | None
    """The text of an agents file, where records do not tell everything that is needed of an agent."""

    @property
    def todos(self) -> int:
        """Count what only a person can say."""
        return sum(line.lstrip().startswith("# TODO") for line in self.mapping.splitlines())

    def job(self, job: str, *, storage: str, mapping: str, tenant: str) -> str:
        """Give the text of a job that reads the files in `storage` with the mapping in this file."""
        options = "".join(f"    {line}\n" for line in self.options)
        return JOB.format(
            name=self.name,
            job=job,
            tenant=flow(tenant),
            kind=self.kind,
            storage=flow(storage),
            options=f"  options:\n{options}" if options else "",
            mapping=flow(mapping),
            chat=", chat: mappings/ccai-chat.yaml" if self.kind == "ccai" else "",
            agents=f"agents: {{file: agents-{job}.csv, unknown: hold}}    # TODO fill it in\n" if self.agents else "",
        )


def propose(samples: Samples, name: str, said: Said = NOTHING_SAID, *, tenant: str = "tenant") -> Proposal:
    """Give a proposal for what the samples of a tenant are; `said` is what a person knows of them."""
    if samples.is_ccai and samples.calls:
        calls = [(one.record, {"tenant": tenant, "agent": _agent(one.legs)}) for one in samples.calls]
        text = suggest_from(shipped("mappings") / "ccai-call.yaml", name, calls, samples.told())
        return Proposal(name, text, "ccai", (), None)
    guesses = guess(observe(samples.records), said)
    missing = any(str(one.rule).startswith("$agent") for one in guesses.rules)
    return Proposal(
        name,
        suggest_calls(name, guesses, samples.told()),
        "files",
        tuple(_options(samples, guesses, said)),
        _agents(guesses, samples) if missing else None,
    )


def _agent(legs: Sequence[object]) -> dict[str, str | None]:
    last = legs[-1] if legs else None
    parts = {"id": "agent_id", "number": "agent_number", "name": "agent_name", "email": "agent_email", "team": "team"}
    return {part: getattr(last, attribute, None) for part, attribute in parts.items()}


def _options(samples: Samples, guesses: Guesses, said: Said) -> Iterator[str]:
    """Give the lines of the job's options, one each."""
    found = guesses.found
    identity = found.get("id")
    patterns = [f"*{suffix}" for suffix, _ in samples.suffixes.most_common()]
    usual = any(set(samples.suffixes) <= set(known) for known in SUFFIXES.values())
    yield f"pattern: {flow(patterns[0] if len(patterns) == 1 else patterns)}" + (
        "" if usual else "    # by their names"
    )
    if samples.encoding is not None:
        yield f"encoding: {samples.encoding}                # they are not UTF-8"
    yield f"id: {flow(identity.path)}" if identity else "id: id    # TODO name the field that is never the same twice"
    for option, name in (("ended_at", "end"), ("updated_at", "updated")):
        if name in found:
            yield f"{option}: {flow(found[name].path)}"
    yield from _zone([found[name] for name in ("end", "updated") if name in found], said.timezone)
    yield _recording(samples, found.get("recording"), identity)
    agent = {part: found[f"agent{part.capitalize()}"].path for part in PARTS if f"agent{part.capitalize()}" in found}
    if agent:
        yield f"agent: {flow(agent)}"


PARTS = ("id", "name", "email")


def _zone(times: Sequence[Observed], zone: str | None) -> Iterator[str]:
    own = [one for one in times if one.form is Form.DAY_TIME]
    if own and (form := time_format(list(own[0].values))):
        yield f"time_format: {flow(form)}"
    if any(one.form in {Form.DAY_TIME, Form.LOCAL_TIME} for one in times):
        yield f"timezone: {zone}" if zone else "timezone: UTC    # TODO their zone, for example Europe/Copenhagen"


def _recording(samples: Samples, named: Observed | None, identity: Observed | None) -> str:
    if named is not None:
        return f"recording: {{path: {flow(named.path)}}}"
    pattern = _pattern(samples.audio, set(identity.values) if identity else set())
    if pattern is not None:
        return f"recording: {{pattern: {flow(pattern)}}}"
    todo = "TODO no recording bears the id of a record: say how they are named, or which field names them"
    return f"recording: {{pattern: '{{id}}.wav'}}    # {todo}"


def _pattern(audio: Sequence[str], ids: set[str]) -> str | None:
    """Give the form of most recordings' names, with {id} for the id; what differs besides becomes a star."""
    forms: Counter[str] = Counter()
    for path in audio:
        name = path.rpartition("/")[2]
        stem, _, suffix = name.rpartition(".")
        pieces = re.split(r"([-_. ])", stem)
        spans = [(a, b) for a in range(0, len(pieces), 2) for b in range(len(pieces), a, -2)]
        hit = next(((a, b) for a, b in spans if "".join(pieces[a:b]) in ids), None)
        if hit is not None:
            before, after = "".join(pieces[: hit[0]]), "".join(pieces[hit[1] :])
            forms[f"{_star(before)}{{id}}{_star(after)}.{suffix}"] += 1
    if not forms:
        return None
    common, count = forms.most_common(1)[0]
    return common if count >= ENOUGH * len(audio) else None


def _star(text: str) -> str:
    """Give a star for what stands beside the id and has digits in it; words stay as they are."""
    if not any(sign.isdigit() for sign in text):
        return text
    first, last = text[0], text[-1]
    return ("" if first.isalnum() else first) + "*" + ("" if last.isalnum() or len(text) == 1 else last)


def _agents(guesses: Guesses, samples: Samples) -> str | None:
    """Give an agents file with everybody who was seen, for a person to complete; None where nobody has an id."""
    if "agentId" not in guesses.found:
        return None
    columns = ("agentId", "agentEmail", "agentName", "team")
    finds = [find_under(guesses.found[name].path) if name in guesses.found else None for name in columns]
    people: dict[str, list[str]] = {}
    for record in samples.records:
        key, *rest = (word(find(record)) or "" if find else "" for find in finds)
        if key:
            known = people.setdefault(key, rest)
            people[key] = [one or other for one, other in zip(known, rest, strict=True)]
    rows = [_csv("", key, *people[key]) for key in sorted(people)]
    return "\n".join([AGENTS_HEADER, *rows]) + "\n"


def _csv(*cells: str) -> str:
    return ",".join('"' + cell.replace('"', '""') + '"' if re.search(r'[",\s]', cell) else cell for cell in cells)


def default_name(folder: Path) -> str:
    """Give a name for the mapping of a folder."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", folder.resolve().name).strip("-") or "calls"
