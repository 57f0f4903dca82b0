"""Agents are read from YAML as from a CSV: the same names, the same mistakes with file and line."""

from datetime import date

import pytest

from connector.enrichment import Agent, read_directory
from connector.errors import ConfigurationError

DAY = date(2026, 3, 24)


@pytest.fixture
def directory(tmp_path):
    def make(text, name="agents.yaml"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return read_directory(path)

    return make


def test_a_list_says_what_a_csv_says(directory):
    """The same agents in YAML and in CSV are the same directory, of the same digest."""
    told = directory("- {number: 7, id: 1, email: one@x.dk, name: Ærø, team: A, valid_from: 2026-03-01}\n- id: 2\n")
    table = directory(
        "number,id,email,name,team,valid_from,valid_to\n7,1,one@x.dk,Ærø,A,2026-03-01,\n,2,,,,,\n", "a.csv"
    )
    assert table.digest == told.digest
    assert "Ærø" == told.find(Agent(number="7"), DAY).name


@pytest.mark.parametrize("written", ["0041", "+4541", "41.0", "0x29", "1e3", "yes"])
def test_numbers_stay_as_they_are_written(directory, written):
    """An extension with leading zeros, or a number with a plus sign, is no arithmetic value."""
    assert "Ada" == directory(f"- {{number: {written}, name: Ada}}\n").find(Agent(number=written), DAY).name


def test_an_entry_counts_only_in_its_time(directory):
    """valid_from is the first day, valid_to the first day it no longer counts."""
    found = directory("- {id: 1, team: Old, valid_to: 2026-03-24}\n- {id: 1, team: New, valid_from: 2026-03-24}\n")
    assert ["Old", "New"] == [found.find(Agent(id="1"), day).team for day in (date(2026, 3, 23), DAY)]


def test_an_empty_file_knows_nobody(directory):
    """A file without entries is a directory without agents."""
    assert directory("# nobody yet\n").find(Agent(id="1"), DAY) is None


def test_every_mistake_is_named_with_its_line(directory):
    """Wrong names, dates, shapes and entries without any key are told together, each where it stands."""
    text = "- id: 1\n  valid_from: yesterday\n- name: Nobody\n- id: 2\n  e_mail: two@x.dk\n"
    text += "- id: [3]\n  number: 3\n- four\n"
    with pytest.raises(ConfigurationError) as caught:
        directory(text)
    told = [(one.line, one.message.split()[-1], one.file.name) for one in caught.value.problems]
    lines = [(2, "2026-03-24"), (3, "recognised"), (5, "agent"), (6, "text"), (8, "agent")]
    assert [(line, word, "agents.yaml") for line, word in lines] == told
    assert "'email'" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"), [("agents: []\n", "is no list"), ("- {id: 1", ":1:"), ("- {id: 1, id: 2}\n", "twice")]
)
def test_what_is_no_list_is_told(directory, text, words):
    """Another shape, and what is no YAML at all, is one clear mistake."""
    with pytest.raises(ConfigurationError, match=words):
        directory(text)
