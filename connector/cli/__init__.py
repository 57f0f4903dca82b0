"""Be the command `connector`: one function per command, nothing heavy imported before a command needs it."""

from connector.cli.app import app
from connector.cli.registry import register

__all__ = ["app", "main"]

register()


def main() -> None:
    """Run the command line."""
    app()
