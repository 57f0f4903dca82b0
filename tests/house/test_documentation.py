"""The documentation names everything that the code offers, and the code says what it is for."""

import ast
import re
from pathlib import Path

import pytest

from connector.clock import SystemClock
from connector.job.execution.summary import Summary
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


@pytest.mark.parametrize("key", [*Summary("demo", SystemClock().now()).as_dict(), "error"])
def test_every_key_of_the_json_object_is_explained(key):
    """Whoever reads `--json` finds each of its keys in the operations page."""
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    (table,) = re.findall(r"\| key \| meaning \|\n(.*?)\n\n", page, re.DOTALL)
    assert f"`{key}`" in table


def test_the_log_holds_the_listed_events_and_no_others():
    """Every event that the code writes is listed, and every listed one is written somewhere."""
    code = "".join(path.read_text() for path in (ROOT / "connector").rglob("*.py") if path.name != "logs.py")
    written = set(re.findall(r"""\.(?:debug|info|warning|error)\(\s*"([a-z]+\.[a-z_]+)\"""", code))
    assert set(EVENTS) == written


def test_every_module_says_its_own_one_job():
    """A module's docstring begins with one sentence that no other module bears."""
    said = {}
    for path in sorted((ROOT / "connector").rglob("*.py")):
        docstring = ast.get_docstring(ast.parse(path.read_text()))
        assert docstring, path
        first = docstring.split("\n\n")[0]
        assert re.fullmatch(r"[A-Z][^\n]*[.:]", first), f"{path}: {first}"
        said.setdefault(first, []).append(str(path))
    assert {} == {first: paths for first, paths in said.items() if len(paths) > 1}
