"""What the help shows of options that take no value."""

import pytest
from typer.testing import CliRunner

from connector.cli import app


@pytest.mark.parametrize(
    ("words", "other"),
    [
        ((), ""),
        (("run",), "<int>"),
        (("mapping",), ""),
        (("mapping", "preview"), ""),
        (("sangoma", "setup"), ""),
        (("zendesk", "backfill"), ""),
    ],
)
def test_a_flag_is_shown_without_a_value(words, other):
    """Nobody is led to write `--dry-run true`; what takes a value says of which kind."""
    shown = CliRunner().invoke(app, [*words, "--help"], env={"COLUMNS": "120", "TERM": "dumb"})
    assert 0 == shown.exit_code
    assert "--help" in shown.stdout
    assert "<bool>" not in shown.stdout.lower()
    assert other in shown.stdout
