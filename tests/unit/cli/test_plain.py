"""Texts of a source on a terminal."""

import io

import pytest
from rich.table import Table

from connector.cli.plain import PlainConsole, visible

HOSTILE = ["\x1b]0;owned\x07", "\x1b[2J", "a\u202eb", "\x9b31m", "tab\there", "nul\x00", "\ud800"]


def printed(*things, terminal):
    file = io.StringIO()
    console = PlainConsole(file=file, force_terminal=terminal, width=200, highlight=False, color_system=None)
    for one in things:
        console.print(one, markup=False)
    return file.getvalue()


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("terminal", [True, False])
def test_nothing_a_source_wrote_steers_the_terminal(text, terminal):
    """Escapes, bells, marks of direction and halves of signs are shown as marks, in lines and in tables."""
    table = Table()
    table.add_column(text)
    table.add_row(text)
    shown = printed(text, table, terminal=terminal)
    assert all(sign.isprintable() or sign == "\n" for sign in shown)


def test_our_own_styles_still_reach_the_terminal():
    """Bold is bold, and texts of every language are as they were."""
    file = io.StringIO()
    PlainConsole(file=file, force_terminal=True, width=80, color_system="standard").print("[bold]Søren 👩[/] שלום")
    assert "\x1b[1mSøren 👩" in file.getvalue()
    assert "שלום" in file.getvalue()


def test_ends_of_lines_stay():
    """A text of several lines keeps them."""
    assert "a\nb\N{REPLACEMENT CHARACTER}" == visible("a\nb\r")
