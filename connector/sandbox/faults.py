"""Read a faults specification and decide, request by request and always alike for one seed, what goes wrong."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from connector.errors import ConfigurationError, Problem

__all__ = ["Dice", "Fault", "Faults", "Mishap", "parse_faults"]

EXAMPLE = "latency=50ms,429=5%:retry=2,500=1%,500-after-commit=1%,commit-timeout=1%,reset=1%,seed=7"
LONGEST_LATENCY_SECONDS = 600.0

_SHARE = re.compile(r"(\d+(?:\.\d+)?)%(?::(retry|retry-date)=(\d{1,6}))?\Z")
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s)\Z")
_SEED = re.compile(r"\d{1,18}\Z")


class Mishap(StrEnum):
    """What can go wrong with a request."""

    TOO_MANY = "429"
    ERROR = "500"
    ERROR_AFTER_COMMIT = "500-after-commit"
    COMMIT_TIMEOUT = "commit-timeout"
    RESET = "reset"


@dataclass(frozen=True, slots=True)
class Fault:
    """One line of the specification: how often (0 to 1), and what a 429 says in Retry-After."""

    mishap: Mishap
    share: float
    retry_seconds: int | None = None
    retry_as_date: bool = False


@dataclass(frozen=True, slots=True)
class Faults:
    """The faults in force; `text` is the specification as it was written."""

    text: str = ""
    latency_seconds: float = 0.0
    faults: tuple[Fault, ...] = ()
    seed: int | None = None


class Dice:
    """Decide what goes wrong: one throw per request, so that a seed always tells the same story."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self._random = Random(faults.seed)  # noqa: S311 - chance, not secrecy

    def throw(self) -> tuple[Fault | None, float]:
        """Give the fault of the next request, and how deep inside its share the throw fell (0 to 1)."""
        thrown = self._random.random()
        for fault in self.faults.faults:
            if thrown < fault.share:
                return fault, thrown / fault.share
            thrown -= fault.share
        return None, 0.0


def parse_faults(text: str) -> Faults:
    """Give the faults that a text such as EXAMPLE asks for; raise ConfigurationError with every part that is wrong."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    reader = _Reader(parts)
    problems = list(reader.problems())
    if problems:
        raise ConfigurationError(problems)
    return Faults(",".join(parts), reader.latency_seconds, tuple(reader.faults), reader.seed)


class _Reader:
    """Read the parts one by one and note what does not fit."""

    def __init__(self, parts: list[str]) -> None:
        self._parts = parts
        self._names: set[str] = set()
        self.latency_seconds = 0.0
        self.faults: list[Fault] = []
        self.seed: int | None = None

    def problems(self) -> Iterator[Problem]:
        for part in self._parts:
            name, _, value = part.partition("=")
            if name in self._names:
                yield _problem(part, "stands there twice", "name each fault once")
            self._names.add(name)
            yield from self._read(part, name, value)
        if sum(fault.share for fault in self.faults) > 1:
            yield _problem(",".join(self._parts), "the shares come to more than 100%", "lower them")

    def _read(self, part: str, name: str, value: str) -> Iterator[Problem]:
        if name == "latency":
            yield from self._read_latency(part, value)
        elif name == "seed":
            if _SEED.match(value):
                self.seed = int(value)
            else:
                yield _problem(part, "the seed must be a whole number", "write seed=7")
        elif name in set(Mishap):
            yield from self._read_share(part, Mishap(name), value)
        else:
            yield _problem(part, "there is no such fault", f"one of latency, {', '.join(Mishap)}, seed")

    def _read_latency(self, part: str, value: str) -> Iterator[Problem]:
        found = _DURATION.match(value)
        seconds = float(found[1]) / (1000 if found[2] == "ms" else 1) if found else None
        if seconds is None or seconds > LONGEST_LATENCY_SECONDS:
            yield _problem(part, "the latency must be a time of at most 600s", "write latency=50ms")
        else:
            self.latency_seconds = seconds

    def _read_share(self, part: str, mishap: Mishap, value: str) -> Iterator[Problem]:
        found = _SHARE.match(value)
        if found is None:
            example = f"write {mishap}=5%:retry=2" if mishap is Mishap.TOO_MANY else f"write {mishap}=5%"
            yield _problem(part, "the share must be a percentage", example)
        elif float(found[1]) > 100:  # noqa: PLR2004 - per cent
            yield _problem(part, "the share is more than 100%", "lower it")
        elif found[2] and mishap is not Mishap.TOO_MANY:
            yield _problem(part, f"{found[2]} goes with 429 only", f"write {mishap}={found[1]}%")
        else:
            retry = int(found[3]) if found[2] else None
            self.faults.append(Fault(mishap, float(found[1]) / 100, retry, found[2] == "retry-date"))


def _problem(part: str, message: str, hint: str) -> Problem:
    return Problem(f"{part!r}: {message}", field="faults", hint=hint)
