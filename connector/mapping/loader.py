"""Load a mapping file: check all of it, name every mistake with its place and remedy, compile its rules."""

import hashlib
from pathlib import Path
from typing import Any, cast

from connector import document
from connector.errors import ConfigurationError
from connector.mapping.model import Field, Mapping
from connector.mapping.node import Findings, Node
from connector.mapping.plan import lay_out
from connector.mapping.policy import compile_consent, compile_segments
from connector.mapping.records import RECORDS, shape_of, source_kinds
from connector.mapping.rule import compile_field
from connector.mapping.targets import ALIASES, CONVERSATION, ELSEWHERE, MOST_CUSTOM_FIELDS, TARGETS, target_field
from connector.mistake import did_you_mean

__all__ = ["SPLIT", "TOP_KEYS", "load", "parse"]

TOP_KEYS = ("mapping", "reads", "writes", "fields", "consent", "segments", "split", "note")
SPLIT = ("none", "agent")
DOUBTFUL = "customNumberProp10"

BY_THEMSELVES = {CONVERSATION: {"agentId": "$agent.id", "agentName": "$agent.name", "agentEmail": "$agent.email"}}
"""Fields that fill themselves where a mapping has no rule for them: the contract's own example leaves them out."""


def load(path: Path, *, hash_key: bytes | None = None) -> Mapping:
    """Give the mapping of this file, compiled; `hash_key` is what keys its masks.

    Raises ConfigurationError with every mistake of the file at once.
    """
    source = document.read(path)
    return _load(source, path.read_bytes(), hash_key)


def parse(text: str, path: Path, *, hash_key: bytes | None = None) -> Mapping:
    """Give the mapping that this text would be at this path, with CSV tables beside it; raises as load does."""
    return _load(document.parse(text, path), text.encode(), hash_key)


def _load(source: document.Document, raw: bytes, hash_key: bytes | None) -> Mapping:
    findings = Findings(hash_key=hash_key)
    root = Node(source, findings, source.value)
    if not root.is_table(TOP_KEYS, needs=("mapping", "reads", "writes", "fields")):
        raise ConfigurationError(findings.problems)
    writes = root.choice("writes", tuple(TARGETS), CONVERSATION)
    reads = _reads(root)
    findings.shape = shape_of(reads)
    fields = _fields(root.child("fields"), writes) if root.has("fields") else ()
    consent, segments = _consent(root, writes), _segments(root, writes, fields)
    split = root.choice("split", SPLIT, "none")
    if split != "none" and writes != CONVERSATION:
        root.child("split").problem("only calls can be split")
    if split != "none" and not root.has("segments"):
        root.child("split").warn("sends the whole recording once for each agent", "add segments")
    missing, name = _unruled(root, writes, fields), _name(root)
    if findings.problems:
        raise ConfigurationError(sorted(findings.problems, key=lambda one: (one.line or 0, one.column or 0)))
    return Mapping(
        name=name,
        reads=reads,
        writes=writes,
        hash=_hash(raw, findings),
        fields=fields,
        run=lay_out(fields, missing),
        unruled=missing,
        warnings=tuple(findings.warnings),
        placed=tuple(findings.placed),
        consent=consent[0] if consent else None,
        read_consent=consent[1] if consent else None,
        segments=segments[0] if segments else None,
        read_spans=segments[1] if segments else None,
        split=cast("Any", split),
    )


def _name(root: Node) -> str:
    name = (root.child("mapping").text() or "") if root.has("mapping") else ""
    if name and name != root.document.path.stem:
        root.child("mapping").warn(f"is not the name of the file, {root.document.path.name}")
    return name


def _reads(root: Node) -> str:
    if not root.has("reads"):
        return ""
    node = root.child("reads")
    reads = node.text() or ""
    kind, dot, record = reads.partition(".")
    if reads in RECORDS or not reads:
        return reads
    hint = did_you_mean(reads, RECORDS) or f"known: {', '.join(RECORDS)}"
    if kind in source_kinds() and dot and record:
        node.warn(f"{reads} is not a record that is known here", hint)
    else:
        node.problem(f"there is no record {reads!r}", hint)
    return reads


def _fields(node: Node, writes: str) -> tuple[Field, ...]:
    if not isinstance(node.value, dict) or not node.value:
        node.problem("must be rules by the name of their field")
        return ()
    fields: dict[str, Field] = {}
    for written, rule in node.items():
        name = _today(rule, written)
        if name is None:
            continue
        target = target_field(writes, name)
        if target is None:
            _unknown(rule, name, writes)
        elif name in fields:
            rule.problem(f"{name} has a rule already")
        else:
            fields[name] = compile_field(rule, target)
    fields |= _by_themselves(node, writes, fields)
    custom = [name for name in fields if name.startswith("customFields.")]
    if len(custom) > MOST_CUSTOM_FIELDS:
        node.problem(f"has {len(custom)} customFields, and a case carries {MOST_CUSTOM_FIELDS}")
    return tuple(fields.values())


def _by_themselves(node: Node, writes: str, ruled: dict[str, Field]) -> dict[str, Field]:
    """Give the fields that need no rule; a rule of the file is heard first."""
    wanted = {name: path for name, path in BY_THEMSELVES.get(writes, {}).items() if name not in ruled}
    targets = {name: target_field(writes, name) for name in wanted}
    return {
        name: compile_field(Node(node.document, node.findings, wanted[name]), target)
        for name, target in targets.items()
        if target is not None
    }


def _today(rule: Node, written: str) -> str | None:
    """Give the name that the target uses today; None, with a warning, where it has no such field any longer."""
    if written not in ALIASES:
        if written == DOUBTFUL:
            rule.warn("the target's own pages disagree whether there are nine or ten number properties")
        return written
    name = ALIASES[written]
    rule.warn(f"is an old name: write {name}" if name else "does not exist any longer and is left out: use team")
    return name


def _unknown(rule: Node, name: str, writes: str) -> None:
    if name in ELSEWHERE:
        rule.problem(f"is filled by {ELSEWHERE[name]}, not by a rule")
    elif name.startswith("customFields") and writes != CONVERSATION:
        rule.problem("is not a name the target takes", "write customFields.NAME with letters and digits only")
    else:
        rule.problem(f"{writes} has no such field", did_you_mean(name, TARGETS[writes]))


def _unruled(root: Node, writes: str, fields: tuple[Field, ...]) -> tuple[str, ...]:
    ruled = {one.name for one in fields}
    missing = tuple(one.name for one in TARGETS[writes].values() if one.required and one.name not in ruled)
    if missing and root.has("fields"):
        root.child("fields").warn(f"has no rule for {', '.join(missing)}", "the target refuses what lacks them")
    return missing


def _consent(root: Node, writes: str) -> Any:
    if root.has("consent"):
        return compile_consent(root.child("consent"))
    if writes == CONVERSATION:
        root.problem(
            "consent is missing",
            "a call needs it: consent: {path: recording_permission, values: {WORD: true, OTHER: false}}",
        )
    return None


def _segments(root: Node, writes: str, fields: tuple[Field, ...]) -> Any:
    if not root.has("segments"):
        return None
    node = root.child("segments")
    if writes != CONVERSATION:
        node.problem("only calls have segments")
    if any(one.name == "cutAudio" for one in fields):
        node.problem("works out cutAudio, which has a rule as well", "keep one of the two")
    return compile_segments(node)


def _hash(raw: bytes, findings: Findings) -> str:
    digest = hashlib.sha256(raw)
    for name, content in sorted(findings.files.items()):
        digest.update(b"\0" + name.encode() + b"\0" + content)
    return digest.hexdigest()
