"""Start the sandbox from the words of a command line."""

from collections.abc import Sequence
from pathlib import Path

from connector.errors import ConfigurationError
from connector.sandbox.options import SandboxOptions, parse_switches
from connector.sandbox.server import serve

__all__ = ["run_sandbox"]


def run_sandbox(  # noqa: PLR0913 - one argument per option of the command
    port: int = 8787,
    host: str = "127.0.0.1",
    token: str = "sandbox",  # noqa: S107 - a made-up token for a made-up Capturi
    keep: Path | None = None,
    faults: str = "",
    *,
    switches: Sequence[str] = (),
) -> None:
    """Run the sandbox until SIGINT or SIGTERM; `switches` are NAME=VALUE words.

    Raises ConfigurationError where a word does not fit, the port is taken or the folder cannot be used.
    """
    if not token:
        raise ConfigurationError("the sandbox needs a token", hint="give one with --token")
    serve(SandboxOptions(port, host, token, keep, faults, parse_switches(switches)))
