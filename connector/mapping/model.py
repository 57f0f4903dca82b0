"""Hold a compiled mapping and the draft it makes of one record."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from connector.errors import Problem

__all__ = [
    "ConsentSpec",
    "Context",
    "Draft",
    "Evaluate",
    "Field",
    "Mapping",
    "Place",
    "Plan",
    "Planned",
    "SegmentsSpec",
    "Span",
    "SpansReading",
    "Trace",
    "Work",
    "trace_of",
]

Context = dict[str, Any]
Evaluate = Callable[[Any, Context], tuple[Any, "Trace"]]
"""One compiled rule: record and context in, the value (None: no value) and its trace out."""

Work = Callable[[Any], tuple[Any, str, bool]]
"""The functions of a rule: a value in; what came of it (None: nothing), why nothing did, whether that is a failure."""


@dataclass(frozen=True, slots=True)
class Trace:
    """Where a field's value came from, and why it is empty or not what its rule meant.

    `source` is the path that was read, or `const`, `else`, `join`, `list`; empty where nothing was found. `reason` is
    None where all went well, else `no_value`, `path_error`, `condition_not_met`, `FUNCTION_failed`, `FUNCTION_empty`
    or what the target field's type did not allow (`not_text`, `not_a_number` …). `failed` tells that a value was
    there and did not fit: what `on_error` is about.
    """

    source: str
    reason: str | None = None
    failed: bool = False


trace_of = lru_cache(maxsize=8192)(Trace)
"""Give the one shared Trace of this source and reason: a run has few different ones and millions of uses."""


class Span(NamedTuple):
    """A stretch of time, aware and in UTC; of an agent, with his seconds of talk, where it comes from a leg."""

    start: datetime
    end: datetime
    agent_id: str | None = None
    talk_seconds: float | None = None


class SpansReading(NamedTuple):
    """What a record says about the parts of its recording.

    `origin` is the moment the recording starts, None where the record does not say. A cut whose start or end cannot be
    read reaches to the beginning or end of time: too much is cut rather than too little.
    """

    keep: tuple[Span, ...]
    cut: tuple[Span, ...]
    origin: datetime | None


@dataclass(frozen=True, slots=True)
class ConsentSpec:
    """Which words of the record mean yes and no, and what follows from no and from any other word."""

    paths: tuple[str, ...]
    values: dict[str, bool]
    unknown: Literal["hold", "skip"] = "hold"
    refused: Literal["skip", "send", "send_without_audio"] = "skip"


@dataclass(frozen=True, slots=True)
class SegmentsSpec:
    """Which parts of the recording are sent, and whether redaction left silence or shortened the file."""

    keep: tuple[str, ...]
    origin: tuple[str, ...]
    cut: tuple[str, ...] = ()
    redacted: Literal["silenced", "removed"] = "silenced"


@dataclass(frozen=True, slots=True)
class Field:
    """One rule of a mapping: the target field's v3 name, whether a record is refused without it, the paths it reads.

    `wanted` is the type of value that the rule takes from its first path without a look at anything else; `work` is
    what it then does with it, None where it takes it as it is.
    """

    name: str
    required: bool
    paths: tuple[str, ...]
    evaluate: Evaluate
    wanted: type | None = None
    work: Work | None = None


Place = tuple[int, str, int | None]
"""Where an object is found: the number of the object that holds it, its key there, its index where that is a list."""


class Planned(NamedTuple):
    """One rule as the engine runs it.

    With `wanted`, the object of number `holder` is asked for `key` first: of a value of exactly that type, `work` makes
    what the field gets (None: the value as it is). Where that is nothing, `evaluate` says why.
    """

    name: str
    evaluate: Evaluate
    holder: int = 0
    key: str = ""
    wanted: type | None = None
    work: Work | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """The rules in their order, and the objects that the plain ones read, each found below an earlier one.

    Objects are numbered from the context (0) and the record (1). `traces` are those of a record in which every
    rule finds what it wants first; the engine writes all others.
    """

    rules: tuple[Planned, ...] = ()
    places: tuple[Place, ...] = ()
    traces: dict[str, Trace] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping file, checked and compiled.

    `hash` is the SHA-256 (hexadecimal) over the file and its CSV tables. `unruled` are the fields that the target
    requires and the file has no rule for: every draft is refused for them. `plan` is what the engine runs.
    """

    name: str
    reads: str
    writes: str
    hash: str
    fields: tuple[Field, ...]
    unruled: tuple[str, ...] = ()
    warnings: tuple[Problem, ...] = ()
    consent: ConsentSpec | None = None
    segments: SegmentsSpec | None = None
    split: Literal["none", "agent"] = "none"
    read_consent: Callable[[Any, Context], str | None] | None = None
    read_spans: Callable[[Any, Context], SpansReading] | None = None
    plan: Plan = field(default_factory=Plan)


@dataclass(slots=True)
class Draft:
    """What a mapping made of one record.

    `values` holds only fields that have a value, `traces` every field of the mapping, `refusals` the fields without
    which the record cannot go on, with the reason. `consent` is the word found in the record, None where it says none.
    """

    values: dict[str, Any]
    traces: dict[str, Trace]
    refusals: dict[str, str]
    consent: str | None = None
    spans: SpansReading | None = None
