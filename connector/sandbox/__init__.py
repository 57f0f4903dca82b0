"""Rehearse on this machine what would happen at Capturi: its documented API, strict, with faults on demand."""

from connector.sandbox.app import create_app
from connector.sandbox.options import SandboxOptions, Switches
from connector.sandbox.server import running, serve

__all__ = ["SandboxOptions", "Switches", "create_app", "running", "serve"]
