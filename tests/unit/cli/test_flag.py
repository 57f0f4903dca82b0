"""What the help shows of options that take no value."""

import pytest
from typer.testing import CliRunner

from connector.cli import app


@pytest.mark.parametrize(
    "words", [(), ("run",), ("mapping",), ("mapping", "preview"), ("sangoma", "setup"), ("zendesk", "backfill")]
)
def test_a_flag_is_shown_without_a_value(words):
    """Nobody is led to write `--dry-run true`; what takes a value says of which kind."""
    shown = CliRunner().invoke(app, [*words, "--help"], env={"COLUMNS": "120", "TERM": "dumb"})
    assert 0 == shown.exit_code
    assert "--help" in shown.stdout
    assert "<bool>" not in shown.stdout.lower()
    assert words != ("run",) or "<int>" in shown.stdout
