"""The formats of a report."""

import csv
import io
import json

import pytest

from connector.report import Wish, choose, make, read, write, write_files

HOSTILE = ["<script>alert(1)</script>", "=cmd|' /C calc'!A0", "x" * 1_000_000, "😀", "\u202eabc", "a\x00b", "\ud83d"]


@pytest.fixture
def report(connection, book):
    book.run("one", counts={"delivered": 1, "refused": 1, "held": 1}, reasons={"field_invalid": 1, "settling": 1})
    book.file(7, "ujet-metadata/call-2.json")
    for entry_id in "123":
        book.entry(entry_id, file_id=7)
    book.step("1", "one", "delivered")
    book.step("2", "one", "refused", reason="field_invalid", detail="labels has more than 100 entries")
    book.step("3", "one", "held", reason="settling", detail="may still change until 2026-03-24 02:40 UTC")
    book.field("one", "ccai-call", "team", seen=3, filled=2, sources={"$agent.team": 2}, reasons={"no_value": 1})
    return make(read(connection, choose(connection, Wish())))


def test_json_holds_every_table_by_name(report):
    """JSON carries facts, counts and all tables, with the columns' names as keys."""
    told = json.loads(write(report, "json"))
    assert 3 == told["counts"]["seen"]
    assert "2026-03-24T02:30:00Z" == told["facts"]["started_at"]
    refused = told["tables"]["entries"][0]
    assert ["refused", "field_invalid", "acme-call-2"] == [refused[key] for key in ("outcome", "reason", "entry")]
    assert "ujet-metadata/call-2.json" == refused["file"]


def test_csv_is_the_field_table(report):
    """One CSV file holds the field table."""
    rows = list(csv.DictReader(io.StringIO(write(report, "csv").decode())))
    assert [("ccai-call", "team", "3", "2")] == [(r["mapping"], r["field"], r["seen"], r["filled"]) for r in rows]


def test_csv_into_a_folder_is_a_file_per_table(report, tmp_path):
    """A folder gets every table as a file of its own."""
    paths = write_files(report, "csv", tmp_path / "new")
    assert {f"{name}.csv" for name in report.tables} == {path.name for path in paths}
    assert "settling" in (tmp_path / "new" / "entries.csv").read_text()


def test_html_says_what_happened_in_plain_words(report):
    """The page names each reason with its meaning and what to do."""
    page = write(report, "html").decode()
    assert "a field has a value Capturi would refuse" in page
    assert "Mend the rule of the field in the mapping" in page


@pytest.mark.parametrize("form", ["html", "csv", "json"])
@pytest.mark.parametrize(
    "value", HOSTILE, ids=["script", "formula", "long", "emoji", "right-to-left", "nul", "surrogate"]
)
def test_hostile_values_neither_break_nor_run(connection, book, form, value):
    """Whatever stands in a field, every format can be written and nothing in it runs."""
    book.run("one")
    told = value.encode("utf-8", "replace").decode()
    book.field("one", told, "team", seen=1, filled=1, sources={told: 1}, reasons={})
    book.entry("1")
    book.step("1", "one", "refused", reason="unreadable", detail=told)
    text = write(make(read(connection, choose(connection, Wish()))), form).decode()
    assert "<script" not in text or form != "html"
    assert "\x00" not in text
    assert len(text) < 300_000
    assert not any(line.startswith("=") for line in text.splitlines())
