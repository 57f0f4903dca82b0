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
