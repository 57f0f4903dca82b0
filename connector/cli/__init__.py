"""Be the command `connector`: one function per command, nothing heavy imported before a command needs it."""

import signal
import sys
from collections.abc import Collection

from connector.cli.app import app
from connector.cli.last_word import tell_if_silent
from connector.cli.registry import register
from connector.job.execution.summary import ExitCode

__all__ = ["app", "main"]

INTERRUPTED = 128 + signal.SIGINT
"""The exit code that the library makes of an interruption while a command still loads what it needs."""

register()


def main(early: Collection[int] = ()) -> None:
    """Run the command line; SIGTERM ends it in the same order as an interruption from the keyboard.

    `early` are signals to end that came before this function could take them.
    """
    try:
        signal.signal(signal.SIGTERM, _interrupt)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        if early:
            _interrupt(signal.SIGTERM, None)
        _run()
    except KeyboardInterrupt:
        # Between the commands' own care and the begin or end of the process.
        tell_if_silent(sys.argv[1:], ExitCode.STOPPED, "interrupted")
        sys.exit(ExitCode.STOPPED)


def _run() -> None:
    try:
        app()
    except SystemExit as end:
        if end.code == INTERRUPTED:
            raise KeyboardInterrupt from None
        if isinstance(end.code, int) and end.code != ExitCode.DONE:
            tell_if_silent(sys.argv[1:], end.code)
        raise


class _ToldToEnd(KeyboardInterrupt):
    """The end that SIGTERM asks for.

    Python (3.11) lets `python -m` end by SIGINT, whatever its exit code, once a KeyboardInterrupt as such has come out
    of code compiled from text, as dataclasses do while a module loads, and though it was caught further out. It looks
    for that one class and for none below it.
    """


def _interrupt(_number: int, _frame: object) -> None:
    raise _ToldToEnd
