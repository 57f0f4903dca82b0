"""Hold what a rehearsal Capturi is started with, and its switches for what nobody knows of the real one."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal, get_args, get_type_hints

from connector.clock import Clock, SystemClock
from connector.errors import ConfigurationError, Problem

__all__ = ["SandboxOptions", "Switches", "parse_switches", "switch_table"]

ONE_GB = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Switches:
    """How to behave where Capturi's documentation is silent or contradicts itself; the defaults are the strict ones."""

    unknown_fields: Annotated[Literal["refuse", "ignore"], "a field that the version of the API does not name"] = (
        "refuse"
    )
    null_fields: Annotated[Literal["refuse", "ignore"], "an optional field that is null"] = "refuse"
    blank_fields: Annotated[Literal["refuse", "accept"], "an optional text that is empty or white space"] = "refuse"
    times_without_offset: Annotated[
        Literal["refuse", "accept"], "a time such as 2026-03-23T20:12:51, without Z or an offset"
    ] = "refuse"
    v2_required: Annotated[
        Literal["check", "lax"], "whether /v2/conversation insists on every required field (lax: on the id only)"
    ] = "check"
    repeated_audio: Annotated[
        Literal["refuse", "replace"], "a second complete upload to one conversation: 409, or the newer one stays"
    ] = "refuse"
    audio_content: Annotated[
        Literal["check", "accept"], "a file that begins like none of wav, mp3, ogg, flac, m4a, aiff, wma"
    ] = "check"
    direction_case: Annotated[Literal["strict", "any"], "whether a message may say inbound for Inbound"] = "strict"
    repeated_message: Annotated[
        Literal["replace", "duplicate", "refuse"], "a messageUid that the case has already (refuse: 409)"
    ] = "replace"
    missing_case: Annotated[
        Literal["refuse", "drop"], "POST /v1/case/messages for a case that does not exist: 404, or 200 and dropped"
    ] = "refuse"
    older_update: Annotated[
        Literal["accept", "refuse"], "case fields whose `updated` is older than what the case has (refuse: 409)"
    ] = "accept"
    second_api: Annotated[
        Literal["refuse", "accept"], "whether the token opens the look-ups under /audio/integrations (refuse: 403)"
    ] = "refuse"


@dataclass(frozen=True, slots=True)
class SandboxOptions:
    """Everything a rehearsal Capturi is started with; port 0 takes a free one, without `keep` nothing outlives it."""

    port: int = 8787
    host: str = "127.0.0.1"
    token: str = field(default="sandbox", repr=False)
    keep: Path | None = None
    faults: str = ""
    switches: Switches = field(default_factory=Switches)
    largest_upload_bytes: int = ONE_GB
    hang_seconds: float = 60.0
    clock: Clock = field(default_factory=SystemClock)


def switch_table() -> dict[str, tuple[tuple[str, ...], str]]:
    """Give name -> (values, the default first; what the switch is about) for help texts and documentation."""
    table = {}
    for name, hint in get_type_hints(Switches, include_extras=True).items():
        literal, meaning = get_args(hint)
        table[name] = (get_args(literal), str(meaning))
    return table


def parse_switches(words: Iterable[str]) -> Switches:
    """Give the switches that NAME=VALUE words set; raise ConfigurationError with every word that fits none."""
    table = switch_table()
    chosen: dict[str, str] = {}
    problems = []
    for word in words:
        name, _, value = word.partition("=")
        name = name.strip().replace("-", "_")
        if name not in table:
            problems.append(Problem(f"{name!r} is not a switch of the sandbox", hint=f"one of {', '.join(table)}"))
        elif value.strip() not in table[name][0]:
            problems.append(Problem(f"{value!r} does not fit", field=name, hint=f"one of {', '.join(table[name][0])}"))
        else:
            chosen[name] = value.strip()
    if problems:
        raise ConfigurationError(problems)
    return Switches(**chosen)  # type: ignore[arg-type]  # each value was compared with its Literal above
