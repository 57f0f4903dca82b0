"""Name every module that holds commands, in the order the help shows them."""

import importlib
import inspect

import typer

from connector.cli.app import app
from connector.cli.flag import Command, Group

__all__ = ["flowing", "register"]

MODULES = (
    "demo",
    "project",
    "run",
    "backfill",
    "control",
    "state",
    "trace",
    "retry",
    "reconcile",
    "forget",
    "upgrade",
    "report",
    "upload",
    "mapping",
    "storage",
    "zendesk",
    "zendesk_backfill",
    "sangoma",
    "serve",
    "messages",
    "sandbox",
    "schema",
)


def register() -> None:
    """Import the modules, each of which adds its commands to the application."""
    for name in MODULES:
        importlib.import_module(f"connector.cli.{name}")
    _let_flow(app)


def flowing(text: str) -> str:
    """Give a docstring with a line for each paragraph: the terminal breaks them by its own width."""
    paragraphs = inspect.cleandoc(text).split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def _let_flow(commands: typer.Typer) -> None:
    commands.info.cls = Group
    for command in commands.registered_commands:
        told = command.help or inspect.getdoc(command.callback)
        if told:
            command.help = flowing(told)
        command.cls = Command
    for group in commands.registered_groups:
        if group.typer_instance is not None:
            _let_flow(group.typer_instance)
