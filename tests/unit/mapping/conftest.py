"""Give the tests of the mapping stage short ways to write a mapping and to see what it makes of a record."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent, indent
from typing import Any

import pytest

from connector import mapping
from connector.errors import ConfigurationError

HEAD = """\
mapping: trial
reads: {reads}
writes: {writes}
fields:
{rules}
"""
CONSENT = "consent: {path: recording_permission, values: {not_asked: true, denied: false}}\n"


@pytest.fixture
def text() -> Callable[..., str]:
    """Give the text of a mapping file with these rules under `fields`, and more text after it."""

    def write(
        rules: str, *, more: str = CONSENT, writes: str = "capturi.conversation", reads: str = "ccai.call"
    ) -> str:
        return HEAD.format(reads=reads, writes=writes, rules=indent(dedent(rules).strip(), "  ")) + dedent(more)

    return write


@pytest.fixture
def loaded(text: Callable[..., str], tmp_path: Path) -> Callable[..., mapping.Mapping]:
    """Give the compiled mapping with these rules."""

    def load(rules: str, *, hash_key: bytes | None = None, **rest: Any) -> mapping.Mapping:
        return mapping.parse(text(rules, **rest), tmp_path / "trial.yaml", hash_key=hash_key)

    return load


@pytest.fixture
def draft(loaded: Callable[..., mapping.Mapping]) -> Callable[..., mapping.Draft]:
    """Give what these rules make of a record."""

    def apply(rules: str, record: Any, context: dict[str, Any] | None = None, **rest: Any) -> mapping.Draft:
        return mapping.apply(loaded(rules, **rest), record, context or {})

    return apply


@pytest.fixture
def one(draft: Callable[..., mapping.Draft]) -> Callable[..., tuple[Any, str, str | None]]:
    """Give the value, source and reason of customProp1 under this rule."""

    def apply(rule: str, record: Any, context: dict[str, Any] | None = None) -> tuple[Any, str, str | None]:
        made = draft(f"customProp1: {rule}", record, context, reads="files.record")
        trace = made.traces["customProp1"]
        return made.values.get("customProp1"), trace.source, trace.reason

    return apply


@pytest.fixture
def problems(loaded: Callable[..., mapping.Mapping]) -> Callable[..., list[str]]:
    """Give the mistakes that loading these rules brings up, without the file's folder."""

    def load(rules: str, **rest: Any) -> list[str]:
        with pytest.raises(ConfigurationError) as caught:
            loaded(rules, **rest)
        return [str(one).split("trial.yaml:", 1)[-1] for one in caught.value.problems]

    return load
