"""Agents are found as the customer's file has them on the day of the call."""

from datetime import date

import pytest

from connector.enrichment import Agent, read_directory
from connector.errors import ConfigurationError

HEADER = "number,id,email,name,team,valid_from,valid_to\n"
DAY = date(2026, 3, 24)


@pytest.fixture
def directory(tmp_path):
    def make(rows, header=HEADER):
        path = tmp_path / "agents.csv"
        path.write_text(header + rows, encoding="utf-8")
        return read_directory(path)

    return make


def test_the_id_counts_before_the_number_and_the_number_before_the_e_mail(directory):
    """Each key finds its row; the first of id, number, e-mail that the file knows decides."""
    found = directory("7,1,one@x.dk,One,A,,\n8,2,two@x.dk,Two,B,,\n")
    assert "One" == found.find(Agent(id="1", number="8", email="two@x.dk"), DAY).name
    assert "Two" == found.find(Agent(id="9", number="8", email="one@x.dk"), DAY).name
    assert "One" == found.find(Agent(email="ONE@x.dk"), DAY).name
    assert found.find(Agent(id="9"), DAY) is None


def test_the_file_wins_and_the_metadata_fills_its_blanks(directory):
    """What the file says stands; what it leaves open comes from the session."""
    found = directory(",1,,Right Name,,,\n").find(Agent(id="1", email="told@x.dk", name="Told Name", team="T"), DAY)
    assert Agent("1", "", "told@x.dk", "Right Name", "T") == found


def test_a_row_counts_only_in_its_time(directory):
    """valid_from is the first day, valid_to the first day it no longer counts."""
    found = directory("7,1,,A,Old,,2026-03-24\n7,1,,A,New,2026-03-24,\n")
    assert "Old" == found.find(Agent(id="1"), date(2026, 3, 23)).team
    assert "New" == found.find(Agent(id="1"), DAY).team


def test_a_digest_changes_with_what_the_file_says(directory):
    """Rows that move, blank lines and another separator say the same; another value, or another row, does not."""
    one, two = "7,1,one@x.dk,One,A,,\n", "8,2,two@x.dk,Two,B,,\n"
    told = directory(one + two).digest
    assert told == directory(f"{two}\n,,,,,,\n{one}").digest
    assert told == directory((one + two).replace(",", ";"), HEADER.replace(",", ";")).digest
    others = (one, one + two.replace("Two", "Too"), one + two.replace(",\n", "2027-01-01\n"))
    assert 4 == len({told, *(directory(rows).digest for rows in others)})


def test_a_digest_tells_which_of_two_rows_of_one_agent_comes_first(directory):
    """The first row of an id decides where both count on a day; so their order is something the file says."""
    one, two = "7,1,,One,A,,\n", "8,1,,Two,B,,\n"
    assert directory(one + two).digest != directory(two + one).digest


def test_a_file_of_a_spreadsheet_with_semicolons_is_read(directory):
    """Half of Europe's spreadsheets write CSV with semicolons and a byte order mark."""
    found = directory("7;1;one@x.dk;Ærø;A\n", "\ufeffnumber;id;email;name;team\n")
    assert "Ærø" == found.find(Agent(number="7"), DAY).name


def test_every_mistake_is_named_with_its_line(directory):
    """A wrong date and a row without any key are told together."""
    with pytest.raises(ConfigurationError) as caught:
        directory("7,1,,A,T,yesterday,\n,,,Nobody,T,,\n")
    assert [2, 3] == [one.line for one in caught.value.problems]


def test_a_missing_column_is_named(directory):
    """A header that lacks a column says which and what the header is."""
    with pytest.raises(ConfigurationError, match="'team' is missing"):
        directory("7,1,,A\n", "number,id,email,name\n")
