"""The documentation names everything that the code offers."""

from pathlib import Path

import pytest

from connector.logs import EVENTS
from connector.reason import Code

ROOT = Path(__file__).parents[2]
MAPPINGS = sorted(path for path in (ROOT / "mappings").glob("*.yaml") if not path.name.endswith(".test.yaml"))


@pytest.mark.parametrize("code", list(Code))
def test_every_reason_has_its_row(code):
    """A reason that people meet is explained, with its outcome and what helps."""
    rows = (ROOT / "docs" / "reasons.md").read_text(encoding="utf-8").splitlines()
    assert 1 == sum(row.startswith(f"| {code.usual_outcome.value} | `{code.value}` |") for row in rows)


@pytest.mark.parametrize("event", sorted(EVENTS))
def test_every_log_event_has_its_row(event):
    """Whoever reads the log finds each event in the operations page, with what it means."""
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert f"| `{event}` | {EVENTS[event]} |" in page


@pytest.mark.parametrize("path", MAPPINGS, ids=lambda path: path.stem)
def test_every_mapping_has_its_examples(path):
    """A mapping is shipped with a test file beside it."""
    assert path.with_name(f"{path.stem}.test.yaml").is_file()


def test_the_links_of_the_first_page_lead_somewhere():
    """The README names no page that is not there."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    linked = [part.split(")")[0] for part in text.split("](")[1:]]
    assert [] == [link for link in linked if not (ROOT / link).exists()]
