"""Test the reading of delimited text: delimiters, encodings, quotation marks, and rows that are spoilt."""

import csv
import io
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.errors import FileTruncatedError, SkipError
from connector.session.delimited import Spoilt, read_delimited


def rows(content: bytes | str, **options):
    """Give number -> cells, or the message of what is wrong."""
    raw = content if isinstance(content, bytes) else content.encode()
    found = read_delimited(io.BytesIO(raw), "calls.csv", **options)
    return {number: str(row.error) if isinstance(row, Spoilt) else row for number, row in found}


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("id,name\n1,Kim\n", {}),
        ("id;name\n1;Kim\n", {}),
        ("id\tname\r\n1\tKim\r\n", {}),
        ("id|name\r1|Kim\r", {}),
        ('"id";"name, whole"\n1;Kim\n'.replace(", whole", ""), {}),
        ("sep=;\nid;name\n1;Kim\n", {}),
        ("sep=\t\r\nid\tname\r\n1\tKim\r\n", {}),
        ("id:name\n1:Kim", {"delimiter": ":"}),
        ("\n\n id , name \n\n1,Kim\n;,\n".replace(";", ""), {}),
        (b"\xef\xbb\xbfid,name\n1,Kim\n", {}),
        ("id,name\n1,Kim\n".encode("utf-16"), {}),
    ],
)
def test_the_delimiter_and_the_marks_of_spreadsheets_are_found(text, options):
    """Commas, semicolons, tabs and bars, byte order marks, a `sep=` line and blank lines make no difference."""
    assert [{"id": "1", "name": "Kim"}] == list(rows(text, **options).values())


def test_a_delimiter_inside_quotation_marks_of_the_header_does_not_count():
    """The header's own texts do not decide what divides it."""
    assert {2: {"a,b,c": "1", "d": "2"}} == rows('"a,b,c";d\n1;2\n')


def test_a_header_may_have_line_breaks_in_its_names():
    """What divides the columns is found in the whole header, also where its first name goes over two lines."""
    assert {2: {"Call\nID": "1", "name": "Kim"}} == rows('"Call\nID";"name"\n"1";"Kim"\n')
    assert {2: {"id": "1", "Call\n,,": "Kim", "b": "2"}} == rows('id;"Call\n,,";b\n1;Kim;2\n')


def test_cells_keep_line_breaks_and_doubled_quotation_marks():
    """A quoted cell may hold what it likes; the numbers count rows, not lines."""
    found = rows('id,text\n1,"two\nlines, and ""marks"""\n2,5" screen\n')
    assert {2: {"id": "1", "text": 'two\nlines, and "marks"'}, 3: {"id": "2", "text": '5" screen'}} == found


def test_a_quotation_mark_that_is_never_closed_spoils_its_own_row_only():
    """The rest of the file is read as if the row were not there."""
    found = rows('id,text\n1,"open\n2,fine\n3,"also ""fine"""\n')
    assert ["1", "2", "3"] == [one["id"] if isinstance(one, dict) else "1" for one in found.values()]
    assert "calls.csv row 2 has a quotation mark that is never closed" == found[2]


def test_rows_with_another_number_of_cells_are_told_with_their_number():
    """Too few and too many are wrong; cells beyond the header that are blank are not."""
    found = rows("id,a,b\n1,x\n2,x,y,z\n3,x,y,,\n")
    assert "calls.csv row 2 has 2 cells, and the header has 3" in found[2]
    assert "calls.csv row 3 has 4 cells, and the header has 3" in found[3]
    assert {"id": "3", "a": "x", "b": "y"} == found[4]


def test_names_of_columns_are_made_different():
    """A blank name is the column's place, a repeated one gets a number."""
    assert {2: {"id": "1", "column_2": "2", "id_2": "3"}} == rows("id,,id\n1,2,3\n")


def test_an_encoding_that_is_not_utf_8_is_told_with_the_remedy():
    """A whole file in Windows' encoding is refused with the place and the option; with the option it is read."""
    raw = "id,name\n1,Søren\n".encode("cp1252")
    with pytest.raises(SkipError, match=r"byte 0xf8 in line 2 is not UTF-8 .*encoding: cp1252"):
        rows(raw)
    assert {2: {"id": "1", "name": "Søren"}} == rows(raw, encoding="cp1252")


def test_one_broken_character_among_proper_ones_spoils_its_own_row_only():
    """Where other rows prove that the file is UTF-8, only the broken row is refused."""
    found = rows("id,name\n1,Søren\n".encode() + b"2,S\xf8ren\n3,Kim\n")
    assert [dict, str, dict] == [type(one) for one in found.values()]
    assert "row 3 has a character that is not UTF-8" in found[3]


@pytest.mark.parametrize("raw", [b"", b"\n\n", b"\xef\xbb\xbf", b" , \n"])
def test_a_file_without_a_header_is_told(raw):
    """Nothing, blanks and a mark alone are no table."""
    with pytest.raises((FileTruncatedError, SkipError)):
        rows(raw)


def test_a_header_in_another_encoding_is_told():
    """Names that cannot be read would be no names to write rules for."""
    with pytest.raises(SkipError, match="encoding"):
        rows(b"id,n\xf8\n1,\xc3\xa6\n")


CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=12)
TABLE = st.integers(1, 4).flatmap(lambda width: st.lists(st.lists(CELL, min_size=width, max_size=width), max_size=6))


@given(TABLE, st.sampled_from(",;\t|"))
def test_what_a_proper_writer_wrote_is_read_as_it_was(table, delimiter):
    """Whatever stands in the cells comes out again; rows that are all blank are passed over."""
    width = len(table[0]) if table else 2
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(
        [[f"c{place}" for place in range(width)], *table]
    )
    found = read_delimited(io.BytesIO(out.getvalue().encode()), "calls.csv", delimiter=delimiter)
    expected = [row for row in table if any(cell.strip() for cell in row)]
    assert expected == [list(row.values()) for _, row in found]


@given(st.binary(max_size=200))
def test_no_bytes_whatever_raise_anything_else(raw):
    """Any bytes give rows, rows that are told to be wrong, or a refusal of the file."""
    with suppress(SkipError):
        rows(raw)
