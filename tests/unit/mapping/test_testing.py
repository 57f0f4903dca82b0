"""Test the runner of mapping examples: what it compares, and how it names a difference."""

from collections.abc import Callable
from pathlib import Path

import pytest

from connector.errors import ConfigurationError
from connector.mapping.testing import ExampleResult, mapping_beside, run_examples

Run = Callable[..., tuple[ExampleResult, ...]]
RULES = """\
externalIdentity: {join: [$tenant, {path: id}], by: "-"}
subject: {path: [queue, menu], else: Call}
team: {path: team, as: [{table: {o: Orders}}]}
"""
MORE = """\
consent: {path: permission, values: {asked: true}}
segments: {keep: legs, from: start, cut: pauses}
"""


@pytest.fixture
def run(text: Callable[..., str], tmp_path: Path) -> Run:
    """Run these examples against a small mapping."""

    def call(examples: str) -> tuple[ExampleResult, ...]:
        (tmp_path / "trial.yaml").write_text(text(RULES, more=MORE, reads="files.record"))
        path = tmp_path / "trial.test.yaml"
        path.write_text(f"context: {{tenant: acme}}\nexamples:\n{examples}")
        return run_examples(path)

    return call


def told(results: tuple[ExampleResult, ...]) -> list[str]:
    return [str(difference) for one in results for difference in one.differences]


def test_an_example_that_holds(run: Run) -> None:
    """Fields, traces, refusals, consent and spans that are as the example says make no difference."""
    results = run(
        """\
  - name: all well
    input: {id: 7, menu: Orders, permission: asked, start: "2026-03-24T10:00:00Z", team: x,
            legs: [{started_at: "2026-03-24T10:00:02Z", ended_at: "2026-03-24T10:00:05.5Z"}],
            pauses: [{start: "2026-03-24T10:00:03Z"}]}
    exact: true
    expect: {externalIdentity: acme-7, subject: Orders, team: null}
    traces: {subject: menu, team: {source: team, reason: table_failed}}
    refusals: {agentId: no_value, agentName: no_value, agentEmail: no_value, dateTime: no_rule, customer: no_rule}
    consent: {word: asked, means: true}
    spans: {keep: [[2, 5.5]], cut: [[3, null]]}
  - {name: nothing is said, input: {}}
  - {name: another tenant, input: {id: 8}, context: {tenant: other}, expect: {externalIdentity: other-8}}
"""
    )
    assert ["all well", "nothing is said", "another tenant"] == [one.name for one in results]
    assert [] == told(results)
    assert 3 == results[0].position.line


def test_each_difference_is_named(run: Run) -> None:
    """A difference names its field, what was expected and what came out, in that order."""
    results = run(
        """\
  - name: all wrong
    input: {id: 7, team: o, permission: other, start: "2026-03-24T10:00:00Z"}
    exact: true
    expect: {externalIdentity: acme-8, subject: null}
    traces: {subject: queue, team: {reason: table_failed}, status: x}
    refusals: {agentId: no_value, agentName: no_rule, agentEmail: no_value, dateTime: no_rule, customer: no_rule}
    consent: {word: asked, means: true}
    spans: {keep: [[0, 1]], cut: []}
"""
    )
    assert [
        "externalIdentity: expected 'acme-8', got 'acme-7'",
        "subject: expected nothing, got 'Call'",
        "team: expected nothing, got 'Orders'",
        "subject (source): expected 'queue', got 'else'",
        "team (reason): expected 'table_failed', got nothing",
        "status (source): expected 'x', got nothing",
        "agentName (refused): expected 'no_rule', got 'no_value'",
        "consent (word): expected 'asked', got 'other'",
        "consent (means): expected True, got nothing",
        "spans.keep: expected [[0, 1]], got []",
    ] == told(results)


def test_refusals_are_compared_where_the_example_speaks_of_them(run: Run) -> None:
    """Small examples may leave required fields out; `refusals: {}` says that there are none."""
    assert 5 == len(told(run("  - {name: a, input: {id: 1}, refusals: {}}\n")))


def test_a_record_in_a_file(run: Run, tmp_path: Path) -> None:
    """The record may stand in a JSON file below the folder of the test file."""
    (tmp_path / "examples").mkdir()
    (tmp_path / "examples" / "a.json").write_text('{"id": 9}')
    assert [] == told(run("  - {name: a, input: examples/a.json, expect: {externalIdentity: acme-9}}\n"))


@pytest.mark.parametrize(
    ("examples", "message"),
    [
        ("  []\n", "examples: must be a list of examples"),
        ("  - {nam: a, input: {}}\n", "examples.0.nam: is not a known key (did you mean 'name'?)"),
        ("  - {name: a}\n", "input is missing"),
        ("  - {name: a, input: gone.json}\n", "gone.json cannot be read"),
        ("  - {name: a, input: ../trial.yaml}\n", "must be a file below the folder of the test file"),
        ("  - {name: a, input: {}, expect: [b]}\n", "examples.0.expect: must be keys with values"),
        ("  - a\n", "must be keys with values"),
    ],
)
def test_a_test_file_that_is_wrong(examples: str, message: str, run: Run) -> None:
    """A mistake in a test file is named like one in a mapping, all of them at once."""
    with pytest.raises(ConfigurationError) as caught:
        run(examples)
    assert message in str(caught.value)


def test_the_mapping_beside_it() -> None:
    """NAME.test.yaml belongs to NAME.yaml."""
    assert Path("mappings/a.b.yaml") == mapping_beside(Path("mappings/a.b.test.yaml"))
