"""Read what a person supposes of a backfill: items=10000000,seconds=0.4,machines=4,network=1Gbit."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from connector.errors import ConfigurationError, Problem
from connector.job.backfill.forecast import Load, Means
from connector.job.definition.model import Limits
from connector.mistake import did_you_mean, problems

__all__ = ["LIMITS", "parse_amount", "read_limits", "read_pairs", "read_supposition"]

_UNITS = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
_LOAD = {"items": "items", "seconds": "seconds", "requests": "requests", "bytes": "size_bytes"}
_MEANS = {
    "machines": "machines",
    "workers": "workers",
    "concurrency": "concurrency",
    "network": "network_bits",
    "process": "process_items",
    "ledger": "ledger_items",
}
_WHOLE = {"items", "machines", "workers", "concurrency"}
LIMITS = ("requests_per_second", "per_hour", "per_day", "hours", "timezone", "backfill_share", "concurrency")


def read_pairs(option: str, text: str, known: Mapping[str, Any]) -> dict[str, str]:
    """Give name=value,name=value as a table; raise ConfigurationError for a name that is not known here."""
    found = {}
    for pair in filter(None, (part.strip() for part in text.split(","))):
        name, separator, value = pair.partition("=")
        if not separator or name not in known:
            hint = did_you_mean(name, known) or f"there are {', '.join(known)}"
            raise ConfigurationError([Problem(f"{pair!r} is not understood", field=option, hint=hint)])
        found[name] = value.strip()
    return found


def parse_amount(option: str, text: str) -> float:
    """Give a number that may bear a unit: 100000000, 1.5M, 400kB, 1Gbit; raise ConfigurationError for another one."""
    told = re.fullmatch(r"([0-9][0-9_]*(?:\.[0-9]+)?) ?([kMGT]?)(?:i?B|bit|bit/s|B/s)?", text)
    if told is None or not float(told[1].replace("_", "")):
        raise ConfigurationError(
            [Problem(f"{text!r} is no amount", field=option, hint="like 250000, 1.5M, 400kB, 1Gbit")]
        )
    return float(told[1].replace("_", "")) * _UNITS[told[2]]


def read_limits(option: str, pairs: Mapping[str, str], limits: Limits) -> tuple[Limits, dict[str, Any]]:
    """Give the limits with what the pairs change, and the changes; `none` stands for a limit that is left out."""
    usual = Limits()
    told: dict[str, Any] = {name: getattr(usual, name) if value == "none" else value for name, value in pairs.items()}
    try:
        changed = Limits.model_validate({**limits.model_dump(), **told})
    except ValidationError as error:
        raise ConfigurationError(problems(error, Limits, f"{option} {{}}".format)) from error
    return changed, {name: None if pairs[name] == "none" else getattr(changed, name) for name in told}


def read_supposition(text: str, limits: Limits) -> tuple[Load, Means, Limits]:
    """Give what is to be moved, with what, and under which limits: those of the job where the text names no other."""
    option = "--simulate"
    pairs = read_pairs(option, text, dict.fromkeys([*_LOAD, *_MEANS, *LIMITS]))
    changed, _ = read_limits(option, {name: pairs[name] for name in LIMITS if name in pairs}, limits)
    numbers = {
        name: parse_amount(f"{option} {name}", value) for name, value in pairs.items() if name in {*_LOAD, *_MEANS}
    }
    if "items" not in numbers:
        raise ConfigurationError([Problem("needs items=NUMBER", field=option, hint="like items=100M,seconds=0.4")])
    typed: dict[str, Any] = {name: int(value) if name in _WHOLE else value for name, value in numbers.items()}
    load = Load(**{_LOAD[name]: value for name, value in typed.items() if name in _LOAD})
    means = Means(**{_MEANS[name]: value for name, value in typed.items() if name in _MEANS})
    return load, means if "concurrency" in pairs else replace(means, concurrency=changed.concurrency), changed
