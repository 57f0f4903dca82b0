"""Find all the ways in which a customer's number, address or name is written by a project's mappings."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from connector import document
from connector.errors import ConfigurationError
from connector.job.entry.customer import written
from connector.mapping.chain import compile_chain
from connector.mapping.coercion import Kind
from connector.mapping.explanation import find_rule
from connector.mapping.failure import DATA_FAULTS

__all__ = ["spellings"]


def spellings(text: str, mappings: Iterable[Path], hash_key: bytes | None) -> set[str]:
    """Give all that a customer's word becomes in these mappings: as each one's rule for `customer` writes it."""
    found = {text, text.strip(), written(text)}
    for path in mappings:
        with suppress(ConfigurationError, *DATA_FAULTS):
            found.add(_mapped(text.strip(), path, hash_key))
    return {one for one in found if one}


def _mapped(text: str, path: Path, hash_key: bytes | None) -> str:
    source = document.read(path)
    node, _ = find_rule(source, "customer", hash_key)
    if not node.has("as"):
        return text
    value: Any = text
    for step, _, _ in compile_chain(node.child("as"), Kind.TEXT)[0]:
        value = step(value)
    return str(value)
