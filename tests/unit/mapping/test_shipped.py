"""Hold the mappings that come with the product against their own test files."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connector import document, mapping
from connector.errors import ConfigurationError
from connector.mapping.testing import run_examples

FOLDER = Path(__file__).parents[3] / "mappings"
SHIPPED = sorted(path for path in FOLDER.glob("*.yaml") if not path.name.endswith(".test.yaml"))
UNSEEN = {"note", "unknown", "refused", "redacted", "split"}
"""Keys that say nothing about a draft: prose, and policies that later stages follow."""


def beside(path: Path) -> Path:
    return path.with_name(f"{path.stem}.test.yaml")


def broken(value: Any) -> Iterator[tuple[str, Any]]:
    """Give every copy of this value in which one part is gone or altered, with the place."""
    if isinstance(value, dict):
        for key in value.keys() - UNSEEN:
            yield f"{key} dropped", {one: two for one, two in value.items() if one != key}
            yield from ((f"{key}.{place}", {**value, key: other}) for place, other in broken(value[key]))
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            yield f"{index} dropped", value[:index] + value[index + 1 :]
            yield from (
                (f"{index}.{place}", [*value[:index], other, *value[index + 1 :]]) for place, other in broken(entry)
            )
    elif isinstance(value, bool):
        yield f"{value} turned", not value
    else:
        yield f"{value} altered", value + 1 if isinstance(value, int) else f"{value}x"


def survives(path: Path, mutant: dict[str, Any]) -> bool:
    try:
        rules = mapping.parse(json.dumps(mutant), path)
    except ConfigurationError:
        return False
    return not any(result.differences for result in run_examples(beside(path), rules))


SAID_ANYWAY = {"agentId dropped", "agentName dropped"}
"""These rules say what happens without them: they stand in the file for whoever reads it."""


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_examples_hold(path: Path) -> None:
    """Every shipped mapping loads without a warning and does what its test file says."""
    assert () == mapping.load(path).warnings
    results = run_examples(beside(path))
    assert [] == [f"{one.name}: {difference}" for one in results for difference in one.differences]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
@pytest.mark.parametrize("part", ["fields", "consent", "segments"])
def test_each_broken_rule_is_noticed(path: Path, part: str) -> None:
    """Whatever part of a rule is dropped or altered, the mapping's test file fails."""
    whole = document.read(path).value
    mutants = broken(copy.deepcopy(whole[part])) if part in whole else ()
    survivors = {place for place, changed in mutants if survives(path, {**whole, part: changed})}
    assert survivors <= SAID_ANYWAY


def test_the_region_is_written_in_the_mapping() -> None:
    """Where numbers without a country code belong stands in the file, for everyone to see and change."""
    fields = document.read(FOLDER / "ccai-call.yaml").value["fields"]
    assert "The default country:" in (FOLDER / "ccai-call.yaml").read_text()
    assert [{"phone": {"region": "US"}}] == fields["customer"]["as"]
    assert [{"phone": {"region": "US"}}] == fields["customProp4"]["as"]


def test_no_shipped_mapping_holds_a_word_of_the_samples():
    """Whoever starts from a mapping must not wonder which words are real."""
    assert [] == [path.stem for path in SHIPPED if "example_" in path.read_text()]
