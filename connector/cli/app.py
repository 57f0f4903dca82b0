"""Hold the one command-line application and what all its commands share: settings, logs, exit codes."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, ParamSpec

import typer

from connector import __version__, logs, settings
from connector.cli.last_word import complain
from connector.cli.plain import PlainConsole
from connector.errors import ConfigurationError, ConnectorError, Problem
from connector.job.execution.summary import ExitCode

__all__ = ["app", "errors", "guarded", "load_settings", "output"]

P = ParamSpec("P")

app = typer.Typer(
    name="connector",
    help="Bring a contact centre's conversations into Capturi, each one once, and show why one did or did not arrive.",
    epilog="New here? `connector demo` shows everything without configuration; `connector init DIR` starts a project.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
WIDE = 140
output = PlainConsole(highlight=False)
errors = PlainConsole(stderr=True, highlight=False)
for console in (output, errors):
    # Nobody looks at a pipe's width: lines that a program reads must not break in the middle of a path.
    if not console.is_terminal:
        console.width = WIDE


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - the shape Typer calls back
    if wanted:
        output.print(f"connector {__version__}")
        raise typer.Exit


@app.callback()
def _connector(
    home: Annotated[
        Path | None,
        typer.Option(envvar="CONNECTOR_HOME", help="The project folder, which holds jobs/. Default: this folder."),
    ] = None,
    *,
    version: Annotated[  # noqa: ARG001 - acted on by its callback
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    _HOME["home"] = home


_HOME: dict[str, Path | None] = {"home": None}


def load_settings() -> settings.Settings:
    """Give this process's settings and send its log lines where they ask for."""
    home = _HOME["home"]
    if home is not None and not home.is_dir():
        hint = "it names the project folder, which holds jobs/ (so does CONNECTOR_HOME); `connector init DIR` makes one"
        raise ConfigurationError([Problem(f"there is no folder {home}", field="--home", hint=hint)])
    loaded = settings.load(home)
    # On a terminal the summary says why a run stopped: the log line beside it would say so twice.
    on_screen = output.is_terminal and errors.is_terminal and loaded.log_format == "text"
    logs.configure(loaded.log, loaded.log_format, told_elsewhere=("run.stopped",) if on_screen else ())
    for warning in settings.doubtful(loaded.home):
        errors.print(f"warning: {warning}", style="yellow", markup=False)
    return loaded


def guarded(command: Callable[P, int | None]) -> Callable[P, None]:
    """Turn a command's errors into one clear message and the documented exit code."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            code = command(*args, **kwargs) or ExitCode.DONE
        except ConfigurationError as error:
            explain(error)
            complain(str(error))
            code = ExitCode.MEND
        except ConnectorError as error:
            explain(error)
            complain(str(error))
            code = ExitCode.STOPPED
        except KeyboardInterrupt:
            errors.print("Interrupted. What was under way is completed by the next run.", style="yellow")
            complain("interrupted")
            code = ExitCode.STOPPED
        raise typer.Exit(code)

    return run


def explain(error: ConnectorError) -> None:
    """Print an error for a person: every mistake on its own line, the remedy behind it."""
    if isinstance(error, ConfigurationError):
        count = len(error.problems)
        errors.print(f"{count} mistake{'s' if count > 1 else ''} to mend; nothing was started:", style="bold red")
        for problem in error.problems:
            errors.print(f"  {problem}", markup=False, soft_wrap=True)
        return
    errors.print(f"Stopped: {error.message}", style="bold red", markup=False, soft_wrap=True)
    if error.hint:
        errors.print(f"  {error.hint}", markup=False, soft_wrap=True)
