"""The formats of a report."""

import csv
import io
import json
import sys
import zipfile

import openpyxl
import pytest
from markupsafe import escape

from connector.errors import ConfigurationError
from connector.mapping.profile import Profile
from connector.mapping.sensitivity import Sensitivity
from connector.report import Wish, choose, make, read, write, write_files
from connector.report.cell import clean, harmless
from tests.servers.missing import library

HOSTILE = {
    "script": "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "formula": "=cmd|' /C calc'!A0",
    "plus": "+cmd|' /C calc'!A0",
    "minus": "-2+3+cmd|' /C calc'!A0",
    "at": "@SUM(1+1)",
    "tab": "\t=1+1",
    "return": "\r=1+1",
    "attribute": '" onmouseover="alert(3)" \'',
    "long": "x" * 1_000_000,
    "emoji": "😀" * 40_000,
    "right-to-left": "\u202e\u05e9\u05dc\u05d5\u05dd",
    "nul": "a\x00\x1b\x0bb",
    "surrogate": "\ud83d",
    "template": "{{ 7 * 7 }}{% raw %}",
    "sheet": "#REF!",
}
FORMATS = ["html", "csv", "json", "xlsx", "parquet"]


def run(connection, book):
    book.run("one", counts={"delivered": 1, "refused": 1, "held": 1}, reasons={"field_invalid": 1, "settling": 1})
    book.file(7, "ujet-metadata/call-2.json")
    for entry_id in "123":
        book.entry(entry_id, file_id=7)
    book.step("1", "one", "delivered", team="Orders")
    book.step("2", "one", "refused", reason="field_invalid", detail="labels has more than 100 entries")
    book.step("3", "one", "held", reason="settling", detail="may still change until 2026-03-24 02:40 UTC")
    book.field("one", "ccai-call", "team", seen=3, filled=2, sources={"$agent.team": 2}, reasons={"no_value": 1})
    return make(read(connection, choose(connection, Wish())))


@pytest.fixture
def report(connection, book):
    return run(connection, book)


def hostile(connection, book, value):
    """Give a report in which the value stands wherever a source, a person or a target can put text."""
    stored = value.encode("utf-8", "replace").decode()
    profile = Profile(Sensitivity.OPEN)
    profile.add(stored)
    profile.add(stored)
    book.run("one", error=stored, job=stored, tenant=stored)
    book.file(7, stored)
    book.entry("1", file_id=7, external_id=stored, channel=stored)
    facts = {"team": stored, "queue": stored, "consent": [stored, None], "agent": {"id": stored}, "notes": [stored]}
    book.step(
        "1", "one", "refused", reason="agent_unknown", detail=stored, audio={"form": stored, "channels": 2}, **facts
    )
    census = {stored: {"records": 1, "filled": 1, "types": {"text": 1}, "form": stored}}
    book.field("one", stored, "@about", records=1, looked_at=1, census=census)
    counts = {"seen": 2, "filled": 2, "sources": {stored: 2}, "reasons": {stored: 1}}
    book.field("one", stored, stored, profile=profile.to_dict(), **counts)
    made = make(read(connection, choose(connection, Wish())), unmasked=True)
    # A lone surrogate cannot be stored in any database, so it is brought in behind it.
    made.tables["entries"].rows.append(tuple(value if one == stored else one for one in made.tables["entries"].rows[0]))
    return made


def test_json_holds_every_table_by_name(report):
    """JSON carries facts, counts and all tables, with the columns' names as keys and counts as objects."""
    told = json.loads(write(report, "json"))
    assert 3 == told["counts"]["seen"]
    assert "2026-03-24T02:30:00Z" == told["facts"]["started_at"]
    refused = told["tables"]["entries"][0]
    assert ["refused", "field_invalid", "acme-call-2"] == [refused[key] for key in ("outcome", "reason", "entry")]
    assert "ujet-metadata/call-2.json" == refused["file"]
    assert {"$agent.team": 2} == told["tables"]["fields"][0]["filled_from"]


