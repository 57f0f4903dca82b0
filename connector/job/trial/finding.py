"""Hold what came of trying one thing that a job needs."""

from dataclasses import dataclass

from connector.errors import ConfigurationError, ConnectorError, Problem

__all__ = ["Finding", "failed"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of trying one thing."""

    name: str
    reached: bool
    text: str
    hint: str = ""
    is_mistake: bool = False
    """Whether a person must mend a setting, rather than somebody else's system."""
    facts: tuple[tuple[str, str], ...] = ()
    """What was found, each with its name."""
    warnings: tuple[Problem, ...] = ()
    """What works and is probably not meant."""


def failed(name: str, begin: str, error: ConnectorError) -> Finding:
    """Give what is told of an error, with its remedy."""
    return Finding(name, False, f"{begin}{error.message}", error.hint, isinstance(error, ConfigurationError))
