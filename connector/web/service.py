"""Be the service: take messages in, forward them, and end in order when asked to."""

import asyncio
import signal
import socket
from functools import partial
from typing import Final, cast

import uvicorn
from starlette.types import ASGIApp

from connector import ledger
from connector.clock import Clock
from connector.job.definition.roster import read_roster
from connector.logs import logger
from connector.network import address_of, listen
from connector.sandbox.server import Server
from connector.settings import Settings
from connector.web.app import create_app
from connector.web.bounds import Bounds
from connector.web.connection import Connection
from connector.web.duties import doing, duties_of
from connector.web.health import Health
from connector.web.patience import Patience
from connector.web.reception import Reception
from connector.web.relay import Relay

__all__ = ["serve"]

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
KEEP_ALIVE_SECONDS: Final = 75
LONGEST_DRAIN_SECONDS: Final = 15
STOPPED: Final = 1
GATHER_SECONDS: Final = 0.01
"""Commits that follow each other at once are so far apart: what comes meanwhile shares the next one."""
CACHE_KIBIBYTES: Final = 4_000
"""Half of what a run has: the service looks at what came last, not at a million files, and never ends."""


async def serve(settings: Settings, host: str, port: int, *, clock: Clock) -> int:
    """Serve the project folder until SIGINT or SIGTERM, and give the exit code: 0, or 1 where a second one came.

    Raises ConfigurationError where a file is wrong, there is nothing to serve or the port is taken, and LedgerError
    where the ledger cannot be opened.
    """
    roster = read_roster(settings)
    bounds = Bounds()
    with listen(host, port, "the service") as listener:
        opening = ledger.open_ledger(
            settings.ledger_url, clock=clock, cache_kibibytes=CACHE_KIBIBYTES, gather_seconds=GATHER_SECONDS
        )
        async with opening as book, Relay(settings) as relay:
            reception = Reception(roster.intakes, book, clock=clock, bounds=bounds, answerer=relay)
            app = create_app(reception, Health(reception, book, clock))
            async with doing(duties_of(reception, book, settings, clock), clock):
                return await _serve(app, reception, listener, bounds)


async def _serve(app: ASGIApp, reception: Reception, listener: socket.socket, bounds: Bounds) -> int:
    server = Server(
        uvicorn.Config(
            app,
            http=cast("type[asyncio.Protocol]", partial(Connection, patience=Patience(bounds.head_seconds))),
            proxy_headers=False,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=LONGEST_DRAIN_SECONDS,
            limit_concurrency=bounds.most_connections,
        )
    )
    stops = asyncio.Event()
    forced = _listen_to_signals(server, reception, stops)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    await server.ready.wait()
    _announce(reception, address_of(listener))
    await stops.wait()
    server.should_exit = True
    await serving
    logger().info("service.ended")
    return STOPPED if forced else 0


def _listen_to_signals(server: Server, reception: Reception, stops: asyncio.Event) -> list[int]:
    """Have the first signal end the service in order and the second one at once; gives where the second is noted."""
    forced: list[int] = []

    def end(number: int) -> None:
        if stops.is_set():
            forced.append(number)
            server.force_exit = True
        reception.is_ending = True
        stops.set()

    for number in SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, end, number)
    return forced


def _announce(reception: Reception, address: str) -> None:
    print(f"connector listening on {address}", flush=True)  # noqa: T201 - what the command is for on its terminal
    for plan in reception.plans.values():
        print(f"  {address}{plan.address}", flush=True)  # noqa: T201
    logger().info("service.started", address=address, intakes=[plan.intake.intake for plan in reception.plans.values()])
