"""Test what becomes of rows of foreign metadata: sessions, their times and agents, repeated ids, broken rows."""

import io
import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.chart import BarChart
from pyarrow.parquet import write_table

from connector.errors import FileTruncatedError, SkipError
from connector.session import BrokenRow, Channel, FilesForm, Session, parse_rows, standing
from connector.session.rows import RowForm
from connector.storage import FileInfo
from tests.table_files import parquet

Read = Callable[..., list[Session | BrokenRow]]


def under(name: str) -> Callable[[Any], Any]:
    return lambda record: record.get(name)


def read(content: bytes | str, path: str = "calls.csv", **changes: Any) -> list[Session | BrokenRow]:
    raw = content if isinstance(content, bytes) else content.encode()
    form = FilesForm(**({"id": under("id")} | changes))
    return list(parse_rows(io.BytesIO(raw), FileInfo(path, len(raw), 0), form))


def ids(found: list[Session | BrokenRow]) -> list[str]:
    return [one.id if isinstance(one, Session) else f"row {one.number}" for one in found]


def workbook(rows: list[list[Any]], title: str = "Calls") -> bytes:
    book = Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


MOMENT = datetime(2026, 3, 24, 10, 15, tzinfo=UTC)
SAME = {
    "calls.csv": b"id,name,at\n17,Kim,2026-03-24T10:15:00\n",
    "calls.tsv": b"id\tname\tat\n17\tKim\t2026-03-24T10:15:00\n",
    "calls.json": b'[{"id": 17, "name": "Kim", "at": "2026-03-24T10:15:00"}]',
    "envelope.json": b'{"total": 1, "calls": [{"id": 17, "name": "Kim", "at": "2026-03-24T10:15:00"}]}',
    "one.json": b'{"id": 17, "name": "Kim", "at": "2026-03-24T10:15:00", "legs": [{"agent": 1}]}',
    "calls.jsonl": b'\xef\xbb\xbf{"id": 17, "name": "Kim", "at": "2026-03-24T10:15:00"}\n\n',
    "calls.ndjson": b'{"id": "17", "name": "Kim", "at": 1774347300}',
    "calls.xlsx": workbook([[None, None, None], ["id", "name", "at"], [17, "Kim", MOMENT.replace(tzinfo=None)]]),
}


@pytest.mark.parametrize("path", SAME)
def test_every_form_gives_the_same_session(path):
    """CSV, JSON, JSON Lines and Excel tell id, record and end of a call alike."""
    (session,) = read(SAME[path], path, ended_at=under("at"))
    assert ("files", Channel.CALL, "17", "Kim") == (
        session.source_kind,
        session.channel,
        session.id,
        session.record["name"],
    )
    assert session.ends_at == MOMENT
    assert session.digest


def test_parquet_gives_the_same_session():
    """A table with real times and numbers tells what text would have told."""
    (session,) = read(parquet([{"id": 17, "name": "Kim", "at": MOMENT}]), "calls.parquet", ended_at=under("at"))
    assert ("17", MOMENT, "2026-03-24T10:15:00+00:00") == (session.id, session.ends_at, session.record["at"])


def test_the_form_that_was_said_wins_over_the_name():
    """A name that tells nothing is no matter where the job says what the file is."""
    assert ["7"] == ids(read(b"id;x\n7;1\n", "export.txt", rows=RowForm(format="csv")))
    with pytest.raises(SkipError, match=r"export\.txt: its name does not tell what form it has .*jsonl"):
        read(b"id;x\n7;1\n", "export.txt")


def test_the_sheet_can_be_named():
    """Without a name the first sheet counts; a name that is not there is told with those that are."""
    raw = workbook([["id"], [1.0], [2.5], [True]], "Week 12")
    assert ["1", "row 3", "row 4"] == ids(read(raw, "a.xlsx", rows=RowForm(sheet="Week 12")))
    with pytest.raises(SkipError, match=r"has no sheet 'Calls' .its sheets: Week 12"):
        read(raw, "a.xlsx", rows=RowForm(sheet="Calls"))


