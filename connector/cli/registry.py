"""Name every module that holds commands, in the order the help shows them."""

import importlib

__all__ = ["register"]

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
