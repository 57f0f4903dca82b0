"""Put the environment's values into a job file, and see that no secret is written in it."""

import re
from collections.abc import Mapping
from typing import Any

from connector.document import Document, Location
from connector.errors import Problem

__all__ = ["fill", "named_in"]

_VARIABLE = re.compile(r"\$\$|\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
SECRET_KEYS = frozenset(
    {
        "account_key",
        "api_key",
        "client_secret",
        "oauth_token",
        "passphrase",
        "password",
        "private_key",
        "refresh_token",
        "sas_token",
        "secret_access_key",
        "session_token",
        "signing_secret",
        "token",
    }
)


def fill(document: Document, environment: Mapping[str, str]) -> tuple[Any, list[Problem]]:
    """Give the document's value with `${NAME}` replaced and `$$` made `$`, and every mistake met on the way."""
    problems: list[Problem] = []
    return _fill(document, environment, document.value, (), problems), problems


def _fill(
    document: Document, environment: Mapping[str, str], value: Any, location: Location, problems: list[Problem]
) -> Any:
    if isinstance(value, dict):
        return {key: _fill(document, environment, item, (*location, key), problems) for key, item in value.items()}
    if isinstance(value, list):
        return [_fill(document, environment, item, (*location, at), problems) for at, item in enumerate(value)]
    if not isinstance(value, str):
        return value
    names = named_in(value)
    if not names and value and _is_secret(location):
        name = "_".join(str(part) for part in location if isinstance(part, str)).upper()
        hint = f'write "${{{name}}}" and set {name} in the environment or in .env'
        problems.append(document.problem(location, "is a secret and must not stand in the file", hint=hint))
    for name in names:
        if not environment.get(name):
            hint = f"set {name} in the environment or in .env"
            problems.append(document.problem(location, f"the variable {name} is not set or empty", hint=hint))
    return _VARIABLE.sub(lambda found: environment.get(found[1], "") if found[1] else "$", value)


def named_in(value: str) -> list[str]:
    """Give the names of the variables that a text is written with."""
    return [found[1] for found in _VARIABLE.finditer(value) if found[1]]


def _is_secret(location: Location) -> bool:
    return (bool(location) and location[-1] in SECRET_KEYS) or location[-2:] == ("secret", "value")