def test_a_chart_is_no_sheet_and_a_sheet_ends_where_its_rows_do():
    """What a workbook says of the size of a sheet is not believed, and a chart that stands first is passed over."""
    book = Workbook()
    for row in (["id", "name"], ["1", "Kim"], ["2", "Bo"]):
        book.active.append(row)
    book.create_chartsheet("Chart", 0).add_chart(BarChart())
    out, told = io.BytesIO(), io.BytesIO()
    book.save(out)
    with ZipFile(out) as saved, ZipFile(told, "w") as changed:
        for name in saved.namelist():
            changed.writestr(name, saved.read(name).replace(b'<dimension ref="A1:B3"', b'<dimension ref="A1"'))
    assert out.getvalue() != told.getvalue()
    assert [{"id": "1", "name": "Kim"}, {"id": "2", "name": "Bo"}] == [
        one.record for one in read(told.getvalue(), "a.xlsx")
    ]


@pytest.mark.parametrize(("known", "unknown"), [(b"showSheetTabs=", b"showSheetTubs="), (b"<sheets>", b"<shoots>")])
def test_a_workbook_with_words_that_nobody_knows_says_so(known, unknown):
    """Whatever the library says of a workbook that it does not understand, the file is refused and nothing else."""
    raw, changed = workbook([["id"], ["1"]]), io.BytesIO()
    with ZipFile(io.BytesIO(raw)) as saved, ZipFile(changed, "w") as spoilt:
        for name in saved.namelist():
            spoilt.writestr(name, saved.read(name).replace(known, unknown))
    with pytest.raises(SkipError, match=r"no Excel workbook|has no sheet"):
        read(changed.getvalue(), "a.xlsx")


def test_a_time_beyond_all_calendars_spoils_its_own_row_only():
    """An end of all days that falls into the year 10000 in its own zone leaves the other rows of a table alone."""
    ends = pa.array([253402300799, 0, None], pa.timestamp("s", tz="Europe/Copenhagen"))
    out = io.BytesIO()
    write_table(pa.table({"id": ["1", "2", "3"], "end": ends}), out)
    found = read(out.getvalue(), "a.parquet")
    assert ["row 1", "2", "3"] == ids(found)
    assert "a.parquet row 1 has a time that no calendar has" in found[0].error.message


def test_json_lines_under_the_name_of_json_are_told_with_the_option():
    """Many programs call such files .json: the remedy is a word in the job and not another export."""
    with pytest.raises(SkipError) as caught:
        read(b'{"id": 1}\n{"id": 2}\n', "a.json")
    assert "it holds JSON Lines: say `format: jsonl`" == caught.value.hint
    with pytest.raises(SkipError) as caught:
        read(b'{"id": 1,}\n{"id": 2}\n', "a.json")
    assert "have it exported again" == caught.value.hint


@pytest.mark.parametrize(
    ("path", "raw", "message"),
    [
        ("a.xlsx", b"no workbook", "no Excel workbook"),
        ("a.xlsx", b"", "no Excel workbook"),
        ("a.parquet", b"PAR1 nothing", "no Parquet file"),
        ("a.json", b'[{"id": 1}', "stops in the middle"),
        ("a.json", b"id,x", "no valid JSON"),
        ("a.jsonl", b"", "is empty"),
        ("a.csv", b"", "is empty"),
    ],
)
def test_a_file_that_cannot_be_read_says_so(path, raw, message):
    """Each form tells what is wrong with a whole file."""
    with pytest.raises(SkipError, match=message) as caught:
        read(raw, path)
    assert "unreadable" == caught.value.code


def test_an_empty_file_may_still_be_written():
    """Nothing at all is told apart, because its writer may only have begun."""
    with pytest.raises(FileTruncatedError):
        read(b"", "a.csv")


def test_a_broken_row_keeps_its_number_and_leaves_the_others_alone():
    """A row without an id, with a text for one, that is no object or no JSON stands for itself."""
    wordy = b'{"id": "' + b"not an id but a text " * 20 + b'"}'
    found = read(b'{"id": 1}\n{"id": \n[1]\n{"x": 1}\n' + wordy + b'\n{"id": 6}\n', "a.jsonl")
    assert ["1", "row 2", "row 3", "row 4", "row 5", "6"] == ids(found)
    assert [
        "a.jsonl row 2 stops in the middle of its JSON",
        "a.jsonl row 3 is no object",
        "a.jsonl row 4 has no id",
        "a.jsonl row 5 has an id of more than 300 characters",
    ] == [one.error.message for one in found[1:5]]
    assert {"unreadable"} == {one.error.code for one in found[1:5]}


