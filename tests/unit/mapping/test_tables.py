"""Test tables of the function `table`: in the mapping and in CSV files beside it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from connector import mapping

One = Callable[..., tuple[Any, str, str | None]]
Problems = Callable[..., list[str]]


def rule(arguments: str) -> str:
    return f"{{path: a, as: [{{table: {arguments}}}]}}"


@pytest.fixture
def in_file(one: One, tmp_path: Path) -> Callable[[bytes, str, Any], Any]:
    """Give the value of a rule whose table stands in a CSV file of this content."""

    def apply(content: bytes, written: str, record: Any) -> Any:
        (tmp_path / "t.csv").write_bytes(content)
        return one(written, record)[0]

    return apply


@pytest.mark.parametrize(
    ("arguments", "value", "expected"),
    [
        ("{x: X}", "x", "X"),
        ("{x: X}", "y", None),
        ("{x: X, else: other}", "y", "other"),
        ("{values: {x: X, else: E}, else: other}", "else", "E"),
        ("{values: {x: X}, else: other}", "y", "other"),
        ("{file: A, image: B}", "file", "A"),
        ("{no: 1, 20:30: 2}", "20:30", "2"),
        ("{x: null}", "x", None),
    ],
)
def test_tables_in_the_mapping(arguments: str, value: str, expected: str | None, one: One) -> None:
    """A table gives what stands for a word, its own else for any other word, or fails."""
    assert expected == one(rule(arguments), {"a": value})[0]


@pytest.mark.parametrize(
    ("content", "arguments", "value", "expected"),
    [
        (b"word,name\nx,X\n\ny,Y\n", "{file: t.csv}", "y", "Y"),
        ("\ufeffkø;navn\r\nåben;Åben\r\n".encode(), "{file: t.csv}", "åben", "Åben"),
        (b"id,x,name\n1,no,One\n", "{file: t.csv, key: id, value: name}", 1, "One"),
        (b'word,name\n"a, b","say ""hi"""\n', "{file: t.csv}", "a, b", 'say "hi"'),
        (b"word,name\nx,X\nx,X\nshort\n", "{file: t.csv, else: E}", "z", "E"),
        (b"word,name\nshort\n", "{file: t.csv}", "short", None),
    ],
)
def test_tables_in_files(
    content: bytes, arguments: str, value: Any, expected: str | None, in_file: Callable[..., Any]
) -> None:
    """A CSV file with a header stands for a table, with commas or semicolons."""
    assert expected == in_file(content, rule(arguments), {"a": value})


@pytest.mark.parametrize(
    ("content", "arguments", "message"),
    [
        (None, "{file: t.csv}", "there is no file t.csv beside the mapping"),
        (b"", "{file: t.csv}", "t.csv is empty"),
        (b"word\nx\n", "{file: t.csv}", "t.csv has only 1 column(s)"),
        (b"a,b\nx,X\n", "{file: t.csv, key: word}", "t.csv has no column 'word' (its columns: a, b)"),
        (b"a,b\nx,X\nx,Y\n", "{file: t.csv}", "line 3 of t.csv has 'x' a second time, with another value"),
        (b"a,b\n\xe6,X\n", "{file: t.csv}", "t.csv cannot be read"),
        (b'a,b\n"x,X\n', "{file: t.csv}", "t.csv cannot be read"),
        (b"a,b\n", "{file: ../t.csv}", "must be the name of a file beside the mapping"),
        (b"a,b\n", "{file: /etc/passwd}", "must be the name of a file beside the mapping"),
    ],
)
def test_wrong_tables(content: bytes | None, arguments: str, message: str, problems: Problems, tmp_path: Path) -> None:
    """A table that cannot be read, or says two things of one word, is a mistake of the file."""
    if content is not None:
        (tmp_path / "t.csv").write_bytes(content)
    assert message in "\n".join(problems(f"subject: {rule(arguments)}"))


def test_numbers_of_a_table_fill_number_fields(draft: Callable[..., mapping.Draft]) -> None:
    """A table of numbers fills a number field without another function."""
    made = draft("customNumberProp1: {path: a, as: [{table: {low: 1, high: 2.5}}]}", {"a": "high"})
    assert 2.5 == made.values["customNumberProp1"]
