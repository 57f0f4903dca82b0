"""Test which names are doubted where the columns of some rows are known."""

from pathlib import Path

import pytest

from connector.errors import Problem
from connector.job.definition.columns import MOST_FILES, MOST_ROWS, Columns
from connector.mapping import Placed

PLACE = Problem("", Path("jobs/a.yaml"), 3, 5, "fields.x")


def seen(*names: str, path: str = "a.csv") -> Columns:
    columns = Columns()
    columns.look(path, dict.fromkeys(names, "1"))
    return columns


def doubt(columns: Columns, path: str, *, is_name: bool = False) -> list[str]:
    return [one.message for one in columns.doubts([Placed(path, PLACE, is_name)])]


@pytest.mark.parametrize("path", ["Caller", '"Call ID"', '"Call ID" || Caller', "Caller.deeper[0]", "length(Caller)"])
def test_a_path_that_begins_at_a_column_is_not_doubted(path):
    """What stands below a column, and what an expression makes of it, is nobody's business here."""
    assert [] == doubt(seen("Caller", "Call ID"), path)


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("Calller", "no column 'Calller' in a.csv: did you mean 'Caller'?"),
        ("CALLER", "no column 'CALLER' in a.csv: did you mean 'Caller'?"),
        ('"Call IDs"', "no column 'Call IDs' in a.csv: did you mean 'Call ID'?"),
        ('"Call IDs" || Caller', "no column 'Call IDs' in a.csv: did you mean 'Call ID'?"),
        ("queue", "no column 'queue' in a.csv"),
    ],
)
def test_a_path_that_names_no_column_is_doubted(path, told):
    """The nearest column is offered, also where only the case differs, and none where none is near."""
    assert [told] == doubt(seen("Caller", "Call ID"), path)


def test_an_option_may_be_the_bare_name_of_a_column():
    """There a column with a blank in its name needs no quotation marks, and a misspelt one is told whole."""
    columns = seen("Call ID", "a.b")
    assert [] == [*doubt(columns, "Call ID", is_name=True), *doubt(columns, "a.b", is_name=True)]
    assert ["no column 'Call IDD' in a.csv: did you mean 'Call ID'?"] == doubt(columns, "Call IDD", is_name=True)


def test_without_rows_nothing_is_doubted():
    """Where no row was read, no column is known."""
    assert [] == doubt(Columns(), "Caller")


def test_only_a_few_rows_of_a_few_files_are_looked_at():
    """What comes behind them is not kept, however many there are."""
    columns = Columns()
    for number in range(MOST_FILES + 1):
        for place in range(MOST_ROWS + 1):
            columns.look(f"{number}.jsonl", {f"field_{number}_{place}": 1})
    assert {f"{number}.jsonl": MOST_ROWS for number in range(MOST_FILES)} == {
        path: len(names) for path, names in columns.names.items()
    }