def test_a_broken_row_is_known_again_wherever_it_stands():
    """The digest is of the row's content and not of its place."""
    one = read("id,a\n1,x\n2,x,y\n")[1]
    two = read("id,a\n0,x\n1,x\n2,x,y\n")[2]
    assert (3, 4) == (one.number, two.number)
    assert one.digest == two.digest


def test_a_file_without_the_column_of_the_id_is_refused_as_a_whole():
    """Ten thousand rows without an id are one mistake: the option, or a file that does not belong here."""
    with pytest.raises(SkipError, match=r"no row of it has an id under 'id' .did you mean 'Id'"):
        read("Id,a\n1,x\n2,y\n")
    with pytest.raises(SkipError, match="let `id` name one of number, mail; or leave the file out by `pattern`"):
        read("number,mail\n1,x\n")


def test_a_table_without_rows_is_no_mistake():
    """A header alone is a day without calls."""
    assert [] == read("id,a\n")


def test_of_rows_with_one_id_the_last_counts():
    """Where no row tells when it was changed, the later one is the newer."""
    found = read("id,a\n1,first\n2,only\n1,last\n")
    assert {"1": "last", "2": "only"} == {one.id: one.record["a"] for one in found}


def test_of_rows_with_one_id_the_newest_counts():
    """Where rows tell when they were changed, their order does not matter."""
    text = "id,a,upd\n1,newest,2026-03-24T10:00:00Z\n1,older,2026-03-23T10:00:00Z\n1,oldest,2026-03-22T23:00:00-05:00\n"
    (session,) = read(text, updated_at=under("upd"))
    assert "newest" == session.record["a"]


def test_times_are_read_in_the_zone_and_form_that_were_said():
    """A time without an offset is local; one that is none is noted and left out."""
    form = {"ended_at": under("end"), "zone": ZoneInfo("Europe/Copenhagen"), "time_format": "%d.%m.%Y %H:%M"}
    local, other, wrong, none = read("id,end\n1,24.03.2026 11:15\n2,2026-03-24 11:15\n3,soon\n4,\n", **form)
    assert [MOMENT, MOMENT, None, None] == [one.ends_at for one in (local, other, wrong, none)]
    assert ("ended_at is no time and was left out",) == wrong.notes
    assert () == none.notes


def test_the_agent_is_what_the_options_name():
    """The agent's parts make the one leg of the session; a row that tells none has no leg."""
    agent = {"id": under("agent"), "email": under("mail")}
    told, silent = read("id,agent,mail\n1,5,kim@example.com\n2,,\n", agent=agent)
    assert ("5", "kim@example.com", None) == (
        told.legs[0].agent_id,
        told.legs[0].agent_email,
        told.legs[0].agent_number,
    )
    assert () == silent.legs


def test_a_changed_row_has_another_digest():
    """The order of columns makes no difference, any value does."""
    one, two, three = (read(text)[0].digest for text in ("id,a\n1,x\n", "a,id\nx,1\n", "id,a\n1,y\n"))
    assert one == two
    assert one != three


def test_foreign_rows_count_as_finished_and_handled():
    """Nothing in a foreign row is taken for a word of another platform."""
    (session,) = read("id,voicemail_reason,status\n1,busy,queued\n")
    assert not standing.will_still_move(session)
    assert not standing.is_voicemail(session)
    assert standing.was_handled(session)
    assert standing.settles_at(session, MOMENT - MOMENT) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=5), below, max_size=3),
    max_leaves=8,
)


@given(st.lists(st.fixed_dictionaries({"id": JSON}, optional={"a": JSON}) | JSON, max_size=6), st.booleans())
def test_whatever_json_holds_each_row_is_a_session_or_says_why_not(records, lines):
    """Any values make sessions or broken rows, and every readable id once."""
    raw = "\n".join(map(json.dumps, records)) if lines else json.dumps(records)
    try:
        found = read(raw, "a.jsonl" if lines else "a.json")
    except SkipError:
        return
    named = [one.id for one in found if isinstance(one, Session)]
    assert len(set(named)) == len(named)
    assert len(records) >= len(found)


@given(st.binary(max_size=300), st.sampled_from(["a.json", "a.jsonl", "a.csv", "a.xlsx", "a.parquet"]))
def test_no_bytes_whatever_raise_anything_else(raw, path):
    """Any bytes under any name give sessions, broken rows or a refusal of the file."""
    with suppress(SkipError):
        read(raw, path)