def test_csv_is_the_field_table(report):
    """One CSV file holds the field table."""
    rows = list(csv.DictReader(io.StringIO(write(report, "csv").decode())))
    expected = [("ccai-call", "team", "3", "2", "$agent.team (2)")]
    assert expected == [
        tuple(row[key] for key in ("mapping", "field", "seen", "filled", "filled_from")) for row in rows
    ]


def test_csv_into_a_folder_is_a_file_per_table(report, tmp_path):
    """A folder gets every table as a file of its own."""
    paths = write_files(report, "csv", tmp_path / "new")
    assert {f"{name}.csv" for name in report.tables} == {path.name for path in paths}
    assert "settling" in (tmp_path / "new" / "entries.csv").read_text()


def test_a_workbook_has_a_sheet_per_table_with_the_same_numbers(report):
    """Excel gets the tables of the report, numbers as numbers and moments as moments."""
    book = openpyxl.load_workbook(io.BytesIO(write(report, "xlsx")))
    assert ["overview", *report.tables] == book.sheetnames
    head, team = list(book["fields"].iter_rows(values_only=True))
    told = dict(zip(head, team, strict=True))
    assert (3, 2, "$agent.team (2)") == (told["Records"], told["Filled"], told["Filled from"])
    assert "the record has no value there (1)" == told["Why empty or not as meant"]
    assert 0.667 == round(told["Share filled"], 3)
    assert "2026-03-24 02:30:00" == str(book["runs"]["C2"].value)


def test_parquet_needs_its_library(report, monkeypatch):
    """Where no library for Parquet is installed, the remedy is named."""
    for name in ("pyarrow", "fastparquet"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ConfigurationError, match=r"conversation-connector\[parquet\]"):
        write(report, "parquet")


def test_parquet_comes_back_typed(report):
    """Counts are numbers and words are words when the table is read again."""
    library("pyarrow")
    table = library("pandas").read_parquet(io.BytesIO(write(report, "parquet")))
    assert [3] == table["seen"].tolist()
    assert ["$agent.team (2)"] == table["filled_from"].tolist()


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
def test_hostile_values_neither_break_nor_run(connection, book, form, value):
    """Whatever stands anywhere, every format can be written, stays small, and holds nothing that runs."""
    if form == "parquet":
        library("pyarrow")
    content = write(hostile(connection, book, value), form)
    assert len(content) < 2_000_000
    _CHECKS[form](content, value.encode("utf-8", "replace").decode())


def _check_html(content, value):
    text = content.decode()
    assert str(escape(clean(value)[:50])) in text
    assert "\x00" not in text
    for running in ("<script", "<img", '" onmouseover', "javascript:"):
        assert running not in text


def _check_csv(content, value):
    rows = list(csv.reader(io.StringIO(content.decode(), newline="")))
    assert 2 == len(rows)
    assert [harmless(clean(value))] * 2 == rows[1][:2]
    assert not any(cell.startswith(("=", "@", "\t", "\r")) for row in rows for cell in row)


def _check_json(content, value):
    told = json.loads(content)["tables"]
    assert [clean(value), clean(value)] == [told["fields"][0]["mapping"], told["fields"][0]["field"]]
    assert clean(value) == told["entries"][0]["detail"]


def _check_parquet(content, value):
    table = library("pandas").read_parquet(io.BytesIO(content))
    assert [clean(value), clean(value)] == table.loc[0, ["mapping", "field"]].tolist()


def _check_xlsx(content, value):
    cells = [cell for sheet in openpyxl.load_workbook(io.BytesIO(content)) for row in sheet for cell in row]
    assert not [cell.value for cell in cells if cell.data_type == "f"]
    assert harmless(clean(value)) in {cell.value for cell in cells}
    assert max(len(str(cell.value or "").encode("utf-16-le")) // 2 for cell in cells) <= 32_767
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        assert b"<f>" not in package.read("xl/worksheets/sheet2.xml")


_CHECKS = {"html": _check_html, "csv": _check_csv, "json": _check_json, "xlsx": _check_xlsx, "parquet": _check_parquet}
