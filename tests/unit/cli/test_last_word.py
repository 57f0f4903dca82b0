"""Which commands tell in JSON why they ended, where they could not print what was asked for."""

from typer.main import get_command

from connector.cli import app, last_word


def with_json(command, words=()):
    """Give the words of every command that knows `--json`."""
    nested = getattr(command, "commands", {})
    for name, one in nested.items():
        yield from with_json(one, (*words, name))
    if any("--json" in one.opts for one in command.params):
        yield " ".join(words)


def test_every_command_with_json_is_known():
    """Whoever gives a command `--json` says what it owes where it ends before it has anything to print."""
    assert {*last_word.OWING, *last_word.TELLING} == set(with_json(get_command(app)))
