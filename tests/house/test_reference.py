"""The generated pages of the documentation are what the code says."""

import runpy
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
PAGES = runpy.run_path(str(DOCS / "make_reference.py"))["pages"]()


@pytest.mark.parametrize("name", sorted(PAGES))
def test_the_page_is_what_the_code_says(name):
    """Whoever changes a key, a function or a field makes the page again: python docs/make_reference.py."""
    assert PAGES[name] == (DOCS / name).read_text(encoding="utf-8")


def test_choices_and_pairs_of_options_are_told():
    """Who reads the page need not ask the command which values an option takes, or how a switch is turned off."""
    page = PAGES["commands.md"]
    assert "One of `html`, `csv`, `json`, `parquet`, `xlsx`. Default: `html`." in page
    assert "| `--unmasked`, `--masked` |" in page
    assert "| `JOB\\|INTAKE\\|MAPPING` |" in page
    assert "`connector --version`" in page
