"""Be the command `connector`: one function per command, nothing heavy imported before a command needs it."""

import signal
import sys

from connector.cli.app import app
from connector.cli.registry import register
from connector.cli.run import tell_if_silent
from connector.job.summary import ExitCode

__all__ = ["app", "main"]

register()


def main() -> None:
    """Run the command line; SIGTERM ends it in the same order as an interruption from the keyboard."""
    try:
        signal.signal(signal.SIGTERM, _interrupt)
        _run()
    except KeyboardInterrupt:
        # Between the commands' own care and the end of the process.
        sys.exit(ExitCode.STOPPED)


def _run() -> None:
    try:
        app()
    except SystemExit as end:
        if end.code == ExitCode.MEND:
            tell_if_silent(sys.argv[1:])
        raise


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt
