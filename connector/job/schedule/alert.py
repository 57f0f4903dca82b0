"""Tell people and programs elsewhere that a job needs them."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

from connector.errors import ConfigurationError
from connector.logs import logger
from connector.network import trust

__all__ = ["Alert", "Messenger", "Tell"]

PATIENCE_SECONDS: Final = 20.0
TRIES: Final = 3
PAUSE_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing to be told: no personal data, no secret."""

    event: str
    """`run.stopped`, `run.refused`, `run.not_started`, `run.missed` or `run.overlong`."""
    job: str
    text: str
    """One sentence for people."""
    facts: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Give the object that is posted."""
        return {"event": self.event, "job": self.job, "text": self.text, **self.facts}


class Tell(Protocol):
    """What takes an alert to everybody who is to know of it."""

    async def __call__(self, alert: Alert, addresses: Sequence[str]) -> None:
        """Return once all were told, or could not be; never raises because one of them could not."""
        ...


class Messenger:
    """Post alerts: as JSON to any http address, in their own words to chat services, mail and whatever Apprise knows.

    Addresses are secrets: none stands in a log line.
    """

    def __init__(self, ca_file: Path | None = None, *, pause_seconds: float = PAUSE_SECONDS) -> None:
        self._ca_file = ca_file
        self._pause_seconds = pause_seconds

    async def __call__(self, alert: Alert, addresses: Sequence[str]) -> None:
        """Return once all were told, or could not be; a failure is one line in the log."""
        told = await asyncio.gather(*(self._tell(alert, address) for address in addresses))
        for number, trouble in enumerate(told, 1):
            if trouble:
                logger().error("alert.failed", job=alert.job, alert=alert.event, address=number, trouble=trouble)
            else:
                logger().info("alert.sent", job=alert.job, alert=alert.event, address=number)

    async def _tell(self, alert: Alert, address: str) -> str:
        """Give what stood in the way, nothing where it went."""
        trouble = ""
        for number in range(TRIES):
            if number:
                await asyncio.sleep(self._pause_seconds)
            trouble = await self._try(alert, address)
            if not trouble:
                return ""
        return trouble

    async def _try(self, alert: Alert, address: str) -> str:
        known = await asyncio.to_thread(_service, address)
        if known is not None:
            sent = await asyncio.to_thread(known.notify, body=alert.text, title=f"connector: {alert.job}")
            return "" if sent else "the service did not take it"
        if not address.startswith(("https://", "http://")):
            return "is an address of no known service"
        return await self._post(alert, address)

    async def _post(self, alert: Alert, address: str) -> str:
        # As little as apprise below: the service holds 2 MB less until there is something to tell.
        import httpx  # noqa: PLC0415

        try:
            async with httpx.AsyncClient(verify=trust(self._ca_file), timeout=PATIENCE_SECONDS) as client:
                answer = await client.post(address, json=alert.as_dict())
        except (httpx.HTTPError, httpx.InvalidURL, ConfigurationError) as error:
            return type(error).__name__
        return "" if answer.is_success else f"status {answer.status_code}"


def _service(address: str) -> Any:
    """Give what speaks to the service of this address, None where it is a plain one or nobody knows it."""
    # Brings a library of a hundred services along: only who has something to tell pays for it.
    import apprise  # noqa: PLC0415

    return apprise.Apprise.instantiate(address, suppress_exceptions=True)
