"""Gather the parts of one rehearsal, for every call to find."""

import asyncio
from dataclasses import dataclass, field

from starlette.requests import Request

from connector.sandbox.faults import Dice
from connector.sandbox.magic_link import MagicLinks
from connector.sandbox.memory import Memory
from connector.sandbox.options import SandboxOptions, Switches
from connector.sandbox.request_log import RequestLog
from connector.sandbox.store import Store

__all__ = ["Rehearsal", "rehearsal_of"]


@dataclass(slots=True)
class Rehearsal:
    """What a sandbox was started with, what it remembers, and what goes wrong in it at present."""

    options: SandboxOptions
    store: Store
    dice: Dice
    links: MagicLinks
    log: RequestLog = field(default_factory=RequestLog)
    ending: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def memory(self) -> Memory:
        """Give what was accepted so far."""
        return self.store.memory

    @property
    def switches(self) -> Switches:
        """Give the choices about what nobody knows of Capturi."""
        return self.options.switches


def rehearsal_of(request: Request) -> Rehearsal:
    """Give the rehearsal that serves this request."""
    found: Rehearsal = request.app.state.rehearsal
    return found
