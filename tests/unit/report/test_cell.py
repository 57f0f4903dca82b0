"""Values from outside, made fit for any file."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.report.cell import LONGEST_TEXT, clean, harmless


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3+cmd", "@SUM(A1)", "\t=1", "\r=1", "\uff1d1+1", "+", "--1", "+a1"]
)
def test_a_text_that_would_run_gets_an_apostrophe(text):
    """What a spreadsheet would take for a formula is made text."""
    assert f"'{text}" == harmless(text)


@pytest.mark.parametrize(
    "text",
    ["-5", "+5", "-5.25", "-1.234,50", "+1e6", "-12 %", "+4531313131", "+45 31 31 31 31", "+1 (555) 010-0115", "a=1",
     "", "-", "'=1", "2026-03-24", " text"],
)  # fmt: skip
def test_numbers_phone_numbers_and_other_text_stay(text):
    """Nothing is changed that a spreadsheet does not run."""
    assert text == harmless(text)


def test_a_long_text_is_cut_with_a_mark():
    """A megabyte is cut at 32,000 characters, and the mark tells how much there was."""
    cut = clean("x" * 1_000_000)
    assert cut == "x" * LONGEST_TEXT + "… [cut; 1,000,000 characters]"


def test_signs_beyond_the_basic_plane_count_twice():
    """A cell of a spreadsheet is measured in UTF-16, so a text of emoji is cut earlier."""
    assert 16_000 == clean("😀" * 20_000).count("😀")


def test_what_no_file_can_carry_is_taken_out():
    """NUL and other control characters go, lone surrogates are replaced, line breaks and any script stay."""
    assert "a\ufffdb\n\u05e9\u05dc\u05d5\u05dd😀" == clean("a\x00\ud83d\x1bb\n\u05e9\u05dc\u05d5\u05dd😀\uffff")


@given(st.text(st.characters(), max_size=200))
def test_every_text_can_be_written(text):
    """Whatever comes, it can be encoded, and a CSV reader gives back the text that was written."""
    written = harmless(clean(text))
    out = io.StringIO(newline="")
    csv.writer(out).writerow([written])
    assert [[written]] == list(csv.reader(io.StringIO(out.getvalue().encode().decode(), newline="")))
